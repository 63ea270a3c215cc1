#include "nn/foreign/axes.h"

namespace lobule::nn {
namespace {

Tensor exchanged(const Tensor& theirs, const AxisOrder& order) {
  const std::size_t dimensions = theirs.shape.size() - 2;
  Tensor ours = theirs;
  for (std::size_t a = 0; a < dimensions; ++a)
    ours.shape[2 + static_cast<std::size_t>(order[a])] = theirs.shape[2 + a];
  std::array<std::size_t, 3> extent{1, 1, 1}, step{0, 0, 0};  // of their axes, step in our tensor
  for (std::size_t a = 0; a < dimensions; ++a) {
    extent[a] = static_cast<std::size_t>(theirs.shape[2 + a]);
    step[a] = 1;
    for (std::size_t b = static_cast<std::size_t>(order[a]) + 1; b < dimensions; ++b)
      step[a] *= static_cast<std::size_t>(ours.shape[2 + b]);
  }
  const std::size_t taps = extent[0] * extent[1] * extent[2];
  std::size_t from = 0;
  for (std::size_t kernel = 0; kernel < theirs.values.size(); kernel += taps)
    for (std::size_t i = 0; i < extent[0]; ++i)
      for (std::size_t j = 0; j < extent[1]; ++j)
        for (std::size_t k = 0; k < extent[2]; ++k)
          ours.values[kernel + i * step[0] + j * step[1] + k * step[2]] = theirs.values[from++];
  return ours;
}

}  // namespace

Graph in_our_axes(Graph graph, const AxisOrder& order) {
  const std::size_t first = graph.dimensions == 2 ? 1 : 0;  // of an Extent
  const auto exchange = [&](Extent& extent) {
    const Extent theirs = extent;
    for (std::size_t a = first; a < 3; ++a)
      extent[first + static_cast<std::size_t>(order[a - first])] = theirs[a];
  };
  for (Node& node : graph.nodes) {
    if (auto* convolution = std::get_if<Convolution>(&node.layer)) {
      exchange(convolution->kernel);
      exchange(convolution->stride);
      exchange(convolution->padding);
      exchange(convolution->dilation);
      exchange(convolution->output_padding);
    } else if (auto* pool = std::get_if<Pool>(&node.layer)) {
      exchange(pool->kernel);
      exchange(pool->stride);
      exchange(pool->padding);
    } else if (auto* upsample = std::get_if<Upsample>(&node.layer)) {
      exchange(upsample->factor);
    }
  }
  return graph;
}

TensorMap in_our_axes(const TensorMap& weights, const AxisOrder& order) {
  TensorMap ours;
  for (const auto& [name, tensor] : weights)
    ours.emplace(name, tensor.shape.size() > 3 && !tensor.values.empty() ? exchanged(tensor, order) : tensor);
  return ours;
}

}  // namespace lobule::nn
