#include "phantom/coarse_field.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace lobule::phantom {

CoarseField::CoarseField(const Grid& grid, double step_mm, const std::function<double(Vec3)>& value)
    : size_(grid.size) {
  for (int axis = 0; axis < 3; ++axis) {
    const double extent = (grid.size[axis] - 1) * grid.spacing_mm[axis];
    knots_[axis] = 2 + static_cast<int>(extent / step_mm);
    scale_[axis] = grid.size[axis] > 1 ? (knots_[axis] - 1.0) / (grid.size[axis] - 1) : 1;
  }
  values_.resize(static_cast<std::size_t>(knots_[0]) * knots_[1] * knots_[2]);
  parallel_for(static_cast<std::size_t>(knots_[2]), [&](std::size_t k) {
    for (int j = 0; j < knots_[1]; ++j)
      for (int i = 0; i < knots_[0]; ++i) {
        const Vec3 index{i / scale_[0], j / scale_[1], static_cast<double>(k) / scale_[2]};
        values_[(k * knots_[1] + j) * knots_[0] + i] =
            static_cast<float>(value(point_from_index(grid, index)));
      }
  });
}

void CoarseField::row(int j, int k, float* out) const {
  const auto split = [&](int axis, int index) {
    const double at = index * scale_[axis];
    const int low = std::min(static_cast<int>(at), knots_[axis] - 2);
    return std::pair{low, static_cast<float>(at - low)};
  };
  const auto [j0, fj] = split(1, j);
  const auto [k0, fk] = split(2, k);
  const std::size_t row = knots_[0], slice = row * knots_[1];
  const float* base = &values_[k0 * slice + j0 * row];
  const auto knot = [&](int i) {
    const float* p = base + i;
    const float near = p[0] + fj * (p[row] - p[0]), far = p[slice] + fj * (p[slice + row] - p[slice]);
    return near + fk * (far - near);
  };
  float left = knot(0);
  for (int cell = 0, i = 0; cell + 1 < knots_[0]; ++cell) {
    const float right = knot(cell + 1);
    // Voxels up to the next knot; the last cell takes the rest.
    const int end = cell + 2 < knots_[0]
                        ? std::min(size_[0], static_cast<int>(std::ceil((cell + 1) / scale_[0])))
                        : size_[0];
    const auto step = static_cast<float>(scale_[0]) * (right - left);
    const float start = left - static_cast<float>(cell) * (right - left);
    for (; i < end; ++i) out[i] = start + static_cast<float>(i) * step;
    left = right;
  }
}

}  // namespace lobule::phantom
