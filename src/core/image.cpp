#include "core/image.h"

#include <algorithm>
#include <cstdio>

namespace lobule {

Vec3 point_from_index(const Grid& grid, Vec3 index) {
  const Vec3 scaled{index.x * grid.spacing_mm.x, index.y * grid.spacing_mm.y, index.z * grid.spacing_mm.z};
  return grid.origin_mm + grid.direction * scaled;
}

Vec3 index_from_point(const Grid& grid, Vec3 point_mm) {
  const Vec3 scaled = inverse(grid.direction) * (point_mm - grid.origin_mm);
  return {scaled.x / grid.spacing_mm.x, scaled.y / grid.spacing_mm.y, scaled.z / grid.spacing_mm.z};
}

double corner_distance_mm(const Grid& a, const Grid& b) {
  if (a.size != b.size) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (int corner = 0; corner < 8; ++corner) {
    Vec3 index;
    for (int axis = 0; axis < 3; ++axis) index[axis] = (corner >> axis & 1) != 0 ? a.size[axis] - 1 : 0;
    largest = std::max(largest, norm(point_from_index(a, index) - point_from_index(b, index)));
  }
  return largest;
}

bool same_grid(const Grid& a, const Grid& b, double tolerance_mm) {
  return corner_distance_mm(a, b) <= tolerance_mm;
}

std::string describe(const Grid& grid) {
  char text[128];
  std::snprintf(text, sizeof text, "%d×%d×%d voxels of %.3f×%.3f×%.3f mm", grid.size[0], grid.size[1],
                grid.size[2], grid.spacing_mm.x, grid.spacing_mm.y, grid.spacing_mm.z);
  return text;
}

}  // namespace lobule
