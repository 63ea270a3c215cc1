#include "nn/networks/unet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"
#include "core/random.h"
#include "nn/plain_interpreter.h"

namespace lobule::nn {
namespace {

UNetOptions small(int dimensions) {
  UNetOptions options;
  options.dimensions = dimensions;
  options.levels = unet_levels({4, 6, 8});
  options.decoders = {{"decoder", {{"labels", 3}}}};
  return options;
}

Tensor random_image(const Shape& shape) {
  Tensor image(shape);
  const RandomStream random(1, "image of a test");
  for (std::size_t i = 0; i < image.values.size(); ++i)
    image.values[i] = static_cast<float>(random.normal(i));
  return image;
}

// The image, or the weight, seen in a mirror along x.
Tensor mirrored(const Tensor& tensor) {
  Tensor mirror = tensor;
  const std::size_t row = static_cast<std::size_t>(tensor.shape.back());
  for (auto at = mirror.values.begin(); at != mirror.values.end(); at += static_cast<std::ptrdiff_t>(row))
    std::reverse(at, at + static_cast<std::ptrdiff_t>(row));
  return mirror;
}

std::vector<Tensor> run(const Graph& graph, const TensorMap& weights, const Tensor& image) {
  const std::vector<Tensor> all = plain::run(graph, weights, {image});
  std::vector<Tensor> outputs;
  for (const Output& output : graph.outputs) outputs.push_back(all[static_cast<std::size_t>(output.node)]);
  return outputs;
}

std::vector<UNetOptions> many_kinds(int dimensions) {
  std::vector<UNetOptions> kinds(7, small(dimensions));
  kinds[1].encoder_block = BlockKind::residual;
  kinds[1].stem_channels = 3;
  kinds[2].encoder_block = kinds[2].decoder_block = BlockKind::dilated;
  kinds[2].skip_levels = 2;
  kinds[3].attention_gates = true;
  kinds[4].max_pool_down = kinds[4].linear_up = true;
  kinds[5].deep_supervision = 1;
  kinds[5].style.normalization = {.kind = NormalizationKind::group, .groups = 2};
  kinds[6].decoders = {{"tissue", {{"labels", 3}}}, {"landmarks", {{"heat", 2}, {"offsets", 2}}}};
  kinds[6].style.normalization.kind = NormalizationKind::batch;
  return kinds;
}

TEST(UNet, OutputsHaveTheImagesExtents) {
  for (const int dimensions : {2, 3})
    for (const UNetOptions& options : many_kinds(dimensions)) {
      const Graph graph = unet(options);
      Shape shape{2, 1, 8, 8, 12};
      if (dimensions == 2) shape.erase(shape.begin() + 2);
      const std::vector<Shape> shapes = infer_shapes(graph, {shape});
      for (const Output& output : graph.outputs) {
        Shape out = shapes[static_cast<std::size_t>(output.node)];
        if (output.name == "labels.1")
          for (std::size_t axis = 2; axis < out.size(); ++axis) out[axis] *= 2;
        EXPECT_EQ(Shape(out.begin() + 2, out.end()), Shape(shape.begin() + 2, shape.end())) << output.name;
      }
    }
}

// Every layer treats left and right alike, so that a mirrored image with mirrored kernels gives the mirrored
// result.
TEST(UNet, AMirroredImageWithMirroredKernelsGivesTheMirroredResult) {
  for (const UNetOptions& options : many_kinds(2)) {
    // A kernel with stride is not centred on the windows that it shrinks to: pooling is.
    UNetOptions symmetric = options;
    if (options.encoder_block == BlockKind::plain) symmetric.max_pool_down = true;
    if (options.encoder_block != BlockKind::plain) {
      for (UNetLevel& level : symmetric.levels) level.stride = 1;
    }
    const Graph graph = unet(symmetric);
    const TensorMap weights = initial_weights(graph, 5);
    TensorMap turned = weights;
    for (auto& [name, weight] : turned) {
      if (weight.shape.size() == 4) weight = mirrored(weight);
    }
    const Tensor image = random_image({1, 1, 8, 12});
    const std::vector<Tensor> outputs = run(graph, weights, image);
    const std::vector<Tensor> mirrors = run(graph, turned, mirrored(image));
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      const Tensor back = mirrored(mirrors[o]);
      for (std::size_t i = 0; i < back.values.size(); ++i)
        ASSERT_NEAR(back.values[i], outputs[o].values[i], 1e-4);
    }
  }
}

// An image shifted by the granularity gives the shifted result where borders are far, once instance
// statistics are the same: batch normalization takes stored ones.
TEST(UNet, AShiftByTheGranularityShiftsTheResult) {
  UNetOptions options = small(2);
  options.levels = unet_levels({3, 4}, 1);
  options.style.normalization.kind = NormalizationKind::batch;
  const Graph graph = unet(options);
  const TensorMap weights = initial_weights(graph, 3);
  Tensor image({1, 1, 32, 32}), shifted({1, 1, 32, 32});
  const Tensor patch = random_image({1, 1, 6, 6});
  for (std::size_t y = 0; y < 6; ++y)
    for (std::size_t x = 0; x < 6; ++x) {
      image.values[(y + 12) * 32 + x + 12] = patch.values[y * 6 + x];
      shifted.values[(y + 14) * 32 + x + 12] = patch.values[y * 6 + x];
    }
  const Tensor a = run(graph, weights, image)[0], b = run(graph, weights, shifted)[0];
  for (std::size_t y = 8; y < 22; ++y)
    for (std::size_t x = 8; x < 24; ++x) ASSERT_NEAR(a.values[y * 32 + x], b.values[(y + 2) * 32 + x], 1e-5);
}

TEST(UNet, AttentionGatesWeighBetweenZeroAndOne) {
  UNetOptions options = small(2);
  options.attention_gates = true;
  const Graph graph = unet(options);
  const std::vector<Tensor> all = plain::run(graph, initial_weights(graph, 2), {random_image({1, 1, 8, 8})});
  bool found = false;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (graph.nodes[n].name != "decoder.0.gate.up") continue;
    found = true;
    for (const float weight : all[n].values) EXPECT_TRUE(weight > 0 && weight < 1);
  }
  EXPECT_TRUE(found);
}

