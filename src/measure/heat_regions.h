#pragma once
// Regions in heat maps: where a network is warm, one region a summit.

#include <vector>

#include "core/image.h"

namespace lobule::measure {

struct HeatRegion {
  double score = 0;                              // of its summit
  int x = 0, y = 0;                              // of its summit, in pixels of the map
  int left = 0, top = 0, width = 0, height = 0;  // of the box around it
  std::vector<std::size_t> pixels;               // that belong to it, in the order of memory
};

struct HeatRegionOptions {
  double least_score = 0.05;
  std::size_t most = 10;
  double share = 0.5;  // of its summit's value: what is as warm and hangs together belongs to the region
  double apart = 4;    // pixels from a region's box within which no weaker summit makes another one
  double reach = 40;   // pixels from the summit beyond which nothing belongs to it
};

// Summits of one slice, the warmest first; where `inside` (on the map's grid; may be null) is 0 there is
// none. NaN is cold. A mirrored map gives the mirrored regions.
std::vector<HeatRegion> heat_regions(const Image<float>& heat, const Mask* inside,
                                     const HeatRegionOptions& options = {});

// Regions of several maps of one field, by the number of their map, the warmest first, at most options.most:
// of regions of which one's summit lies within the other's box the warmer one stays.
struct KindRegion {
  std::size_t kind = 0;
  HeatRegion region;
};
std::vector<KindRegion> heat_regions(const std::vector<Image<float>>& heats, const Mask* inside,
                                     const HeatRegionOptions& options = {});

}  // namespace lobule::measure
