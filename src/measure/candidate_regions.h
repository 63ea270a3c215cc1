#pragma once
// Where a candidate reaches: seeds of early enhancement, grown to half-way down to the gland's own
// enhancement.

#include <array>
#include <vector>

#include "core/image.h"

namespace lobule::measure {

struct GrowthInput {
  const Image<float>& percent;  // early enhancement, smoothed; NaN where not measured
  const Mask& breast;           // 1 right, 2 left
  // What gland enhances by, a breast's label each: the ground that a lesion stands on.
  std::array<double, 3> background_percent{};
  // Standard deviation of the noise in `percent` where the pre-contrast signal is 1; and that signal.
  double noise_percent_signal = 0;
  const Image<float>& before;
};

// Regions, each of voxels joined by faces in one breast, none of which share a voxel. First parts above
// `fast_percent`, by falling peak; then, in what is left, from peaks of at least `seed_percent` that nothing
// within 3 mm exceeds (so that the rim of something brighter is none), that stand out of noise (five standard
// deviations: Rose 1948) and out of the background (by half of it).
std::vector<std::vector<Index3>> enhancing_regions(const GrowthInput& input, double fast_percent,
                                                   double seed_percent);

}  // namespace lobule::measure
