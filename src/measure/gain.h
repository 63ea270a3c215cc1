#pragma once
// Whether the receiver's gain changed between two images of one series.

#include "core/image.h"

namespace lobule::measure {

// The noise in air of `after` over that of `before`: the receiver amplifies noise and signal alike, and no
// contrast agent reaches the air. From the mean of the lower half of the voxels more than 10 mm away
// from `body` (ghosts of the heart lie above). 1 where there are too few such voxels: a scanner may blank the
// air. All on one grid (throws Error otherwise).
double gain_change(const Image<float>& before, const Image<float>& after, const Mask& body);

}  // namespace lobule::measure
