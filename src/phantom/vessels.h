#pragma once
// Thin tubes along curves, found quickly by a coarse lattice of cells.

#include <array>
#include <vector>

#include "core/vec.h"

namespace lobule::phantom {

struct TubeSegment {
  Vec3 from_mm, to_mm;
  double radius_mm = 1;
};

class TubeTree {
 public:
  TubeTree() = default;
  explicit TubeTree(std::vector<TubeSegment> segments);

  // Signed distance to the nearest tube, at most `kReach_mm`.
  double distance_mm(Vec3 point_mm) const;
  static constexpr double kReach_mm = 4;

  const std::vector<TubeSegment>& segments() const { return segments_; }

 private:
  std::vector<TubeSegment> segments_;
  Vec3 low_mm_;
  std::array<int, 3> cells_{0, 0, 0};
  std::vector<std::vector<int>> near_;  // of each cell, the segments that may be within reach
};

}  // namespace lobule::phantom
