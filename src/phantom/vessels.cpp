#include "phantom/vessels.h"

#include <algorithm>
#include <cmath>

namespace lobule::phantom {
namespace {

constexpr double kCell = 4;  // millimetres

double segment_distance(const TubeSegment& s, Vec3 point) {
  const Vec3 along = s.to_mm - s.from_mm;
  const double length2 = dot(along, along);
  const double t = length2 > 0 ? std::clamp(dot(point - s.from_mm, along) / length2, 0.0, 1.0) : 0.0;
  return norm(point - (s.from_mm + t * along)) - s.radius_mm;
}

}  // namespace

TubeTree::TubeTree(std::vector<TubeSegment> segments, double reach_mm)
    : segments_(std::move(segments)), reach_mm_(reach_mm) {
  if (segments_.empty()) return;
  Vec3 low = segments_[0].from_mm, high = low;
  for (const TubeSegment& s : segments_)
    for (const Vec3& p : {s.from_mm, s.to_mm})
      for (int axis = 0; axis < 3; ++axis) {
        low[axis] = std::min(low[axis], p[axis] - s.radius_mm - reach_mm_);
        high[axis] = std::max(high[axis], p[axis] + s.radius_mm + reach_mm_);
      }
  low_mm_ = low;
  for (int axis = 0; axis < 3; ++axis)
    cells_[axis] = 1 + static_cast<int>(std::floor((high[axis] - low[axis]) / kCell));
  near_.resize(static_cast<std::size_t>(cells_[0]) * cells_[1] * cells_[2]);
  const double diagonal = kCell * std::sqrt(3.0) / 2;
  for (std::size_t n = 0; n < segments_.size(); ++n) {
    const TubeSegment& s = segments_[n];
    const double margin = s.radius_mm + reach_mm_;
    std::array<int, 3> first, last;
    for (int axis = 0; axis < 3; ++axis) {
      const double from = std::min(s.from_mm[axis], s.to_mm[axis]) - margin;
      const double to = std::max(s.from_mm[axis], s.to_mm[axis]) + margin;
      first[axis] = std::max(0, static_cast<int>((from - low[axis]) / kCell));
      last[axis] = std::min(cells_[axis] - 1, static_cast<int>((to - low[axis]) / kCell));
    }
    for (int k = first[2]; k <= last[2]; ++k)
      for (int j = first[1]; j <= last[1]; ++j)
        for (int i = first[0]; i <= last[0]; ++i)
          if (segment_distance(s, low + kCell * Vec3{i + 0.5, j + 0.5, k + 0.5}) < diagonal + reach_mm_)
            near_[(static_cast<std::size_t>(k) * cells_[1] + j) * cells_[0] + i].push_back(
                static_cast<int>(n));
  }
}

TubeTree::Nearest TubeTree::nearest(Vec3 point) const {
  Nearest best{reach_mm_, 0};
  if (segments_.empty()) return best;
  std::array<int, 3> index;
  for (int axis = 0; axis < 3; ++axis) {
    const double position = (point[axis] - low_mm_[axis]) / kCell;
    if (!(position >= 0 && position < cells_[axis])) return best;
    index[axis] = static_cast<int>(position);
  }
  const std::size_t cell = (static_cast<std::size_t>(index[2]) * cells_[1] + index[1]) * cells_[0] + index[0];
  for (const int n : near_[cell]) {
    const double distance = segment_distance(segments_[n], point);
    if (distance < best.distance_mm) best = {distance, segments_[n].radius_mm};
  }
  return best;
}

}  // namespace lobule::phantom
