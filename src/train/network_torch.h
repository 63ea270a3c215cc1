#pragma once
// The interpreter that trains: a network's graph run on LibTorch tensors, so that gradients follow.
// Functional: the parameters are a map of tensors by name, and nothing else has a state.

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <vector>

#include "nn/graph.h"

namespace lobule::train {

// By the names of nn::parameters.
using TorchTensors = std::map<std::string, at::Tensor>;

at::Tensor to_torch(const Tensor& tensor, at::ScalarType type = at::kFloat);
// As 32-bit floats on the CPU, contiguous.
Tensor from_torch(const at::Tensor& tensor);
TorchTensors to_torch(const TensorMap& tensors, at::ScalarType type = at::kFloat);
TensorMap from_torch(const TorchTensors& tensors);

struct ForwardOptions {
  // Batch normalization takes the batch's statistics and moves the running ones, dropout drops.
  bool training = false;
  // What convolutions, and layers between them that can, compute in. Master weights stay as they are.
  at::ScalarType compute = at::kFloat;
  // Dropout's draws are a function of these and of the layer's name.
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
};

// The outputs in the order of graph.outputs, in the type of the parameters. Results that nothing needs any
// more are freed on the way.
std::vector<at::Tensor> forward(const nn::Graph& graph, const TorchTensors& parameters,
                                const std::vector<at::Tensor>& inputs, const ForwardOptions& options = {});

// The layout in which convolutions are fastest: of images and of convolutions' weights (4 or 5 axes).
at::Tensor channels_last(const at::Tensor& tensor);

}  // namespace lobule::train
