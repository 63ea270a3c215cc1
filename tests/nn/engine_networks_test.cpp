// Whole networks by the engine, against the plain interpreter.

#include <gtest/gtest.h>

#include <cmath>

#include "nn/engine.h"
#include "nn/fixed_weights.h"
#include "nn/foreign/monai.h"
#include "nn/networks/detector.h"
#include "nn/networks/squeezenet.h"
#include "nn/networks/unet.h"
#include "nn/plain_interpreter.h"

namespace lobule::nn {
namespace {

void expect_the_same(const Graph& graph, const Shape& shape, const std::string& what) {
  const TensorMap weights = test::fixed_weights(graph);
  const Tensor image = test::fixed_image(shape);
  const std::vector<Tensor> all = plain::run(graph, weights, {image});
  const std::vector<Tensor> fast = Engine(graph, weights).run({image});
  ASSERT_EQ(fast.size(), graph.outputs.size());
  for (std::size_t o = 0; o < fast.size(); ++o) {
    const Tensor& slow = all[static_cast<std::size_t>(graph.outputs[o].node)];
    ASSERT_EQ(fast[o].shape, slow.shape);
    float largest = 0, difference = 0;
    for (std::size_t i = 0; i < slow.values.size(); ++i) {
      largest = std::max(largest, std::abs(slow.values[i]));
      difference = std::max(difference, std::abs(slow.values[i] - fast[o].values[i]));
    }
    EXPECT_LE(difference, 1e-4 * largest) << what << ", " << graph.outputs[o].name;
  }
}

UNetOptions unet_of(int dimensions) {
  UNetOptions options;
  options.dimensions = dimensions;
  options.levels = unet_levels({4, 6, 8});
  options.decoders = {{"tissue", {{"labels", 3}}}, {"landmarks", {{"heat", 2}}}};
  options.deep_supervision = 1;
  return options;
}

TEST(EngineNetworks, RunsEveryKindOfUNet) {
  for (const int dimensions : {2, 3}) {
    Shape shape{1, 1, 8, 16, 24};
    if (dimensions == 2) shape.erase(shape.begin() + 2);
    UNetOptions options = unet_of(dimensions);
    expect_the_same(unet(options), shape, "plain");
    options.encoder_block = BlockKind::residual;
    options.stem_channels = 4;
    expect_the_same(unet(options), shape, "residual");
    options.encoder_block = options.decoder_block = BlockKind::dilated;
    options.skip_levels = 2;
    expect_the_same(unet(options), shape, "dilated");
    options = unet_of(dimensions);
    options.attention_gates = true;
    expect_the_same(unet(options), shape, "attention");
    options = unet_of(dimensions);
    options.max_pool_down = options.linear_up = true;
    options.style.normalization = {.kind = NormalizationKind::group, .groups = 2};
    expect_the_same(unet(options), shape, "pooling and linear upsampling");
  }
}

TEST(EngineNetworks, RunsDetectorsWhoseHeadsShareWeights) {
  for (const int dimensions : {2, 3}) {
    RetinaNetOptions options;
    options.backbone = {.dimensions = dimensions, .depth = 10, .in_channels = 1};
    options.classes = 2;
    options.anchors = 3;
    options.channels = 8;
    Shape shape{1, 1, 32, 32, 32};
    if (dimensions == 2) shape.erase(shape.begin() + 2);
    expect_the_same(retinanet(options), shape, "RetinaNet");
    CenterNetOptions points;
    points.backbone = options.backbone;
    points.up_channels = points.head_channels = 8;
    expect_the_same(centernet(points), shape, "CenterNet");
  }
}

TEST(EngineNetworks, RunsForeignNetworks) {
  expect_the_same(monai_unet({.channels = {4, 6, 8}, .strides = {2, 2}, .residual_units = 2}),
                  {1, 1, 8, 12, 16}, "UNet");
  expect_the_same(monai_basic_unet({.dimensions = 2, .features = {4, 4, 6, 6, 8, 4}}), {1, 1, 32, 48},
                  "BasicUNet");
  expect_the_same(monai_segresnet({}), {1, 1, 8, 16, 16}, "SegResNet");
  expect_the_same(med3d_segmentation({.dimensions = 3, .depth = 10, .in_channels = 1, .classes = 3}),
                  {1, 1, 16, 16, 24}, "Med3D");
  expect_the_same(squeezenet1_0(1, 5), {1, 1, 40, 36}, "SqueezeNet");
}

}  // namespace
}  // namespace lobule::nn
