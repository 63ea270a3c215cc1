#pragma once
// Smooth functions of space, computed once on a coarse lattice and looked up between its points.

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "core/parallel.h"
#include "core/vec.h"

namespace lobule::phantom {

template <int kCount>
class FieldLattice {
 public:
  using Fields = std::array<float, kCount>;

  FieldLattice() = default;

  // Calls fields(point) (from several threads) at the points of a lattice that covers the box.
  template <class Function>
  FieldLattice(Vec3 low_mm, Vec3 high_mm, double spacing_mm, const Function& fields)
      : low_mm_(low_mm), per_mm_(1 / spacing_mm) {
    for (int axis = 0; axis < 3; ++axis) {
      size_[axis] = 2 + static_cast<int>(std::ceil((high_mm[axis] - low_mm[axis]) / spacing_mm));
      high_mm_[axis] = low_mm[axis] + (size_[axis] - 1.001) * spacing_mm;
    }
    nodes_.resize(static_cast<std::size_t>(size_[0]) * size_[1] * size_[2]);
    parallel_for(static_cast<std::size_t>(size_[2]), [&](std::size_t k) {
      Fields* node = &nodes_[k * size_[0] * size_[1]];
      for (int j = 0; j < size_[1]; ++j)
        for (int i = 0; i < size_[0]; ++i)
          *node++ = fields(low_mm_ + spacing_mm * Vec3{double(i), double(j), double(k)});
    });
  }

  bool contains(Vec3 point_mm) const {
    return point_mm.x >= low_mm_.x && point_mm.y >= low_mm_.y && point_mm.z >= low_mm_.z &&
           point_mm.x <= high_mm_.x && point_mm.y <= high_mm_.y && point_mm.z <= high_mm_.z;
  }

  // Trilinear; outside the box that of the nearest point of its border.
  Fields operator()(Vec3 point_mm) const {
    int corner[3];
    float t[3];
    for (int axis = 0; axis < 3; ++axis) {
      const double position =
          (std::min(std::max(point_mm[axis], low_mm_[axis]), high_mm_[axis]) - low_mm_[axis]) * per_mm_;
      corner[axis] = static_cast<int>(position);
      t[axis] = static_cast<float>(position - corner[axis]);
    }
    const std::size_t row = size_[0], plane = row * size_[1];
    const Fields* n = &nodes_[corner[2] * plane + corner[1] * row + corner[0]];
    Fields near, far, below, above;
    // Plain loops of a constant length, which compilers turn into vector instructions.
    const auto mix = [](Fields& out, const Fields& a, const Fields& b, float amount) {
      for (int f = 0; f < kCount; ++f) out[f] = a[f] + amount * (b[f] - a[f]);
    };
    mix(near, n[0], n[1], t[0]);
    mix(far, n[row], n[row + 1], t[0]);
    mix(below, near, far, t[1]);
    mix(near, n[plane], n[plane + 1], t[0]);
    mix(far, n[plane + row], n[plane + row + 1], t[0]);
    mix(above, near, far, t[1]);
    mix(near, below, above, t[2]);
    return near;
  }

 private:
  Vec3 low_mm_, high_mm_;
  double per_mm_ = 1;
  std::array<int, 3> size_{0, 0, 0};
  std::vector<Fields> nodes_;
};

}  // namespace lobule::phantom
