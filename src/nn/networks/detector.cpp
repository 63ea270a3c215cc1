#include "nn/networks/detector.h"

#include <cmath>

#include "core/error.h"

namespace lobule::nn {
namespace {

constexpr int kFirstLevel = 3;
constexpr double kHeadDeviation = 0.01;  // Lin et al. 2017, section 4.1

Value relu(Builder& b, const std::string& name, Value x) {
  return b.activate(name, x, {ActivationKind::relu});
}

// A convolution by its weights' name, for the level `at`: the first level owns the weights.
Value shared_convolution(Builder& b, const std::string& name, const std::string& at, Value x, int channels,
                         double bias) {
  const ConvolutionOptions options{.initial_deviation = kHeadDeviation, .initial_bias = bias};
  if (at.empty()) return b.convolution(name, x, channels, options);
  return b.with_weights_of(name, b.convolution(name + at, x, channels, options));
}

// torchvision: NAME.conv.I.0 with ReLU behind, then NAME.LAST.
Value head(Builder& b, const std::string& name, const std::string& last, const std::string& at, Value x,
           int channels, double bias, const RetinaNetOptions& options) {
  for (int i = 0; i < options.depth; ++i) {
    const std::string conv = name + ".conv." + std::to_string(i);
    x = shared_convolution(b, conv + ".0", at, x, options.channels, 0);
    x = relu(b, conv + ".1" + at, x);
  }
  return shared_convolution(b, name + "." + last, at, x, channels, bias);
}

void check_probability(const char* where, double probability) {
  if (!(probability > 0 && probability < 1))
    throw Error(where, "the prior probability is " + std::to_string(probability),
                "it has to lie between 0 and 1");
}

Value point_head(Builder& b, const std::string& name, Value x, int channels, double bias,
                 const CenterNetOptions& options) {
  x = relu(b, name + ".1", b.convolution(name + ".0", x, options.head_channels, {}));
  return b.convolution(name + ".2", x, channels,
                       {.kernel = 1, .initial_deviation = kHeadDeviation, .initial_bias = bias});
}

}  // namespace

double prior_bias(double probability) {
  return -std::log((1 - probability) / probability);
}

std::vector<Value> feature_pyramid(Builder& b, const std::string& name, const std::vector<Value>& features,
                                   int channels) {
  std::vector<Value> levels(features.size());
  Value below;
  for (std::size_t level = features.size(); level-- > 0;) {
    const std::string number = std::to_string(level);
    Value inner =
        b.convolution(name + ".inner_blocks." + number + ".0", features[level], channels, {.kernel = 1});
    if (level + 1 < features.size()) {
      const Value up = b.upsample(name + ".up." + number, below, 2, false);
      inner = b.add(name + ".add." + number, {inner, up});
    }
    below = inner;
    levels[level] = b.convolution(name + ".layer_blocks." + number + ".0", inner, channels, {});
  }
  const ConvolutionOptions half{.stride = 2};
  levels.push_back(b.convolution(name + ".extra_blocks.p6", levels.back(), channels, half));
  levels.push_back(b.convolution(name + ".extra_blocks.p7",
                                 relu(b, name + ".extra_blocks.relu", levels.back()), channels, half));
  return levels;
}

Graph retinanet(const RetinaNetOptions& options) {
  check_probability("RetinaNet", options.prior);
  const int dimensions = options.backbone.dimensions;
  Builder b(dimensions);
  const Value image = b.input(options.backbone.in_channels);
  const std::vector<Value> features = resnet_features(b, image, options.backbone, "backbone.body.");
  const std::vector<Value> pyramid =
      feature_pyramid(b, "backbone.fpn", {features.begin() + 2, features.end()}, options.channels);
  std::vector<std::pair<std::string, Value>> outputs;
  for (std::size_t level = 0; level < pyramid.size(); ++level) {
    const std::string number = std::to_string(kFirstLevel + static_cast<int>(level));
    const std::string at = level == 0 ? "" : "@" + number;
    outputs.emplace_back("scores." + number,
                         head(b, "head.classification_head", "cls_logits", at, pyramid[level],
                              options.anchors * options.classes, prior_bias(options.prior), options));
    outputs.emplace_back("boxes." + number, head(b, "head.regression_head", "bbox_reg", at, pyramid[level],
                                                 options.anchors * 2 * dimensions, 0, options));
  }
  return b.finish(outputs);
}

Graph centernet(const CenterNetOptions& options) {
  check_probability("CenterNet", options.prior);
  const int dimensions = options.backbone.dimensions;
  Builder b(dimensions);
  Value x = resnet_features(b, b.input(options.backbone.in_channels), options.backbone, "backbone.").back();
  for (int step = 0; step < 3; ++step) {
    const std::string name = "up." + std::to_string(step);
    x = b.convolution_up(name + ".conv", x, options.up_channels, 2, false);
    x = relu(b, name + ".relu", b.normalize(name + ".norm", x, {.kind = NormalizationKind::batch}));
  }
  const Value heat = point_head(b, "heat", x, options.classes, prior_bias(options.prior), options);
  const Value size = point_head(b, "size", x, dimensions, 0, options);
  const Value offset = point_head(b, "offset", x, dimensions, 0, options);
  return b.finish({{"heat", heat}, {"size", size}, {"offset", offset}});
}

}  // namespace lobule::nn
