#pragma once
// Which convolutions of a plan are done by minimal filtering, and what normalizations leave to them.

#include <vector>

#include "nn/engine_kernels.h"
#include "nn/engine_weights.h"

namespace lobule::nn {

struct StepFusion {
  bool winograd = false;   // a convolution
  int moments_of = -1;     // a normalization: the step that takes its image's moments as it writes it
  bool deferred = false;   // a normalization: its reader normalizes
  int normalized_by = -1;  // a convolution: the deferred step whose work it does as it reads
};

// Of each step, for images of the values' shapes. All false for kernels that are not of float.
std::vector<StepFusion> fuse(const Graph& graph, const Lowered& lowered,
                             const std::vector<BlockedImage>& images, const Kernels& kernels);

}  // namespace lobule::nn
