#include "nn/networks/resnet.h"

#include <algorithm>

#include "core/error.h"

namespace lobule::nn {
namespace {

struct Plan {
  std::array<int, 4> blocks;
  bool bottleneck;
};

// He et al. 2016, table 1; 10 layers as Med3D.
Plan plan_of(int depth) {
  switch (depth) {
    case 10: return {{1, 1, 1, 1}, false};
    case 18: return {{2, 2, 2, 2}, false};
    case 34: return {{3, 4, 6, 3}, false};
    case 50: return {{3, 4, 6, 3}, true};
    case 101: return {{3, 4, 23, 3}, true};
    case 152: return {{3, 8, 36, 3}, true};
    default: break;
  }
  throw Error("ResNet", "a depth of " + std::to_string(depth) + " is asked for",
              "there are 10, 18, 34, 50, 101 and 152");
}

constexpr int kExpansion = 4;  // of a bottleneck's channels at its end
const std::string kShortcutA = ".downsample";

struct BlockPlan {
  int channels, stride, dilation;
  bool bottleneck;
  int out_channels() const { return bottleneck ? channels * kExpansion : channels; }
};

Value convolve(Builder& b, const std::string& conv, const std::string& norm, Value x, int channels,
               ConvolutionOptions options) {
  options.bias = false;
  x = b.convolution(conv, x, channels, options);
  return b.normalize(norm, x, {.kind = NormalizationKind::batch});
}

Value relu(Builder& b, const std::string& name, Value x) {
  return b.activate(name, x, {ActivationKind::relu});
}

Value shortcut(Builder& b, const std::string& name, Value x, const BlockPlan& plan, ShortcutKind kind) {
  if (plan.stride == 1 && x.channels == plan.out_channels()) return x;
  if (kind == ShortcutKind::zero_padding)
    return b.convolution(name + kShortcutA, x, plan.out_channels(),
                         {.kernel = 1, .stride = plan.stride, .bias = false});
  return convolve(b, name + ".downsample.0", name + ".downsample.1", x, plan.out_channels(),
                  {.kernel = 1, .stride = plan.stride});
}

Value block(Builder& b, const std::string& name, Value x, const BlockPlan& plan, ShortcutKind kind) {
  const Value around = shortcut(b, name, x, plan, kind);
  const ConvolutionOptions wide{.kernel = 3, .stride = plan.stride, .dilation = plan.dilation};
  if (plan.bottleneck) {
    x = relu(b, name + ".relu1",
             convolve(b, name + ".conv1", name + ".bn1", x, plan.channels, {.kernel = 1}));
    x = relu(b, name + ".relu2", convolve(b, name + ".conv2", name + ".bn2", x, plan.channels, wide));
    x = convolve(b, name + ".conv3", name + ".bn3", x, plan.out_channels(), {.kernel = 1});
  } else {
    x = relu(b, name + ".relu1", convolve(b, name + ".conv1", name + ".bn1", x, plan.channels, wide));
    x = convolve(b, name + ".conv2", name + ".bn2", x, plan.channels,
                 {.kernel = 3, .dilation = plan.dilation});
  }
  return relu(b, name + ".relu", b.add(name + ".add", {x, around}));
}

}  // namespace

std::vector<Value> resnet_features(Builder& b, Value image, const ResNetOptions& options,
                                   const std::string& prefix) {
  const Plan plan = plan_of(options.depth);
  Value x = convolve(b, prefix + "conv1", prefix + "bn1", image, 64, {.kernel = 7, .stride = 2});
  x = b.pool(prefix + "maxpool", relu(b, prefix + "relu", x), {.kernel = 3, .stride = 2, .padding = 1});
  std::vector<Value> results{x};
  for (int layer = 0; layer < 4; ++layer) {
    const bool dilates = options.dilated && layer >= 2;
    BlockPlan of_block{64 << layer, layer == 0 || dilates ? 1 : 2, dilates ? 1 << (layer - 1) : 1,
                       plan.bottleneck};
    for (int i = 0; i < plan.blocks[static_cast<std::size_t>(layer)]; ++i) {
      const std::string name = prefix + "layer" + std::to_string(layer + 1) + "." + std::to_string(i);
      x = block(b, name, x, of_block, options.shortcut);
      of_block.stride = 1;
    }
    results.push_back(x);
  }
  return results;
}

Graph resnet(const ResNetOptions& options) {
  Builder b(options.dimensions);
  const Value features = resnet_features(b, b.input(options.in_channels), options).back();
  return b.finish({{"logits", b.linear("fc", b.global_average("avgpool", features), options.classes)}});
}

Graph med3d_segmentation(const ResNetOptions& options) {
  ResNetOptions dilated = options;
  dilated.dilated = true;
  Builder b(options.dimensions);
  Value x = resnet_features(b, b.input(options.in_channels), dilated).back();
  x = b.convolution_up("conv_seg.0", x, 32, 2);
  x = relu(b, "conv_seg.2", b.normalize("conv_seg.1", x, {.kind = NormalizationKind::batch}));
  x = relu(b, "conv_seg.5", convolve(b, "conv_seg.3", "conv_seg.4", x, 32, {.kernel = 3}));
  return b.finish(
      {{"logits", b.convolution("conv_seg.6", x, options.classes, {.kernel = 1, .bias = false})}});
}

TensorMap zero_padding_weights(const Graph& graph) {
  TensorMap weights;
  for (const Parameter& parameter : parameters(graph)) {
    if (!parameter.name.ends_with(kShortcutA + ".weight")) continue;
    Tensor carry(parameter.shape);
    const std::size_t in = static_cast<std::size_t>(parameter.shape[1]);
    for (std::size_t channel = 0; channel < in; ++channel) carry.values[channel * in + channel] = 1;
    weights.emplace(parameter.name, std::move(carry));
  }
  return weights;
}

}  // namespace lobule::nn
