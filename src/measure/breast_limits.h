#pragma once
// Where a breast's mask ends, and whether the field of view cut it.

#include "core/image.h"
#include "measure/breast_segmentation.h"

namespace lobule::measure {

// Sets feet_z_mm and head_z_mm: NaN where nothing is set.
void add_limits(const Mask& breast, BreastReport& report);

// How much of a breast (a label) the edge of the field of view cuts: over the six faces of the grid, the
// largest share that the section on the face has of the largest section along that axis. 0: it touches none.
double cut_share(const Mask& breast, int label);

}  // namespace lobule::measure
