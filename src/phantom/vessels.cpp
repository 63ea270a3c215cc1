#include "phantom/vessels.h"

#include <algorithm>
#include <cmath>

namespace lobule::phantom {
namespace {

constexpr double kCell = 8;  // millimetres

double segment_distance(const TubeSegment& s, Vec3 point) {
  const Vec3 along = s.to_mm - s.from_mm;
  const double length2 = dot(along, along);
  const double t = length2 > 0 ? std::clamp(dot(point - s.from_mm, along) / length2, 0.0, 1.0) : 0.0;
  return norm(point - (s.from_mm + t * along)) - s.radius_mm;
}

}  // namespace

TubeTree::TubeTree(std::vector<TubeSegment> segments) : segments_(std::move(segments)) {
  if (segments_.empty()) return;
  Vec3 low = segments_[0].from_mm, high = low;
  for (const TubeSegment& s : segments_)
    for (const Vec3& p : {s.from_mm, s.to_mm})
      for (int axis = 0; axis < 3; ++axis) {
        low[axis] = std::min(low[axis], p[axis] - s.radius_mm - kReach_mm);
        high[axis] = std::max(high[axis], p[axis] + s.radius_mm + kReach_mm);
      }
  low_mm_ = low;
  for (int axis = 0; axis < 3; ++axis)
    cells_[axis] = 1 + static_cast<int>(std::floor((high[axis] - low[axis]) / kCell));
  near_.resize(static_cast<std::size_t>(cells_[0]) * cells_[1] * cells_[2]);
  const double diagonal = kCell * std::sqrt(3.0) / 2;
  std::size_t cell = 0;
  for (int k = 0; k < cells_[2]; ++k)
    for (int j = 0; j < cells_[1]; ++j)
      for (int i = 0; i < cells_[0]; ++i, ++cell) {
        const Vec3 center = low + kCell * Vec3{i + 0.5, j + 0.5, k + 0.5};
        for (std::size_t s = 0; s < segments_.size(); ++s)
          if (segment_distance(segments_[s], center) < diagonal + kReach_mm)
            near_[cell].push_back(static_cast<int>(s));
      }
}

double TubeTree::distance_mm(Vec3 point) const {
  double best = kReach_mm;
  if (segments_.empty()) return best;
  std::array<int, 3> index;
  for (int axis = 0; axis < 3; ++axis) {
    const double position = (point[axis] - low_mm_[axis]) / kCell;
    if (!(position >= 0 && position < cells_[axis])) return best;
    index[axis] = static_cast<int>(position);
  }
  const std::size_t cell = (static_cast<std::size_t>(index[2]) * cells_[1] + index[1]) * cells_[0] + index[0];
  for (const int s : near_[cell]) best = std::min(best, segment_distance(segments_[s], point));
  return best;
}

}  // namespace lobule::phantom
