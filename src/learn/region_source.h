#pragma once
// Tiles of random mammograms as a network that finds regions of interest sees them.

#include <memory>

#include "learn/sample.h"
#include "phantom/sampler_mammogram.h"

namespace lobule::learn {

// Of phantom::RegionKind; the first is class 1 of the target "region".
inline constexpr int kRegionKinds = 3;
inline constexpr int kUnsureRegion = -1;
// The network's answers are so many times coarser than its input.
inline constexpr int kRegionStride = 4;

struct RegionSourceOptions {
  phantom::MammogramSamplerOptions mammogram;
  double low_percentile = 0, high_percentile = 100;  // of a picture become 0 and 1
  double gamma_deviation = 0.25;                     // of the logarithm of a picture's gamma
  double upside_down = 0.25;                         // share of tiles
  int tile = 192;                                    // pixels of a side, a multiple of kRegionStride
  double at_region = 0.75;  // share of tiles that are laid at a region, where the picture has one
  // Making a picture costs as much as learning from several of its tiles. Neighbours in the order of samples
  // are of different pictures.
  std::size_t pictures = 16;             // held at once
  std::uint64_t tiles_per_picture = 12;  // each its own place, noise and blur
  std::uint64_t size = 0;                // 0: endless
};

// Samples of one input [1, tile, tile]. Targets on places of kRegionStride pixels: "region" [1, y, x], 0 or
// the kind of the region that most of a place belongs to, kUnsureRegion where nobody could say; "malignant"
// [1, y, x], 1 or 0 in masses and calcifications, else NaN; "weight" [1, y, x]: small and large regions weigh
// about the same.
std::shared_ptr<const SampleSource> mammogram_tiles(const RegionSourceOptions& options);

}  // namespace lobule::learn
