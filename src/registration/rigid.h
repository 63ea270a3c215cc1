#pragma once
// The rigid part of a registration: Gauss–Newton steps with Levenberg–Marquardt damping on the mean local
// correlation of one level.

#include "registration/level.h"

namespace lobule::registration {

// The mean local correlation under a rigid transform, its gradient and its Gauss–Newton matrix by six
// parameters in mm: rotations about the fixed axes (an arc of 1 mm at `radius_mm` from the centre), then
// translations; applied after the transform.
struct RigidStep {
  double similarity = 0;
  double gradient[6] = {};
  double matrix[6][6] = {};
};
RigidStep rigid_step(const Level& level, const RigidTransform& rigid, double radius_mm);

// The transform with a step applied: rotation by the vector step[0..2] / radius_mm, then translation.
RigidTransform moved(const RigidTransform& rigid, const double (&step_mm)[6], double radius_mm);

// Improves `rigid` on this level and returns the number of similarity evaluations.
int align_rigidly(const Level& level, RigidTransform& rigid);

}  // namespace lobule::registration
