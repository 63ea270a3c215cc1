#include "phantom/sampler_series_planes.h"

#include <algorithm>
#include <cmath>

namespace lobule::phantom {
namespace {
constexpr double kNarrow_mm = 220;  // fields that hold one breast, as for exam/series_thumbnail.cpp
}

void SeriesPlanes::stack(double coverage_mm) {
  extent_mm[slice_axis] = slice_mm * std::max(1.0, std::round(coverage_mm / slice_mm));
}

double SeriesPlanes::pixel_mm() const {
  return std::max({extent_mm.x, extent_mm.y, extent_mm.z}) / size;
}

bool SeriesPlanes::point(int plane, int x, int y, double depth_mm, Vec3& mm) const {
  const double middle = (size - 1) / 2.0, pixel = pixel_mm();
  const double u = (x - middle) * pixel, v = (y - middle) * pixel;
  const double front = -extent_mm.y / 4, beside = extent_mm.x < kNarrow_mm ? 0 : extent_mm.x / 4;
  const Vec3 offset = plane == 0   ? Vec3{u, v, depth_mm}
                      : plane == 1 ? Vec3{u, front + depth_mm, -v}
                                   : Vec3{beside + depth_mm, u, -v};
  mm = center_mm + offset;
  for (int axis = 0; axis < 3; ++axis) {
    if (std::abs(offset[axis]) > extent_mm[axis] / 2) return false;
    if (axis != slice_axis) continue;
    const double slices = std::round(extent_mm[axis] / slice_mm);
    const double slice = std::clamp(std::floor(offset[axis] / slice_mm + slices / 2), 0.0, slices - 1);
    mm[axis] = center_mm[axis] + slice_mm * (slice - (slices - 1) / 2);
  }
  return true;
}

PlanePoints points_of(const SeriesPlanes& planes, int plane, double depth_mm) {
  PlanePoints points;
  Vec3 mm;
  for (int y = 0; y < planes.size; ++y)
    for (int x = 0; x < planes.size; ++x) {
      if (!planes.point(plane, x, y, depth_mm, mm)) continue;
      points.pixel.push_back(static_cast<std::uint32_t>(y * planes.size + x));
      points.mm.push_back(mm);
    }
  return points;
}

}  // namespace lobule::phantom
