// Grids of an exam.

#include <algorithm>
#include <cmath>

#include "phantom/exam.h"

namespace lobule::phantom {
namespace {

// A grid of whole voxels that covers the dynamic's field of view, both centred on one point.
Grid transversal_grid(const ExamOptions& options, double spacing_mm, double slice_mm) {
  const double width = options.dynamic_size * options.dynamic_spacing_mm;
  const double height = options.dynamic_slices * options.dynamic_slice_mm;
  Grid grid;
  const int n = std::max(1, static_cast<int>(std::lround(width / spacing_mm)));
  grid.size = {n, n, std::max(1, static_cast<int>(std::floor(height / slice_mm + 1e-6)))};
  grid.spacing_mm = {spacing_mm, spacing_mm, slice_mm};
  grid.origin_mm = options.field_center_mm - Vec3{spacing_mm * (n - 1) / 2.0, spacing_mm * (n - 1) / 2.0,
                                                  slice_mm * (grid.size[2] - 1) / 2.0};
  return grid;
}

}  // namespace

Grid dynamic_grid(const ExamOptions& options) {
  return transversal_grid(options, options.dynamic_spacing_mm, options.dynamic_slice_mm);
}

Grid spin_echo_grid(const ExamOptions& options) {
  return transversal_grid(options, 0.875 * options.dynamic_spacing_mm, 2 * options.dynamic_slice_mm);
}

Grid diffusion_grid(const ExamOptions& options) {
  return transversal_grid(options, 1.75 * options.dynamic_spacing_mm, 2.5 * options.dynamic_slice_mm);
}

Grid highres_grid(const ExamOptions& options) {
  return transversal_grid(options, 0.75 * options.dynamic_spacing_mm, options.dynamic_slice_mm);
}

Grid ultrafast_grid(const ExamOptions& options) {
  return transversal_grid(options, 1.5 * options.dynamic_spacing_mm, 2 * options.dynamic_slice_mm);
}

CurveType usual_curve(LesionKind kind) {
  switch (kind) {
    case LesionKind::mass:
    case LesionKind::rim_mass:
    case LesionKind::spiculated_mass: return CurveType::washout;
    case LesionKind::non_mass: return CurveType::plateau;
    default: return CurveType::persistent;
  }
}

ExamOptions with_spacing(ExamOptions options, double spacing_mm) {
  const double width = options.dynamic_size * options.dynamic_spacing_mm;
  const double height = options.dynamic_slices * options.dynamic_slice_mm;
  options.dynamic_size = std::max(1, static_cast<int>(std::lround(width / spacing_mm)));
  options.dynamic_slices = std::max(1, static_cast<int>(std::lround(height / spacing_mm)));
  options.dynamic_spacing_mm = options.dynamic_slice_mm = spacing_mm;
  return options;
}

}  // namespace lobule::phantom
