#pragma once
// The engine's steps for inputs of one shape: where every image lies, and which convolution computes it.

#include <memory>
#include <string>
#include <vector>

#include "nn/engine_kernels.h"
#include "nn/engine_weights.h"

namespace lobule::nn {

// What of an engine does not depend on shapes.
struct EngineParts {
  const Graph& graph;
  const Lowered& lowered;
  const std::vector<std::unique_ptr<StepWeights>>& weights;
  const Kernels& kernels;
  Precision precision;
};

class Plan {
 public:
  // `shapes`: of the inputs, with a batch of one. Throws Error where they do not fit.
  Plan(const EngineParts& parts, const std::vector<Shape>& shapes);
  ~Plan();

  // Of the block of memory that run() works in, with so many threads.
  std::size_t arena_bytes(int threads) const;

  // `inputs` and `outputs`: as the graph has them, each one sample in plain order. Adds each step's seconds
  // to `seconds`.
  void run(const std::vector<const float*>& inputs, const std::vector<float*>& outputs, std::byte* arena,
           std::vector<double>& seconds) const;

  // What computes each step, and the work in it.
  std::vector<StepTime> steps() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lobule::nn
