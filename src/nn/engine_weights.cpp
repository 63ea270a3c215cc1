#include "nn/engine_weights.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lobule::nn {
namespace {

std::size_t index(int i) {
  return static_cast<std::size_t>(i);
}

struct Preparing {
  const Graph& graph;
  const TensorMap& weights;
  int block;

  const Node& node(int n) const { return graph.nodes[index(n)]; }
  const std::vector<float>& parameter(const Node& of, const char* word) const {
    return weights.at(weights_name(of) + "." + word).values;
  }
  std::size_t padded(int channels) const { return index((channels + block - 1) / block * block); }

  // (x − mean) / sqrt(variance + epsilon) · weight + bias as x · scale + shift.
  std::pair<std::vector<double>, std::vector<double>> batch_norm(const Node& of,
                                                                 const Normalization& layer) const {
    std::vector<double> scale(index(layer.channels), 1), shift(index(layer.channels), 0);
    for (std::size_t c = 0; c < scale.size(); ++c) {
      const double deviation = std::sqrt(double{parameter(of, "running_var")[c]} + layer.epsilon);
      scale[c] = (layer.affine ? parameter(of, "weight")[c] : 1.0) / deviation;
      shift[c] = (layer.affine ? parameter(of, "bias")[c] : 0.0) -
                 double{parameter(of, "running_mean")[c]} * scale[c];
    }
    return {scale, shift};
  }

  void normalization(const Step& step, StepWeights& out) const {
    const Node& of = node(step.node);
    const auto& layer = std::get<Normalization>(of.layer);
    out.scale.assign(padded(layer.channels), 0);
    out.shift.assign(padded(layer.channels), 0);
    if (layer.kind == NormalizationKind::batch) {
      const auto [scale, shift] = batch_norm(of, layer);
      std::copy(scale.begin(), scale.end(), out.scale.begin());
      std::copy(shift.begin(), shift.end(), out.shift.begin());
      return;
    }
    for (std::size_t c = 0; c < index(layer.channels); ++c) {
      out.scale[c] = layer.affine ? parameter(of, "weight")[c] : 1;
      out.shift[c] = layer.affine ? parameter(of, "bias")[c] : 0;
    }
  }

  void convolution(const Step& step, StepWeights& out) const {
    const Node& of = node(step.node);
    const Convolution layer = as_convolution(of.layer);
    std::vector<float> weight = parameter(of, "weight"), bias;
    if (layer.bias && !step.drops_bias) bias = parameter(of, "bias");
    if (step.batch_norm >= 0) {
      const Node& norm = node(step.batch_norm);
      const auto [scale, shift] = batch_norm(norm, std::get<Normalization>(norm.layer));
      bias.resize(index(layer.out_channels), 0);
      for (std::size_t c = 0; c < bias.size(); ++c)
        bias[c] = static_cast<float>(bias[c] * scale[c] + shift[c]);
      for (std::size_t i = 0; i < weight.size(); ++i)
        weight[i] = static_cast<float>(weight[i] * scale[out_channel(layer, weight.size(), i)]);
    }
    if (enlarges(layer))
      enlargement(layer, weight, bias, out);
    else
      out.convolution = std::make_unique<ConvolutionWeights>(std::move(weight), std::move(bias));
  }

  // The output channel to which the i-th of all weights belongs.
  static std::size_t out_channel(const Convolution& layer, std::size_t count, std::size_t i) {
    if (!layer.transposed) return i / (count / index(layer.out_channels));
    const std::size_t of_group = index(layer.out_channels / layer.groups);
    const std::size_t taps = count / index(layer.in_channels) / of_group;
    const std::size_t in = i / (taps * of_group);
    return in / index(layer.in_channels / layer.groups) * of_group + i / taps % of_group;
  }

