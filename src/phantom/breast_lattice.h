#pragma once
// The points at which a breast is counted: the middles of cubes that fill a box around it.

#include <algorithm>
#include <array>
#include <cmath>

#include "phantom/breast.h"

namespace lobule::phantom {

// Around its footprint the skin still stands out from the trunk, by at least 1 mm: that is breast, too.
inline constexpr double kBreastFold = 8;

class BreastLattice {
 public:
  BreastLattice(const Breast& breast, double spacing_mm) : spacing_mm_(spacing_mm) {
    const BreastShape& s = breast.shape();
    const Vec3 reach{s.radii_mm.x + kBreastFold + 2 + std::abs(s.splay_mm), 0,
                     s.radii_mm.z + kBreastFold + 2 + std::abs(s.sag_mm)};
    low_mm_ = s.base_mm - reach;
    high_mm_ = s.base_mm + reach;
    low_mm_.y = s.base_mm.y - s.radii_mm.y - 12;
    high_mm_.y = s.base_mm.y + 0.5 * s.radii_mm.y;
  }

  std::array<int, 3> size() const {
    std::array<int, 3> n;
    for (int axis = 0; axis < 3; ++axis)
      n[axis] = std::max(1, static_cast<int>(std::ceil((high_mm_[axis] - low_mm_[axis]) / spacing_mm_)));
    return n;
  }

  // Calls visit(point) for every point of slice k.
  template <class Visit>
  void visit_slice(int k, const Visit& visit) const {
    const auto n = size();
    for (int j = 0; j < n[1]; ++j)
      for (int i = 0; i < n[0]; ++i) visit(low_mm_ + spacing_mm_ * Vec3{i + 0.5, j + 0.5, k + 0.5});
  }

 private:
  Vec3 low_mm_, high_mm_;
  double spacing_mm_;
};

}  // namespace lobule::phantom
