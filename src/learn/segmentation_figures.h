#pragma once
// How well a segmentation agrees with the truth.

#include <cstdint>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "learn/figure.h"

namespace lobule::learn {

// "dice_NAME" of each class but the first, 2 |A ∩ B| / (|A| + |B|), of the class with the largest logit
// against labels [1, (z,) y, x]; logits [1, classes, (z,) y, x]. Both numbers add up over cases. A class that
// neither holds has none.
Figures dice_figures(const Tensor& labels, const Tensor& logits, const std::vector<std::string>& classes);

// The class with the largest value at each place of [1, classes, (z,) y, x]; the first of equals.
std::vector<std::uint8_t> largest_class(const Tensor& logits);

}  // namespace lobule::learn
