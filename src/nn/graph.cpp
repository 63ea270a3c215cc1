#include "nn/graph.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/error.h"
#include "core/random.h"

namespace lobule::nn {
namespace {

constexpr int kMostChannels = 1 << 20;
constexpr int kLargestExtent = 1 << 10;

// How many inputs a layer takes; -1: two or more.
int inputs_of(const Layer& layer) {
  if (std::holds_alternative<Input>(layer)) return 0;
  if (std::holds_alternative<Multiply>(layer)) return 2;
  if (std::holds_alternative<Add>(layer) || std::holds_alternative<Concatenate>(layer)) return -1;
  return 1;
}

void check_range(const Node& node, const char* what, long value, long low, long high) {
  if (value < low || value > high)
    throw Error("layer " + node.name, std::string(what) + " is " + std::to_string(value),
                "it has to lie between " + std::to_string(low) + " and " + std::to_string(high));
}

void check_extent(const Graph& graph, const Node& node, const char* what, const Extent& extent, int low) {
  for (const int value : extent) check_range(node, what, value, low, kLargestExtent);
  if (graph.dimensions == 2 && extent[0] != low)
    throw Error("layer " + node.name, std::string(what) + " has an extent along z",
                "the network has two dimensions");
}

struct CheckLayer {
  const Graph& graph;
  const Node& node;

  void operator()(const Input& layer) const {
    check_range(node, "the number of channels", layer.channels, 1, kMostChannels);
  }
  void operator()(const Convolution& layer) const {
    check_range(node, "the number of input channels", layer.in_channels, 1, kMostChannels);
    check_range(node, "the number of output channels", layer.out_channels, 1, kMostChannels);
    check_range(node, "the number of groups", layer.groups, 1, layer.in_channels);
    if (layer.in_channels % layer.groups != 0 || layer.out_channels % layer.groups != 0)
      throw Error("layer " + node.name, "its channels do not divide into its groups");
    check_extent(graph, node, "the kernel", layer.kernel, 1);
    check_extent(graph, node, "the stride", layer.stride, 1);
    check_extent(graph, node, "the dilation", layer.dilation, 1);
    check_extent(graph, node, "the padding", layer.padding, 0);
    check_extent(graph, node, "the output padding", layer.output_padding, 0);
  }
  void operator()(const Normalization& layer) const {
    check_range(node, "the number of channels", layer.channels, 1, kMostChannels);
    check_range(node, "the number of groups", layer.groups, 1, layer.channels);
    if (layer.channels % layer.groups != 0)
      throw Error("layer " + node.name, "its channels do not divide into its groups");
    if (!(layer.epsilon >= 0 && layer.epsilon <= 1))
      throw Error("layer " + node.name, "epsilon does not lie between 0 and 1");
  }
  void operator()(const Activation& layer) const {
    check_range(node, "the number of channels", layer.channels, 1, kMostChannels);
  }
  void operator()(const Pool& layer) const {
    check_extent(graph, node, "the kernel", layer.kernel, 1);
    check_extent(graph, node, "the stride", layer.stride, 1);
    check_extent(graph, node, "the padding", layer.padding, 0);
    for (std::size_t axis = 0; axis < 3; ++axis)
      check_range(node, "the padding", layer.padding[axis], 0, layer.kernel[axis] / 2);
  }
  void operator()(const Upsample& layer) const { check_extent(graph, node, "the factor", layer.factor, 1); }
  void operator()(const Linear& layer) const {
    check_range(node, "the number of input channels", layer.in_channels, 1, kMostChannels);
    check_range(node, "the number of output channels", layer.out_channels, 1, kMostChannels);
  }
  void operator()(const Dropout& layer) const {
    if (!(layer.share >= 0 && layer.share < 1))
      throw Error("layer " + node.name, "the share that is dropped does not lie in 0 to 1");
  }
  template <class Other>
  void operator()(const Other&) const {}
};

struct ListParameters {
  const Graph& graph;
  const Node& node;
  std::vector<Parameter>& list;

