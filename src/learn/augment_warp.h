#pragma once
// Where the values of a warped sample come from.

#include "learn/augment.h"

namespace lobule::learn {

// Extents z, y, x of a tensor [channels, (z,) y, x]; z = 1 in two dimensions.
std::array<std::int64_t, 3> extents_of(const Shape& shape);

// For each voxel the fractional index (z, y, x) in the image before, x fastest; empty where nothing moves.
// Output voxel i comes from c + R S (i − c) + e(i): c is the middle, S shrinks by the scale, R turns.
std::vector<std::array<float, 3>> sources_of(const AugmentationDraw& draw,
                                             const std::array<std::int64_t, 3>& extents);

void mirror(Tensor& tensor, const std::array<bool, 3>& axes);

// The value at each source; `outside` beyond half a voxel from the image.
Tensor warp_linear(const Tensor& tensor, const std::vector<std::array<float, 3>>& sources, float outside);
Tensor warp_nearest(const Tensor& tensor, const std::vector<std::array<float, 3>>& sources, float outside);

}  // namespace lobule::learn
