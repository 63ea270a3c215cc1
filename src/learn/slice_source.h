#pragma once
// Transversal slices of random MRI patches, for tasks that learn from pictures.

#include <memory>

#include "learn/sample.h"
#include "phantom/sampler_patch.h"

namespace lobule::learn {

struct SliceSourceOptions {
  phantom::MriPatchOptions patch;
  std::uint64_t slices_per_patch = 12;  // neighbours in the order of samples share a patch and its cost
  std::uint64_t size = 0;               // 0: endless
};

// Slices lie where the patch holds a body, as a scanner's do: patches reach beyond what is modelled of a
// patient. Samples of one input [1, y, x], one of the patch's channels, scaled by its `top_percentile`, and
// the target "breast" [1, y, x] of 0 and 1.
std::shared_ptr<const SampleSource> breast_slices(const SliceSourceOptions& options, double top_percentile);

}  // namespace lobule::learn
