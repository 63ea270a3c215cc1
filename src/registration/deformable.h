#pragma once
// The deformable part: each voxel moves by the least-squares step of its surroundings (Lucas & Kanade
// 1981, with local correlation in place of squared differences), the whole stays smooth and free of folds.

#include <functional>

#include "registration/level.h"

namespace lobule::registration {

struct DeformableOptions {
  double smoothness_mm = 8;
  int iterations = 40;
};

// Improves d on this level (y(x) = rigid(x) + d(x)) and returns the iterations done; det J > 0 holds after
// if it held before. `tick` is called once an iteration with the fraction done.
int deform(const Level& level, const RigidTransform& rigid, const DeformableOptions& options, AxisField& d,
           const std::function<void(double)>& tick);

}  // namespace lobule::registration
