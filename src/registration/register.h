#pragma once
// Aligns a moving image to a fixed one: rigid first, then a smooth deformation without folds.
// The transform maps fixed points to moving points: u(x) = x_moving − x_fixed, in LPS millimetres.

#include <array>
#include <functional>
#include <optional>

#include "core/image.h"

namespace lobule::registration {

// x_moving = rotation (x_fixed − center) + center + translation.
struct RigidTransform {
  Mat3 rotation;
  Vec3 center_mm;
  Vec3 translation_mm;
  Vec3 operator()(Vec3 fixed_mm) const {
    return rotation * (fixed_mm - center_mm) + center_mm + translation_mm;
  }
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.rotation), f(s.center_mm), f(s.translation_mm);
  }
};

// The whole displacement u in millimetres, on a grid that may be coarser than the image's; trilinear
// between its points, constant beyond them.
struct DisplacementField {
  Grid grid;
  std::array<std::vector<float>, 3> u_mm;  // x, y, z parts, x fastest
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.grid), f(s.u_mm);
  }
};

struct RegistrationReport {
  double similarity_before = 0, similarity_after = 0;  // mean local correlation in the mask, 0 to 1
  double smallest_jacobian = 1;                        // of x + u(x), at the field's grid points
  int iterations = 0;
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.similarity_before), f(s.similarity_after), f(s.smallest_jacobian), f(s.iterations);
  }
};

struct Registration {
  RigidTransform rigid;
  DisplacementField field;  // rigid and deformable part together
  RegistrationReport report;
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.rigid), f(s.field), f(s.report);
  }
};

struct RegistrationOptions {
  bool deformable = true;
  double finest_spacing_mm = 3.0;  // of the grid that the deformation is optimised on
  double smoothness_mm = 8.0;      // standard deviation of the Gaussian that regularises the field
  int iterations_per_level = 40;
};

// Registers `moving` to `fixed`, judging similarity only inside `mask` (on the fixed grid; empty = all) and
// only where both images are measured (NaN counts as not measured). Robust to contrast that arrives
// between the two. Deterministic for any number of threads. Throws Error when the overlap is too small.
// `on_progress` gets the fraction done and may throw to stop.
Registration register_images(const Image<float>& fixed, const Image<float>& moving, const Mask& mask,
                             const RegistrationOptions& options,
                             const std::function<void(double)>& on_progress = {});

// `moving` seen on `fixed_grid` through the field; cubic interpolation, NaN where the moving image has no
// measured voxel around the point.
Image<float> warp(const Image<float>& moving, const Grid& fixed_grid, const DisplacementField& field);

// u at a point, in millimetres.
Vec3 displacement_at(const DisplacementField& field, Vec3 point_mm);

// The Jacobian determinant of x + u(x) at each point of the field's grid.
Image<float> jacobian_determinant(const DisplacementField& field);

}  // namespace lobule::registration
