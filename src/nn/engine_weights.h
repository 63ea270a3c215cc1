#pragma once
// The numbers that each step of the engine needs, in the form in which it needs them: once for an engine.

#include <memory>
#include <vector>

#include "nn/engine_convolution.h"
#include "nn/engine_lower.h"
#include "nn/engine_memory.h"

namespace lobule::nn {

struct StepWeights {
  std::unique_ptr<ConvolutionWeights> convolution;
  std::vector<float> scale, shift;                  // of a normalization, padded to whole blocks
  std::vector<float> enlarge_weight, enlarge_bias;  // EnlargeJob's
  Arena winograd_weight;                            // made when a plan first asks for it
  std::vector<float> winograd_bias;                 // padded
  std::vector<float> slopes;                        // of prelu with a weight for each channel, padded
  PointwiseActivation activation;                   // may point to slopes

  std::size_t bytes() const;
};

// The convolution that a layer of kind convolution or linear is.
Convolution as_convolution(const Layer& layer);

// Makes the weights that a convolution by minimal filtering needs, unless they are there.
void prepare_winograd(const Convolution& layer, const Kernels& kernels, StepWeights& weights);

// Whether it is a transposed convolution whose windows do not overlap.
bool enlarges(const Convolution& layer);

// Of each step, in their order. `weights` has been checked.
std::vector<std::unique_ptr<StepWeights>> prepare_weights(const Graph& graph, const Lowered& lowered,
                                                          const TensorMap& weights, int block);

}  // namespace lobule::nn