  void enlargement(const Convolution& layer, const std::vector<float>& weight, const std::vector<float>& bias,
                   StepWeights& out) const {
    const std::size_t in = index(layer.in_channels), channels = index(layer.out_channels);
    const std::size_t taps = weight.size() / in / channels, lanes = index(block);
    out.enlarge_bias.assign(padded(layer.out_channels), 0);
    std::copy(bias.begin(), bias.end(), out.enlarge_bias.begin());
    out.enlarge_weight.assign(padded(layer.out_channels) * taps * in, 0);
    for (std::size_t i = 0; i < in; ++i)
      for (std::size_t o = 0; o < channels; ++o)
        for (std::size_t t = 0; t < taps; ++t)
          out.enlarge_weight[((o / lanes * taps + t) * in + i) * lanes + o % lanes] =
              weight[(i * channels + o) * taps + t];
  }

  void activation(const Node& of, StepWeights& out) const {
    const auto& layer = std::get<Activation>(of.layer);
    out.activation = {true, layer.kind, static_cast<float>(layer.slope), nullptr};
    if (layer.kind != ActivationKind::prelu) return;
    const std::vector<float>& slopes = parameter(of, "weight");
    out.activation.slope = slopes[0];
    if (layer.channels == 1) return;
    out.slopes.assign(padded(layer.channels), 0);
    std::copy(slopes.begin(), slopes.end(), out.slopes.begin());
    out.activation.slopes = out.slopes.data();
  }
};

}  // namespace

std::size_t StepWeights::bytes() const {
  const std::size_t own =
      scale.size() + shift.size() + enlarge_weight.size() + enlarge_bias.size() + slopes.size();
  return (own + winograd_bias.size()) * sizeof(float) + winograd_weight.bytes() +
         (convolution ? convolution->bytes() : 0);
}

Convolution as_convolution(const Layer& layer) {
  if (const auto* convolution = std::get_if<Convolution>(&layer)) return *convolution;
  const auto& linear = std::get<Linear>(layer);
  Convolution made;
  made.in_channels = linear.in_channels;
  made.out_channels = linear.out_channels;
  made.bias = linear.bias;
  return made;
}

void prepare_winograd(const Convolution& layer, const Kernels& kernels, StepWeights& weights) {
  if (!weights.winograd_bias.empty()) return;
  const int depth = layer.kernel[0], block = kernels.block;
  weights.winograd_weight.reserve(
      kernels.winograd_weight_count(layer.out_channels, layer.in_channels, depth) * sizeof(float));
  kernels.winograd_weights(weights.convolution->weight().data(), layer.out_channels, layer.in_channels, depth,
                           weights.winograd_weight.floats());
  weights.winograd_bias.assign(index((layer.out_channels + block - 1) / block * block), 0);
  const std::vector<float>& bias = weights.convolution->bias();
  std::copy(bias.begin(), bias.end(), weights.winograd_bias.begin());
}

bool enlarges(const Convolution& layer) {
  constexpr Extent kNone{0, 0, 0};
  constexpr Extent kDense{1, 1, 1};
  return layer.transposed && layer.kernel == layer.stride && layer.padding == kNone &&
         layer.output_padding == kNone && layer.dilation == kDense && layer.groups == 1;
}

std::vector<std::unique_ptr<StepWeights>> prepare_weights(const Graph& graph, const Lowered& lowered,
                                                          const TensorMap& weights, int block) {
  const Preparing preparing{graph, weights, block};
  std::vector<std::unique_ptr<StepWeights>> prepared;
  for (const Step& step : lowered.steps) {
    auto made = std::make_unique<StepWeights>();
    if (step.kind == StepKind::normalize) preparing.normalization(step, *made);
    if (step.kind == StepKind::convolution) preparing.convolution(step, *made);
    if (step.kind == StepKind::activate) preparing.activation(graph.nodes[index(step.node)], *made);
    if (step.activation >= 0) preparing.activation(graph.nodes[index(step.activation)], *made);
    prepared.push_back(std::move(made));
  }
  return prepared;
}

}  // namespace lobule::nn