  void put(const char* word, Shape shape, double mean, double deviation = 0, bool decays = false) const {
    list.push_back({node.name + "." + word, std::move(shape), mean, deviation, true, decays});
  }
  // He et al. 2015, equation 10.
  static double he_deviation(int fan_in) { return std::sqrt(2.0 / std::max(1, fan_in)); }
  void operator()(const Convolution& layer) const {
    Shape shape{layer.out_channels, layer.in_channels / layer.groups};
    if (layer.transposed) shape = {layer.in_channels, layer.out_channels / layer.groups};
    int taps = 1;
    for (int axis = 3 - graph.dimensions; axis < 3; ++axis) {
      shape.push_back(layer.kernel[static_cast<std::size_t>(axis)]);
      taps *= layer.kernel[static_cast<std::size_t>(axis)];
    }
    int strides = layer.stride[0] * layer.stride[1] * layer.stride[2];
    // Each voxel of a transposed convolution's result meets kernel / stride of its taps.
    if (!layer.transposed) strides = 1;
    const int fan_in = layer.in_channels / layer.groups * taps / strides;
    put("weight", shape, 0, layer.initial_deviation > 0 ? layer.initial_deviation : he_deviation(fan_in),
        true);
    if (layer.bias) put("bias", {layer.out_channels}, layer.initial_bias);
  }
  void operator()(const Normalization& layer) const {
    if (layer.affine) {
      put("weight", {layer.channels}, 1);
      put("bias", {layer.channels}, 0);
    }
    if (layer.kind == NormalizationKind::batch) {
      put("running_mean", {layer.channels}, 0);
      list.back().trainable = false;
      put("running_var", {layer.channels}, 1);
      list.back().trainable = false;
    }
  }
  void operator()(const Activation& layer) const {
    if (layer.kind == ActivationKind::prelu) put("weight", {layer.channels}, 0.25);
  }
  void operator()(const Linear& layer) const {
    put("weight", {layer.out_channels, layer.in_channels}, 0, he_deviation(layer.in_channels), true);
    if (layer.bias) put("bias", {layer.out_channels}, 0);
  }
  template <class Other>
  void operator()(const Other&) const {}
};

// Whether the parameters of two layers have the same words and shapes.
bool same_parameters(const Graph& graph, const Node& a, const Node& b) {
  std::vector<Parameter> of_a, of_b;
  Node renamed = b;
  renamed.name = a.name;
  std::visit(ListParameters{graph, a, of_a}, a.layer);
  std::visit(ListParameters{graph, renamed, of_b}, renamed.layer);
  return !of_a.empty() && std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                                     [](const Parameter& left, const Parameter& right) {
                                       return left.name == right.name && left.shape == right.shape;
                                     });
}

// The layer whose parameters `node` uses has to come before it, own them, and have the same ones.
void check_sharing(const Graph& graph, const Node& node, const std::map<std::string, const Node*>& earlier) {
  if (node.weights_of.empty()) return;
  const auto owner = earlier.find(node.weights_of);
  if (owner == earlier.end() || !owner->second->weights_of.empty())
    throw Error("layer " + node.name, "it uses the weights of " + node.weights_of,
                "no earlier layer of this name has weights of its own");
  if (!same_parameters(graph, node, *owner->second))
    throw Error("layer " + node.name, "it uses the weights of " + node.weights_of,
                "theirs have other shapes");
}

}  // namespace

std::string_view kind_name(const Layer& layer) {
  static constexpr std::array<std::string_view, std::variant_size_v<Layer>> kNames{
      "input",  "convolution", "normalization", "activation",  "pool",    "global_average", "upsample",
      "linear", "add",         "multiply",      "concatenate", "softmax", "dropout"};
  return kNames[layer.index()];
}

std::vector<Parameter> parameters(const Graph& graph) {
  std::vector<Parameter> list;
  for (const Node& node : graph.nodes) {
    if (node.weights_of.empty()) std::visit(ListParameters{graph, node, list}, node.layer);
  }
  return list;
}

std::size_t parameter_count(const Graph& graph) {
  std::size_t count = 0;
  for (const Parameter& parameter : parameters(graph)) {
    if (parameter.trainable) count += value_count(parameter.shape);
  }
  return count;
}

void check(const Graph& graph) {
  if (graph.dimensions != 2 && graph.dimensions != 3)
    throw Error("network", "it has " + std::to_string(graph.dimensions) + " dimensions",
                "networks work on images of 2 or 3 dimensions");
  if (graph.outputs.empty()) throw Error("network", "it has no output");
  std::map<std::string, const Node*> earlier;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (earlier.contains(node.name)) throw Error("layer " + node.name, "two layers have this name");
    const int wanted = inputs_of(node.layer);
    const int given = static_cast<int>(node.inputs.size());
    if (wanted < 0 ? given < 2 : given != wanted)
      throw Error("layer " + node.name, "it has " + std::to_string(given) + " inputs",
                  "a layer of kind " + std::string(kind_name(node.layer)) + " takes " +
                      (wanted < 0 ? "two or more" : std::to_string(wanted)));
    for (const int input : node.inputs) {
      if (input < 0 || static_cast<std::size_t>(input) >= n)
        throw Error("layer " + node.name, "its input is no earlier layer");
    }
    std::visit(CheckLayer{graph, node}, node.layer);
    check_sharing(graph, node, earlier);
    earlier.emplace(node.name, &node);
  }
  for (const Output& output : graph.outputs) {
    if (output.node < 0 || static_cast<std::size_t>(output.node) >= graph.nodes.size())
      throw Error("output " + output.name, "it names no layer");
  }
}

void check_weights(const Graph& graph, const TensorMap& weights, bool only_known) {
  std::vector<std::string> wrong;
  std::set<std::string> known;
  for (const Parameter& parameter : parameters(graph)) {
    known.insert(parameter.name);
    const auto found = weights.find(parameter.name);
    if (found == weights.end())
      wrong.push_back(parameter.name + " is missing");
    else if (found->second.shape != parameter.shape)
      wrong.push_back(parameter.name + " is " + describe(found->second.shape) + " and should be " +
                      describe(parameter.shape));
  }
  if (only_known) {
    for (const auto& [name, tensor] : weights) {
      if (!known.contains(name)) wrong.push_back(name + " is none of the network's");
    }
  }
  if (wrong.empty()) return;
  std::string what;
  for (std::size_t i = 0; i < wrong.size() && i < 3; ++i) what += (i ? ", " : "") + wrong[i];
  if (wrong.size() > 3) what += ", and " + std::to_string(wrong.size() - 3) + " more";
  throw Error("weights", what, "they belong to another network",
              "Name the network that they were trained for");
}

TensorMap initial_weights(const Graph& graph, std::uint64_t seed) {
  TensorMap weights;
  for (const Parameter& parameter : parameters(graph)) {
    Tensor tensor(parameter.shape);
    const RandomStream random(seed, parameter.name);
    for (std::size_t i = 0; i < tensor.values.size(); ++i)
      tensor.values[i] = static_cast<float>(parameter.mean + parameter.deviation * random.normal(i));
    weights.emplace(parameter.name, std::move(tensor));
  }
  return weights;
}

}  // namespace lobule::nn
