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
  explicit TubeTree(std::vector<TubeSegment> segments, double reach_mm = kReach_mm);

  // Signed distance to the nearest tube, at most the tree's reach.
  double distance_mm(Vec3 point_mm) const { return nearest(point_mm).distance_mm; }

  // The same, with that tube's radius; 0 where none is within reach.
  struct Nearest {
    double distance_mm, radius_mm;
  };
  Nearest nearest(Vec3 point_mm) const;
  static constexpr double kReach_mm = 4;

  const std::vector<TubeSegment>& segments() const { return segments_; }

 private:
  std::vector<TubeSegment> segments_;
  double reach_mm_ = kReach_mm;
  Vec3 low_mm_;
  std::array<int, 3> cells_{0, 0, 0};
  std::vector<std::vector<int>> near_;  // of each cell, the segments that may be within reach
};

}  // namespace lobule::phantom
