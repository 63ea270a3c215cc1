#pragma once
// How alike two images on one grid are: the squared correlation in a small box around each voxel,
// which does not mind a change of scale or offset from place to place, and its exact derivative.
// (Avants et al. 2008, Medical Image Analysis 12, 26–41, give the derivative at the window's centre only.)

#include <cstdint>
#include <span>
#include <vector>

#include "core/image.h"

namespace lobule::registration {

struct LocalCorrelation {
  double sum = 0;                 // of A² / ((B + n v)(C + n v)) over the windows, each 0 to 1
  std::size_t windows = 0;        // with enough measured voxels
  std::vector<float> derivative;  // of `sum` by the moving image's value at each voxel
  std::vector<float> curvature;   // of −`sum` by the same, Gauss–Newton part: never negative

  double mean() const { return windows > 0 ? sum / static_cast<double>(windows) : 0; }
};

// Windows are boxes of 2 radius + 1 voxels around each voxel where `centres` is not 0, cut at the border;
// NaN in either image leaves a voxel out, and a window with fewer than a fifth of its voxels is left out.
// A, B, C are the centred sums of products; `noise_variance` v keeps windows without structure near 0.
LocalCorrelation local_correlation(const Index3& size, std::span<const float> fixed,
                                   std::span<const float> moving, std::span<const std::uint8_t> centres,
                                   int radius, float noise_variance);

}  // namespace lobule::registration
