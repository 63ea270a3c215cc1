#pragma once
// Random mammograms as a network that outlines their tissues sees them.

#include <memory>

#include "learn/sample.h"
#include "phantom/sampler_mammogram.h"

namespace lobule::learn {

struct MammogramSourceOptions {
  phantom::MammogramSamplerOptions mammogram;
  double low_percentile = 0, high_percentile = 100;  // of a picture become 0 and 1
  // Then x becomes x to the power of g, whose logarithm is normal with this deviation: how grey values come
  // from a file is rarely known.
  double gamma_deviation = 0.25;
  // Share of pictures turned upside down, so that a network can be asked twice about one.
  double upside_down = 0.25;
  std::uint64_t size = 0;  // 0: endless
};

// Samples of one input [1, y, x]. Targets [1, y, x]: "tissue" (0 background, 1 adipose, 2 dense, 3 pectoral)
// and "share", the share of dense tissue along each ray through the breast, 0 to 1.
std::shared_ptr<const SampleSource> mammograms(const MammogramSourceOptions& options);

}  // namespace lobule::learn
