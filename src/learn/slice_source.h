#pragma once
// Transversal slices of random MRI patches, for tasks that learn from pictures.

#include <memory>

#include "learn/sample.h"
#include "phantom/sampler_patch.h"

namespace lobule::learn {

struct SliceSourceOptions {
  phantom::MriPatchOptions patch;
  std::uint64_t slices_per_patch = 12;  // neighbours in the order of samples share a patch and its cost
  double reach = 0.35;                  // slices lie within this share of the patch's extent from its middle
  std::uint64_t size = 0;               // 0: endless
};

// Samples of one input [1, y, x], one of the patch's channels, scaled by its `top_percentile`, and the target
// "breast" [1, y, x] of 0 and 1.
std::shared_ptr<const SampleSource> breast_slices(const SliceSourceOptions& options, double top_percentile);

}  // namespace lobule::learn
