#include "measure/heat_regions.h"

#include <algorithm>
#include <cmath>

namespace lobule::measure {
namespace {

std::size_t place(const Grid& grid, int x, int y) {
  return static_cast<std::size_t>(y) * static_cast<std::size_t>(grid.size[0]) + static_cast<std::size_t>(x);
}

// No neighbour is warmer; of neighbours that are as warm the first in memory is the summit.
bool is_summit(const Image<float>& heat, int x, int y) {
  const std::size_t here = place(heat.grid, x, y);
  for (int b = std::max(0, y - 1); b <= std::min(heat.grid.size[1] - 1, y + 1); ++b)
    for (int a = std::max(0, x - 1); a <= std::min(heat.grid.size[0] - 1, x + 1); ++a) {
      const std::size_t at = place(heat.grid, a, b);
      if (heat.voxels[at] > heat.voxels[here] || (heat.voxels[at] == heat.voxels[here] && at < here))
        return false;
    }
  return true;
}

std::vector<std::size_t> summits(const Image<float>& heat, const Mask* inside, double least) {
  std::vector<std::size_t> found;
  for (int y = 0; y < heat.grid.size[1]; ++y)
    for (int x = 0; x < heat.grid.size[0]; ++x) {
      const std::size_t at = place(heat.grid, x, y);
      if (!(static_cast<double>(heat.voxels[at]) >= least) || (inside && inside->voxels[at] == 0)) continue;
      if (is_summit(heat, x, y)) found.push_back(at);
    }
  std::stable_sort(found.begin(), found.end(),
                   [&](std::size_t a, std::size_t b) { return heat.voxels[a] > heat.voxels[b]; });
  return found;
}

// What hangs together with a summit by edges of pixels and is warm enough.
HeatRegion grown(const Image<float>& heat, std::size_t summit, const HeatRegionOptions& options) {
  const int columns = heat.grid.size[0], rows = heat.grid.size[1];
  HeatRegion region;
  region.score = static_cast<double>(heat.voxels[summit]);
  region.x = static_cast<int>(summit % static_cast<std::size_t>(columns));
  region.y = static_cast<int>(summit / static_cast<std::size_t>(columns));
  std::vector<std::uint8_t> seen(heat.voxels.size());
  std::vector<std::size_t> open{summit};
  seen[summit] = 1;
  int right = region.x, bottom = region.y;
  region.left = region.x, region.top = region.y;
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    region.pixels.push_back(at);
    const int x = static_cast<int>(at % static_cast<std::size_t>(columns)),
              y = static_cast<int>(at / static_cast<std::size_t>(columns));
    region.left = std::min(region.left, x), right = std::max(right, x);
    region.top = std::min(region.top, y), bottom = std::max(bottom, y);
    const int next[4][2] = {{x - 1, y}, {x + 1, y}, {x, y - 1}, {x, y + 1}};
    for (const auto& [a, b] : next) {
      if (a < 0 || b < 0 || a >= columns || b >= rows) continue;
      const std::size_t to = place(heat.grid, a, b);
      if (seen[to] != 0 || !(static_cast<double>(heat.voxels[to]) >= options.share * region.score) ||
          std::hypot(a - region.x, b - region.y) > options.reach)
        continue;
      seen[to] = 1;
      open.push_back(to);
    }
  }
  region.width = right - region.left + 1, region.height = bottom - region.top + 1;
  std::sort(region.pixels.begin(), region.pixels.end());
  return region;
}

bool within(const HeatRegion& region, int x, int y, double margin) {
  return x >= region.left - margin && x <= region.left + region.width - 1 + margin &&
         y >= region.top - margin && y <= region.top + region.height - 1 + margin;
}

}  // namespace

std::vector<HeatRegion> heat_regions(const Image<float>& heat, const Mask* inside,
                                     const HeatRegionOptions& options) {
  std::vector<HeatRegion> regions;
  for (const std::size_t summit : summits(heat, inside, options.least_score)) {
    if (regions.size() == options.most) break;
    const int x = static_cast<int>(summit % static_cast<std::size_t>(heat.grid.size[0])),
              y = static_cast<int>(summit / static_cast<std::size_t>(heat.grid.size[0]));
    const bool near = std::any_of(regions.begin(), regions.end(), [&](const HeatRegion& warmer) {
      return within(warmer, x, y, options.apart);
    });
    if (!near) regions.push_back(grown(heat, summit, options));
  }
  return regions;
}

std::vector<KindRegion> heat_regions(const std::vector<Image<float>>& heats, const Mask* inside,
                                     const HeatRegionOptions& options) {
  std::vector<KindRegion> all, kept;
  for (std::size_t kind = 0; kind < heats.size(); ++kind)
    for (HeatRegion& region : heat_regions(heats[kind], inside, options))
      all.push_back({kind, std::move(region)});
  std::stable_sort(all.begin(), all.end(),
                   [](const KindRegion& a, const KindRegion& b) { return a.region.score > b.region.score; });
  for (KindRegion& one : all) {
    if (kept.size() == options.most) break;
    const bool covered = std::any_of(kept.begin(), kept.end(), [&](const KindRegion& warmer) {
      return within(warmer.region, one.region.x, one.region.y, 0) ||
             within(one.region, warmer.region.x, warmer.region.y, 0);
    });
    if (!covered) kept.push_back(std::move(one));
  }
  return kept;
}

}  // namespace lobule::measure
