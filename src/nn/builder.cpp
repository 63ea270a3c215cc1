#include "nn/builder.h"

#include "core/error.h"

namespace lobule::nn {
namespace {

std::vector<int> nodes_of(const std::vector<Value>& values) {
  std::vector<int> nodes;
  for (const Value& value : values) nodes.push_back(value.node);
  return nodes;
}

}  // namespace

Builder::Builder(int dimensions) {
  if (dimensions != 2 && dimensions != 3)
    throw Error("network", "it has " + std::to_string(dimensions) + " dimensions",
                "networks work on images of 2 or 3 dimensions");
  graph_.dimensions = dimensions;
}

Extent Builder::extent(const Extents& extents, int flat) const {
  if (graph_.dimensions == 2) return {flat, extents.y, extents.x};
  return {extents.z, extents.y, extents.x};
}

Value Builder::put(const std::string& name, Layer layer, std::vector<int> inputs, int channels) {
  graph_.nodes.push_back({name, std::move(layer), std::move(inputs), {}});
  return {static_cast<int>(graph_.nodes.size()) - 1, channels};
}

Value Builder::input(int channels, const std::string& name) {
  return put(name, Input{channels}, {}, channels);
}

Value Builder::convolution(const std::string& name, Value x, int out_channels,
                           const ConvolutionOptions& options) {
  Convolution layer;
  layer.in_channels = x.channels;
  layer.out_channels = out_channels;
  layer.kernel = extent(options.kernel, 1);
  layer.stride = extent(options.stride, 1);
  layer.dilation = extent(options.dilation, 1);
  layer.padding = extent(options.padding, 0);
  for (int axis = 0; axis < 3; ++axis) {
    if (layer.padding[axis] == ConvolutionOptions::kSame)
      layer.padding[axis] = (layer.kernel[axis] - 1) / 2 * layer.dilation[axis];
  }
  layer.groups = options.groups;
  layer.bias = options.bias;
  layer.initial_deviation = options.initial_deviation;
  layer.initial_bias = options.initial_bias;
  return put(name, layer, {x.node}, out_channels);
}

Value Builder::convolution_up(const std::string& name, Value x, int out_channels, Extents factor, bool bias) {
  Convolution layer;
  layer.in_channels = x.channels;
  layer.out_channels = out_channels;
  layer.kernel = layer.stride = extent(factor, 1);
  layer.bias = bias;
  layer.transposed = true;
  return put(name, layer, {x.node}, out_channels);
}

Value Builder::transposed_convolution(const std::string& name, Value x, int out_channels,
                                      const ConvolutionOptions& options, Extents output_padding) {
  const Value result = convolution(name, x, out_channels, options);
  auto& layer = std::get<Convolution>(graph_.nodes.back().layer);
  layer.transposed = true;
  layer.output_padding = extent(output_padding, 0);
  return result;
}

Value Builder::normalize(const std::string& name, Value x, Normalization normalization) {
  normalization.channels = x.channels;
  return put(name, normalization, {x.node}, x.channels);
}

Value Builder::activate(const std::string& name, Value x, Activation activation) {
  return put(name, activation, {x.node}, x.channels);
}

Value Builder::pool(const std::string& name, Value x, const PoolOptions& options) {
  const Pool layer{options.maximum, extent(options.kernel, 1), extent(options.stride, 1),
                   extent(options.padding, 0), options.ceil};
  return put(name, layer, {x.node}, x.channels);
}

Value Builder::global_average(const std::string& name, Value x) {
  return put(name, GlobalAveragePool{}, {x.node}, x.channels);
}

Value Builder::upsample(const std::string& name, Value x, Extents factor, bool linear) {
  return put(name, Upsample{extent(factor, 1), linear}, {x.node}, x.channels);
}

Value Builder::linear(const std::string& name, Value x, int out_channels, bool bias) {
  return put(name, Linear{x.channels, out_channels, bias}, {x.node}, out_channels);
}

Value Builder::add(const std::string& name, const std::vector<Value>& values) {
  return put(name, Add{}, nodes_of(values), values.empty() ? 0 : values[0].channels);
}

Value Builder::multiply(const std::string& name, Value x, Value by) {
  return put(name, Multiply{}, {x.node, by.node}, x.channels);
}

Value Builder::concatenate(const std::string& name, const std::vector<Value>& values) {
  int channels = 0;
  for (const Value& value : values) channels += value.channels;
  return put(name, Concatenate{}, nodes_of(values), channels);
}

Value Builder::softmax(const std::string& name, Value x) {
  return put(name, Softmax{}, {x.node}, x.channels);
}

Value Builder::dropout(const std::string& name, Value x, double share) {
  return put(name, Dropout{share}, {x.node}, x.channels);
}

Value Builder::with_weights_of(const std::string& layer, Value x) {
  graph_.nodes[static_cast<std::size_t>(x.node)].weights_of = layer;
  return x;
}

Graph Builder::finish(const std::vector<std::pair<std::string, Value>>& outputs) {
  for (const auto& [name, value] : outputs) graph_.outputs.push_back({name, value.node});
  Graph graph = std::move(graph_);
  graph_ = {graph.dimensions, {}, {}};
  check(graph);
  return graph;
}

}  // namespace lobule::nn
