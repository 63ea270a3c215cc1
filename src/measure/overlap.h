#pragma once
// How far two masks agree.

#include <optional>

#include "core/image.h"

namespace lobule::measure {

// Dice's coefficient 2 |A ∩ B| / (|A| + |B|) of one label (0: of all that is set) of masks of one grid;
// nothing where both are empty.
std::optional<double> dice_of(const Mask& a, const Mask& b, int label = 0);

}  // namespace lobule::measure
