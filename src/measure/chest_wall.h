#pragma once
// The front of the chest: skin, the smooth torso behind the breasts, and the chest wall (front of the
// pectoral muscle), as depth maps in patient space.

#include "core/image.h"
#include "measure/breast_segmentation.h"
#include "measure/depth_map.h"

namespace lobule::measure {

// An axis-aligned copy in patient space: x to the left, y to the back, z to the head.
struct Canonical {
  Image<float> image;  // lightly smoothed; 0 outside the field of view
  Mask body;
};

struct ChestSurfaces {
  DepthMap skin;            // first body from the front; NaN where there is none
  DepthMap torso;           // skin as it were without breasts
  DepthMap wall;            // chest wall
  DepthMap protrusion;      // torso − skin, mm; NaN as skin
  double midline_x_mm = 0;  // of the torso, from its side edges
  double sternum_y_mm = 0;  // median depth of the skin there
  double wall_edge = 0;     // share of columns under breasts whose wall lies on an edge, 0 to 1
};

Canonical make_canonical(const Image<float>& smoothed, double threshold);

// `canonical.body` must not be empty in front; NaN maps where nothing is found.
ChestSurfaces find_chest_surfaces(const Canonical& canonical, FatSignal fat);

}  // namespace lobule::measure
