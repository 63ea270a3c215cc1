#include "measure/compact_parts.h"

#include <algorithm>
#include <cmath>

#include "measure/morphology.h"

namespace lobule::measure {
namespace {

// The region's own box, one voxel wider: its mask is small, and its border is all background.
struct Box {
  Index3 low{};
  Mask mask;
};

Box box_of(const std::vector<Index3>& region, const Grid& grid) {
  Index3 low = region[0], high = region[0];
  for (const Index3& p : region)
    for (int a = 0; a < 3; ++a) {
      low[a] = std::min(low[a], p[a]);
      high[a] = std::max(high[a], p[a]);
    }
  Grid part = grid;
  for (int a = 0; a < 3; ++a) {
    --low[a];
    part.size[a] = high[a] + 2 - low[a];
  }
  Box box{low, Mask(part)};
  for (const Index3& p : region) box.mask.at(p[0] - low[0], p[1] - low[1], p[2] - low[2]) = 1;
  return box;
}

std::size_t deepest_voxel(const Image<float>& depth) {
  return static_cast<std::size_t>(std::max_element(depth.voxels.begin(), depth.voxels.end()) -
                                  depth.voxels.begin());
}

// The part of `mask` that holds voxel `at`, joined by faces.
Mask joined_to(const Mask& mask, std::size_t at) {
  const Components parts = connected_components(mask, Connectivity::faces);
  Mask joined(mask.grid);
  const int label = parts.label.voxels[at];
  for (std::size_t i = 0; i < joined.voxels.size(); ++i)
    joined.voxels[i] = label != 0 && parts.label.voxels[i] == label;
  return joined;
}

// What of `mask` lies within `reach_mm` of the voxels deeper than `radius_mm` around voxel `at`.
Mask opened_around(const Mask& mask, const Image<float>& depth, std::size_t at, double radius_mm,
                   double reach_mm) {
  Mask core(mask.grid);
  for (std::size_t i = 0; i < core.voxels.size(); ++i) core.voxels[i] = depth.voxels[i] > radius_mm;
  const Image<float> distance = distance_to(joined_to(core, at));
  Mask part(mask.grid);
  for (std::size_t i = 0; i < part.voxels.size(); ++i)
    part.voxels[i] = mask.voxels[i] != 0 && distance.voxels[i] <= reach_mm;
  return joined_to(part, at);
}

double share_of_neighbourhood(const Mask& part, const Mask& region) {
  const Image<float> distance = distance_to(part);
  double own = 0, all = 0;
  for (std::size_t i = 0; i < part.voxels.size(); ++i) {
    own += part.voxels[i] != 0;
    all += region.voxels[i] != 0 && distance.voxels[i] <= kNeighbourhoodMm;
  }
  return own / all;
}

}  // namespace

std::vector<CompactPart> compact_parts(const std::vector<Index3>& region, const Grid& grid, double neck,
                                       double smallest_ml, int most) {
  std::vector<CompactPart> parts;
  if (region.empty()) return parts;
  const Box box = box_of(region, grid);
  const double half_voxel = 0.5 * std::cbrt(1000 * grid.voxel_volume_ml());
  Mask left = box.mask;
  auto left_ml = static_cast<double>(region.size()) * grid.voxel_volume_ml();
  // Crumbs that are too small to keep count against the number of rounds too, so that it is bounded.
  for (int round = 0; round < 2 * most && left_ml >= smallest_ml && std::ssize(parts) < most; ++round) {
    const Image<float> depth = depth_inside(left, true);
    const std::size_t at = deepest_voxel(depth);
    const double radius = depth.voxels[at] - half_voxel;
    // Half a voxel more than the opening's radius keeps the rough surface with the part.
    const Mask mask = opened_around(left, depth, at, neck * radius, neck * radius + 1.5 * half_voxel);
    CompactPart part;
    part.inscribed_radius_mm = radius;
    for (int k = 0; k < mask.grid.size[2]; ++k)
      for (int j = 0; j < mask.grid.size[1]; ++j)
        for (int i = 0; i < mask.grid.size[0]; ++i)
          if (mask.at(i, j, k) != 0) {
            left.at(i, j, k) = 0;
            part.voxels.push_back({i + box.low[0], j + box.low[1], k + box.low[2]});
          }
    const double ml = static_cast<double>(part.voxels.size()) * grid.voxel_volume_ml();
    left_ml -= ml;
    if (ml < smallest_ml) continue;
    part.share_of_neighbourhood = share_of_neighbourhood(mask, box.mask);
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace lobule::measure
