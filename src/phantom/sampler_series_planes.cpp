#include "phantom/sampler_series_planes.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace lobule::phantom {
namespace {
constexpr double kNarrow_mm = 110;  // half of a field that holds one breast
}

bool SeriesPlanes::point(int plane, int x, int y, double depth_mm, Vec3& mm) const {
  const double middle = (size - 1) / 2.0, u = (x - middle) * pixel_mm, v = (y - middle) * pixel_mm;
  const double front = -half_depth_mm / 2, beside = half_field_mm < kNarrow_mm ? 0 : side * half_field_mm / 2;
  const Vec3 offset = plane == 0   ? Vec3{u, v, depth_mm}
                      : plane == 1 ? Vec3{u, front + depth_mm, -v}
                                   : Vec3{beside + depth_mm, u, -v};
  mm = center_mm + offset;
  for (int axis = 0; axis < 3; ++axis) {
    const double from = mm[axis] - center_mm[axis];
    if (axis == slice_axis) {
      if (std::abs(from) > coverage_mm / 2) return false;
      mm[axis] = center_mm[axis] + slice_mm * std::round(from / slice_mm);
    } else if (std::abs(from) > (axis == 1 ? half_depth_mm : half_field_mm)) {
      return false;
    }
  }
  return true;
}

PlanePoints points_of(const SeriesPlanes& planes, int plane, double depth_mm, const Grid& raster) {
  PlanePoints points;
  Vec3 mm;
  for (int y = 0; y < planes.size; ++y)
    for (int x = 0; x < planes.size; ++x) {
      if (!planes.point(plane, x, y, depth_mm, mm)) continue;
      points.pixel.push_back(static_cast<std::uint32_t>(y * planes.size + x));
      points.x.push_back(static_cast<float>((mm.x - raster.origin_mm.x) / raster.spacing_mm.x));
      points.y.push_back(static_cast<float>((mm.y - raster.origin_mm.y) / raster.spacing_mm.y));
      points.z.push_back(static_cast<float>((mm.z - raster.origin_mm.z) / raster.spacing_mm.z));
    }
  return points;
}

VoxelBox box_of(const PlanePoints& points, const Grid& raster, double margin) {
  VoxelBox box;
  if (points.size() == 0) return box;
  const std::array<std::span<const float>, 3> along{points.x, points.y, points.z};
  for (int axis = 0; axis < 3; ++axis) {
    const auto [low, high] = std::minmax_element(along[axis].begin(), along[axis].end());
    const int end = raster.size[axis];
    const int first = std::clamp(static_cast<int>(std::floor(*low - margin)), 0, end);
    const int last = std::clamp(static_cast<int>(std::ceil(*high + margin)) + 1, first, end);
    box.low[axis] = first;
    box.size[axis] = last - first;
  }
  return box;
}

}  // namespace lobule::phantom
