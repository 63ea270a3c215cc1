#pragma once
// Structure finer than the anatomy's voxels: stroma, septa and vessels that a mammogram resolves.

#include "phantom/mammogram_detector.h"

namespace lobule::phantom {

// How much gland takes fat's place on the path to each pixel, in mm; its mean is near 0 and neither path
// becomes negative. A field whose power falls as f^−3 between wavelengths of 0.5 and 8 mm, as anatomical
// noise does (Burgess, Jacobson and Judy, Med Phys 28:419, 2001), larger where there is gland: the smooth
// surfaces of the anatomy alone give f^−4 (Porod's law). Its amplitude is a choice of this phantom.
// `breast`: the path through the breast without muscle, which stays as it is.
std::vector<float> fine_structure(const DetectorPaths& paths, const std::vector<float>& breast,
                                  std::uint64_t seed, std::uint64_t view);

}  // namespace lobule::phantom
