#pragma once
// A network is a value: a list of layers with names, shapes and parameters, in the order in which they run.
// It is written once (networks/*.h) and read by two interpreters, which train it (torch/) and run it
// (engine*.h); a plain slow one in the tests is the law that both obey.
//
// Conventions. Images are [batch, channel, y, x] or [batch, channel, z, y, x]; extents of layers are given in
// the order z, y, x, with z = 1 in networks of two dimensions. A layer's parameters are called by its name
// and a word: "layer1.0.conv1.weight". Names, shapes and order of axes are those of torchvision, so that its
// state dicts load as they are:
//   convolution             weight [out, in / groups, (z,) y, x], bias [out]
//   transposed convolution  weight [in, out / groups, (z,) y, x], bias [out]
//   normalization           weight [channels], bias [channels]; batch: also running_mean, running_var
//   PReLU                   weight [1] or [channels]
//   linear                  weight [out, in], bias [out]

#include <array>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/tensor.h"

namespace lobule::nn {

using Extent = std::array<int, 3>;  // z, y, x

// Where an image enters.
struct Input {
  int channels = 1;
};

// Cross-correlation, as learning libraries call convolution. Transposed: its adjoint, which enlarges.
struct Convolution {
  int in_channels = 1, out_channels = 1;
  Extent kernel{1, 1, 1}, stride{1, 1, 1}, padding{0, 0, 0}, dilation{1, 1, 1};
  int groups = 1;
  bool bias = true;
  bool transposed = false;
  Extent output_padding{0, 0, 0};  // of transposed ones
  double initial_deviation = 0;    // of fresh weights; 0: that of He et al. 2015
  double initial_bias = 0;         // a detector that begins by finding little: −log((1 − p) / p)
};

// (x − mean) / sqrt(variance + epsilon) · weight + bias, with mean and (population) variance of each channel
// and sample (instance), of each group of channels and sample (group), or, when a trained network runs,
// running ones (batch: Ioffe and Szegedy 2015).
enum class NormalizationKind { instance, group, batch };
struct Normalization {
  NormalizationKind kind = NormalizationKind::instance;
  int channels = 1;
  int groups = 1;  // of kind group
  double epsilon = 1e-5;
  bool affine = true;  // has weight and bias
};

enum class ActivationKind { relu, leaky_relu, prelu, elu, silu, gelu, sigmoid, tanh };
struct Activation {
  ActivationKind kind = ActivationKind::relu;
  double slope = 0.01;  // of leaky_relu below zero; alpha of elu
  int channels = 1;     // of prelu: 1 shares one weight
};

// The largest or mean value of a window. `ceil`: a last, partial window counts (torch's ceil_mode). The mean
// counts padding as zeros.
struct Pool {
  bool maximum = true;
  Extent kernel{1, 2, 2}, stride{1, 2, 2}, padding{0, 0, 0};
  bool ceil = false;
};

// The mean over all places: extents become 1.
struct GlobalAveragePool {};

// Enlarges by whole factors; linear: at the centres of voxels (torch's align_corners = false).
struct Upsample {
  Extent factor{1, 2, 2};
  bool linear = true;
};

// On images whose extents are all 1.
struct Linear {
  int in_channels = 1, out_channels = 1;
  bool bias = true;
};

struct Add {};          // of two or more images of one shape
struct Multiply {};     // of two; the second may have one channel, or extents of 1: it is repeated
struct Concatenate {};  // along channels
struct Softmax {};      // over channels
struct Dropout {        // of whole channels; does nothing when a trained network runs
  double share = 0.5;
};

using Layer = std::variant<Input, Convolution, Normalization, Activation, Pool, GlobalAveragePool, Upsample,
                           Linear, Add, Multiply, Concatenate, Softmax, Dropout>;

struct Node {
  std::string name;  // unique; of layers with parameters, their prefix
  Layer layer;
  std::vector<int> inputs;      // indices of earlier nodes
  std::string weights_of = {};  // an earlier layer of the same kind whose parameters it uses; empty: its own
};

// What a layer's parameters are called by: weights_name(node) + ".weight".
inline const std::string& weights_name(const Node& node) {
  return node.weights_of.empty() ? node.name : node.weights_of;
}

struct Output {
  std::string name;  // "logits"
  int node = 0;
};

struct Graph {
  int dimensions = 2;  // 2 or 3
  std::vector<Node> nodes;
  std::vector<Output> outputs;
};

struct Parameter {
  std::string name;  // "layer1.0.conv1.weight"
  Shape shape;
  double mean = 0, deviation = 0;  // of fresh, normally distributed weights
  bool trainable = true;           // false: running_mean, running_var
  bool decays = true;              // weight decay applies: weights of convolutions and linear layers
};

// All parameters, in the order of the layers; those that several layers share once.
std::vector<Parameter> parameters(const Graph& graph);

// How many trainable numbers there are.
std::size_t parameter_count(const Graph& graph);

// The shape of each node's result for inputs of these shapes (one for each Input, in their order). Throws
// Error that names the layer where shapes do not fit or nothing is left of an image.
std::vector<Shape> infer_shapes(const Graph& graph, const std::vector<Shape>& inputs);

// Two for each multiplication with a weight, for inputs of these shapes.
double floating_point_operations(const Graph& graph, const std::vector<Shape>& inputs);

// Throws Error unless the graph is well formed: names are unique, inputs are earlier nodes of fitting
// numbers and channels, extents are positive, and a layer's numbers are within bounds that no sensible
// network exceeds (2^20 channels, kernels of 2^10).
void check(const Graph& graph);

// Throws Error unless `weights` holds every parameter in its shape; names the first few that are missing or
// differ. Further tensors are allowed where `only_known` is false.
void check_weights(const Graph& graph, const TensorMap& weights, bool only_known = false);

// Fresh weights from a seed: the same on every machine.
TensorMap initial_weights(const Graph& graph, std::uint64_t seed);

// The kind of a layer in words ("convolution"), as in model.json.
std::string_view kind_name(const Layer& layer);

}  // namespace lobule::nn
