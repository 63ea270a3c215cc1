#pragma once
// The network behind `sequence` and `phase`: a small residual classifier of pictures.

#include <string>
#include <utility>
#include <vector>

#include "core/tensor.h"
#include "learn/figure.h"
#include "nn/graph.h"

namespace lobule::learn {

// Five residual blocks, each at half the extents of the one before, then the mean over the picture and a
// linear layer for each output (its name and channels).
nn::Graph sorting_network(int in_channels, const std::vector<std::pair<std::string, int>>& outputs);

// Share of right answers where the target is known: of the largest logit, or of the sign of a single one.
Figure accuracy(const Tensor& target, const Tensor& logits);

}  // namespace lobule::learn
