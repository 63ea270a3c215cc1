#include "nn/networks/blocks.h"

#include <algorithm>

namespace lobule::nn {
namespace {

bool keeps_extents(const Builder& b, const Extents& stride) {
  return (b.dimensions() == 2 || stride.z == 1) && stride.y == 1 && stride.x == 1;
}

Value convolve_and_normalize(Builder& b, const std::string& name, Value x, int channels,
                             ConvolutionOptions options, const BlockStyle& style) {
  options.bias = style.bias;
  x = b.convolution(name + ".conv", x, channels, options);
  return b.normalize(name + ".norm", x, style.normalization);
}

// `x` in the shape that a block around it has.
Value shortcut(Builder& b, const std::string& name, Value x, int channels, const Extents& stride,
               const BlockStyle& style) {
  if (!keeps_extents(b, stride))
    x = b.pool(name + ".pool", x, {.maximum = false, .kernel = stride, .stride = stride});
  if (x.channels == channels) return x;
  BlockStyle without_bias = style;
  without_bias.bias = false;
  return convolve_and_normalize(b, name, x, channels, {.kernel = 1}, without_bias);
}

}  // namespace

Value convolution_unit(Builder& b, const std::string& name, Value x, const BlockShape& shape,
                       const BlockStyle& style, int dilation) {
  x = convolve_and_normalize(b, name, x, shape.channels,
                             {.kernel = shape.kernel, .stride = shape.stride, .dilation = dilation}, style);
  return b.activate(name + ".act", x, style.activation);
}

Value plain_block(Builder& b, const std::string& name, Value x, const BlockShape& shape,
                  const BlockStyle& style) {
  BlockShape unit = shape;
  for (int i = 0; i < shape.depth; ++i) {
    x = convolution_unit(b, name + "." + std::to_string(i), x, unit, style);
    unit.stride = 1;
  }
  return x;
}

Value residual_block(Builder& b, const std::string& name, Value x, const BlockShape& shape,
                     const BlockStyle& style) {
  BlockShape unit = shape;
  for (int i = 0; i < shape.depth; ++i) {
    const std::string at = name + "." + std::to_string(i);
    const Value around = shortcut(b, at + ".shortcut", x, unit.channels, unit.stride, style);
    x = convolution_unit(b, at + ".conv1", x, unit, style);
    x = convolve_and_normalize(b, at + ".conv2", x, unit.channels, {.kernel = unit.kernel}, style);
    x = b.activate(at + ".act", b.add(at + ".add", {x, around}), style.activation);
    unit.stride = 1;
  }
  return x;
}

Value dilated_block(Builder& b, const std::string& name, Value x, const BlockShape& shape,
                    const BlockStyle& style) {
  const Value around = shortcut(b, name + ".shortcut", x, shape.channels, shape.stride, style);
  BlockShape unit = shape;
  for (int level = 0; level < shape.depth; ++level) {
    const std::string at = name + "." + std::to_string(level);
    const Value around_level = shortcut(b, at + ".shortcut", x, unit.channels, unit.stride, style);
    std::vector<Value> rates;
    for (const int rate : {1, 3, 5})
      rates.push_back(convolution_unit(b, at + ".rate" + std::to_string(rate), x, unit, style, rate));
    x = b.concatenate(at + ".concat", rates);
    x = convolve_and_normalize(b, at + ".join", x, unit.channels, {.kernel = 1}, style);
    x = b.activate(at + ".act", b.add(at + ".add", {x, around_level}), style.activation);
    unit.stride = 1;
  }
  return b.activate(name + ".act", b.add(name + ".add", {x, around}), style.activation);
}

Value skip_block(Builder& b, const std::string& name, Value x, int levels, const BlockStyle& style) {
  const Value inner = residual_block(b, name, x, {.channels = x.channels, .depth = levels}, style);
  return b.activate(name + ".act", b.add(name + ".add", {inner, x}), style.activation);
}

Value attention_gate(Builder& b, const std::string& name, Value x, Value gate, Extents factor,
                     const BlockStyle& style) {
  const int inner = std::max(1, x.channels / 2);
  const Value theta = b.convolution(name + ".theta", x, inner,
                                    {.kernel = factor, .stride = factor, .padding = 0, .bias = false});
  const Value phi = b.convolution(name + ".phi", gate, inner, {.kernel = 1});
  const Value both = b.activate(name + ".relu", b.add(name + ".add", {theta, phi}), {ActivationKind::relu});
  const Value psi = b.convolution(name + ".psi", both, 1, {.kernel = 1});
  const Value weight = b.activate(name + ".sigmoid", psi, {ActivationKind::sigmoid});
  const Value fine = b.upsample(name + ".up", weight, factor);
  return convolve_and_normalize(b, name + ".out", b.multiply(name + ".gate", x, fine), x.channels,
                                {.kernel = 1}, style);
}

}  // namespace lobule::nn