TEST(UNet, ASecondDecoderLeavesTheFirstOnesResultAsItIs) {
  UNetOptions one = small(2), two = small(2);
  two.decoders.push_back({"second", {{"heat", 1}}});
  const TensorMap weights = initial_weights(unet(two), 4);
  const Tensor image = random_image({1, 1, 8, 8});
  EXPECT_EQ(run(unet(one), weights, image)[0], run(unet(two), weights, image)[0]);
}

TEST(UNet, DeepSupervisionNamesCoarserOutputs) {
  UNetOptions options = small(3);
  options.deep_supervision = 1;
  const Graph graph = unet(options);
  ASSERT_EQ(graph.outputs.size(), 2U);
  EXPECT_EQ(graph.outputs[0].name, "labels");
  EXPECT_EQ(graph.outputs[1].name, "labels.1");
  EXPECT_EQ(output_name("labels", 1), "labels.1");
}

TEST(UNet, StridesOfEachAxisMakeTheGranularity) {
  UNetOptions options = small(3);
  options.levels[1].stride = {1, 2, 2};
  options.levels[2].stride = {2, 2, 4};
  EXPECT_EQ(unet_granularity(options), (Extent{2, 4, 8}));
  const Graph graph = unet(options);
  EXPECT_NO_THROW(infer_shapes(graph, {{1, 1, 2, 4, 8}}));
  EXPECT_THROW(infer_shapes(graph, {{1, 1, 2, 4, 12}}), Error);
  options.dimensions = 2;
  EXPECT_EQ(unet_granularity(options), (Extent{1, 4, 8}));
}

// The multiplications of the network that the speed of the engine is stated for: 96³ windows of 100.8 GFLOP.
TEST(UNet, TheBenchmarksNetworkHasTheWorkThatItsFiguresAreStatedFor) {
  UNetOptions options;
  options.levels = unet_levels({16, 32, 64, 128, 256});
  options.decoders = {{"decoder", {{"labels", 4}}}};
  EXPECT_NEAR(floating_point_operations(unet(options), {{1, 1, 96, 96, 96}}) / 1e9, 100.8, 0.1);
}

std::string message_of(const UNetOptions& options) {
  try {
    unet(options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(UNet, RefusesWhatIsNoUNet) {
  UNetOptions options = small(2);
  options.levels.resize(1);
  EXPECT_EQ(message_of(options), "U-Net: it has 1 levels; it needs two or more.");
  options = small(2);
  options.decoders.clear();
  EXPECT_EQ(message_of(options), "U-Net: it has no decoder.");
  options = small(2);
  options.decoders[0].outputs.clear();
  EXPECT_EQ(message_of(options), "U-Net: decoder has no output.");
  options = small(2);
  options.deep_supervision = 2;
  EXPECT_EQ(message_of(options),
            "U-Net: outputs at 2 coarser levels are asked for; its decoders have 1 of them.");
}

}  // namespace
}  // namespace lobule::nn
