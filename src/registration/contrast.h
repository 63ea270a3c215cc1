#pragma once
// Where the moving image shows structure that the fixed one lacks: contrast agent has arrived.

#include <cstdint>
#include <span>
#include <vector>

#include "core/image.h"

namespace lobule::registration {

// 1 where the variance within the box around a voxel, relative to the fixed image's, exceeds the middle of
// that ratio over `centres` by more than kContrastRatio; else 0. Such voxels say nothing about motion.
std::vector<std::uint8_t> appeared_structure(const Index3& size, std::span<const float> fixed,
                                             std::span<const float> moving,
                                             std::span<const std::uint8_t> centres);

}  // namespace lobule::registration
