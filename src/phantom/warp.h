#pragma once
// Images of a patient who moved: resampled in three passes, one an axis, with a long kernel.

#include "phantom/motion.h"

namespace lobule::phantom {

// The image after the motion: its value at x is that at x + motion.backward_mm(x), resampled along the
// slices, the columns and the rows in turn (Catmull and Smith, SIGGRAPH 1980) by a Kaiser-windowed sinc of
// eight samples. The displacement is linear between points 6 mm apart: within 0.02 mm of the motion.
void warp(Image<float>& image, const Motion& motion);

}  // namespace lobule::phantom
