#pragma once
// Networks are composed of small functions that add layers to a builder and return where their result is.
//
//   Builder b(3);
//   Value x = b.input(1);
//   x = b.convolution("stem.conv", x, 16, {.kernel = 3});
//   x = b.normalize("stem.norm", x, {.kind = NormalizationKind::instance});
//   x = b.activate("stem.relu", x, {ActivationKind::relu});
//   Graph graph = b.finish({{"logits", x}});

#include <string>
#include <utility>
#include <vector>

#include "nn/graph.h"

namespace lobule::nn {

// Where a result is, and how many channels it has.
struct Value {
  int node = 0;
  int channels = 0;
};

// One extent for all axes of the network (z stays 1, its padding 0, in two dimensions), or each by itself.
struct Extents {
  Extents(int all) : z(all), y(all), x(all), same(true) {}
  Extents(int z_, int y_, int x_) : z(z_), y(y_), x(x_) {}
  explicit Extents(const Extent& e) : z(e[0]), y(e[1]), x(e[2]) {}
  int z, y, x;
  bool same = false;
};

struct ConvolutionOptions {
  Extents kernel = 3;
  Extents stride = 1;
  Extents padding = kSame;  // default: (kernel − 1) / 2 · dilation, so that stride 1 keeps extents
  Extents dilation = 1;
  int groups = 1;
  bool bias = true;
  double initial_deviation = 0;  // as Convolution's
  double initial_bias = 0;
  static constexpr int kSame = -1;
};

struct PoolOptions {
  bool maximum = true;
  Extents kernel = 2;
  Extents stride = 2;
  Extents padding = 0;
  bool ceil = false;
};

class Builder {
 public:
  explicit Builder(int dimensions);

  int dimensions() const { return graph_.dimensions; }

  Value input(int channels, const std::string& name = "image");
  Value convolution(const std::string& name, Value x, int out_channels, const ConvolutionOptions& options);
  // Enlarges by `factor`, with kernel and stride of it.
  Value convolution_up(const std::string& name, Value x, int out_channels, Extents factor, bool bias = true);
  // The adjoint of a convolution with these options, its result longer by `output_padding` at the end.
  Value transposed_convolution(const std::string& name, Value x, int out_channels,
                               const ConvolutionOptions& options, Extents output_padding = 0);
  // Channels are filled in; groups only of kind group.
  Value normalize(const std::string& name, Value x, Normalization normalization);
  Value activate(const std::string& name, Value x, Activation activation);
  Value pool(const std::string& name, Value x, const PoolOptions& options);
  Value global_average(const std::string& name, Value x);
  Value upsample(const std::string& name, Value x, Extents factor, bool linear = true);
  Value linear(const std::string& name, Value x, int out_channels, bool bias = true);
  Value add(const std::string& name, const std::vector<Value>& values);
  Value multiply(const std::string& name, Value x, Value by);
  Value concatenate(const std::string& name, const std::vector<Value>& values);
  Value softmax(const std::string& name, Value x);
  Value dropout(const std::string& name, Value x, double share);

  // Lets the layer that gave `x` use the parameters of an earlier one of its kind, as a head that looks at
  // several images does.
  Value with_weights_of(const std::string& layer, Value x);

  // Checks the graph and hands it over; the builder is empty afterwards.
  Graph finish(const std::vector<std::pair<std::string, Value>>& outputs);

 private:
  Value put(const std::string& name, Layer layer, std::vector<int> inputs, int channels);
  Extent extent(const Extents& extents, int flat) const;

  Graph graph_;
};

}  // namespace lobule::nn
