#include "nn/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/parallel.h"
#include "core/random.h"
#include "nn/builder.h"
#include "nn/plain_interpreter.h"
#include "nn/tensors.h"
#include "support/test_support.h"

namespace lobule::nn {
namespace {

// Fresh weights leave biases at zero and normalizations at one; these do not.
TensorMap random_weights(const Graph& graph, std::uint64_t seed) {
  TensorMap weights = initial_weights(graph, seed);
  for (auto& [name, tensor] : weights) {
    if (name.ends_with(".weight") && tensor.shape.size() > 1) continue;
    const RandomStream random(seed + 1, name);
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      const auto value = static_cast<float>(0.3 * random.normal(i));
      tensor.values[i] = name.ends_with("running_var") ? 0.5F + std::abs(value)
                         : name.ends_with(".weight")   ? 1 + value
                                                       : value;
    }
  }
  return weights;
}

double difference_from_plain(const Graph& graph, const std::vector<Tensor>& inputs, Precision precision) {
  const TensorMap weights = random_weights(graph, 7);
  const std::vector<Tensor> expected = plain::run(graph, weights, inputs);
  const std::vector<Tensor> given = Engine(graph, weights, {precision}).run(inputs);
  EXPECT_EQ(given.size(), graph.outputs.size());
  double largest = 0;
  for (std::size_t o = 0; o < given.size(); ++o)
    largest =
        std::max(largest, difference(given[o], expected[static_cast<std::size_t>(graph.outputs[o].node)]));
  return largest;
}

// A network of a few layers, as it is built, and the images that it takes.
struct Case {
  std::string name;
  int dimensions;
  std::vector<Shape> inputs;
  std::function<Value(Builder&, std::vector<Value>)> build;
  std::function<void(Graph&)> change = [](Graph&) {};  // what the builder has no words for
};

Graph graph_of(const Case& c) {
  Builder b(c.dimensions);
  std::vector<Value> inputs;
  for (std::size_t i = 0; i < c.inputs.size(); ++i)
    inputs.push_back(b.input(static_cast<int>(c.inputs[i][1]), "image" + std::to_string(i)));
  Graph graph = b.finish({{"out", c.build(b, inputs)}});
  c.change(graph);
  return graph;
}

Case convolution(const std::string& name, const Shape& input, int out_channels, ConvolutionOptions options) {
  const int dimensions = static_cast<int>(input.size()) - 2;
  return {name, dimensions, {input}, [=](Builder& b, std::vector<Value> x) {
            return b.convolution("conv", x[0], out_channels, options);
          }};
}

Case activation(const std::string& name, Activation what) {
  return {name, 2, {{2, 19, 5, 7}}, [=](Builder& b, std::vector<Value> x) {
            return b.activate("act", b.activate("scaled", x[0], {ActivationKind::leaky_relu, 2.0}), what);
          }};
}

Case normalization(const std::string& name, const Shape& input, Normalization what) {
  const int dimensions = static_cast<int>(input.size()) - 2;
  return {name, dimensions, {input}, [=](Builder& b, std::vector<Value> x) {
            return b.normalize("norm", x[0], what);
          }};
}

// A U-Net of two levels with odd channels, whose skip lies in a concatenation.
Value small_unet(Builder& b, Value x, int channels, NormalizationKind kind) {
  const auto block = [&](const std::string& name, Value v, int out) {
    v = b.convolution(name + ".conv", v, out, {});
    v = b.normalize(name + ".norm", v, {kind, 1, kind == NormalizationKind::group ? 4 : 1});
    return b.activate(name + ".act", v, {ActivationKind::leaky_relu});
  };
  const Value skip = block("enc1", block("enc0", x, channels), channels);
  Value deep = block("deep", b.pool("down", skip, {}), 2 * channels);
  deep = b.convolution_up("up", deep, channels, 2);
  Value joined = b.concatenate("join", {skip, deep});
  joined = block("dec", b.dropout("drop", joined, 0.5), channels);
  return b.softmax("softmax", b.convolution("head", joined, 3, {.kernel = 1}));
}

std::vector<Case> cases() {
  std::vector<Case> list{
      convolution("conv2d_plain_input", {2, 1, 9, 11}, 16, {}),
      convolution("conv2d_three_channels_stride", {1, 3, 13, 10}, 20, {.kernel = 7, .stride = 2}),
      convolution("conv2d_odd_channels", {2, 5, 9, 11}, 7, {}),
      convolution("conv2d_dilated", {1, 17, 12, 9}, 33, {.dilation = 2}),
      convolution("conv2d_groups", {1, 12, 8, 9}, 6, {.groups = 3}),
      convolution("conv2d_groups_of_blocks", {1, 32, 8, 9}, 64, {.groups = 2}),
      convolution("conv2d_depthwise", {1, 20, 8, 9}, 20, {.groups = 20}),
      convolution("conv2d_pointwise", {1, 35, 8, 9}, 18, {.kernel = 1, .bias = false}),
      convolution("conv2d_unpadded", {1, 16, 8, 9}, 16, {.padding = 0}),
      convolution("conv3d_plain_input", {2, 2, 6, 7, 9}, 16, {}),
      convolution("conv3d_sixteen", {1, 16, 7, 9, 13}, 16, {}),
      convolution("conv3d_odd_channels", {1, 19, 5, 6, 7}, 37, {}),
      convolution("conv3d_stride", {1, 16, 7, 8, 9}, 32, {.stride = 2}),
      convolution("conv3d_anisotropic", {1, 4, 5, 9, 11}, 9, {.kernel = {1, 3, 5}, .stride = {1, 2, 1}}),
      convolution("conv3d_flat_kernel", {1, 16, 5, 9, 11}, 16, {.kernel = {1, 3, 3}}),
      convolution("conv3d_dilated", {1, 16, 9, 9, 9}, 16, {.dilation = {1, 2, 2}}),
      {"up2d",
       2,
       {{2, 19, 5, 14}},
       [](Builder& b, std::vector<Value> x) {
         return b.activate("act", b.convolution_up("up", x[0], 21, 2), {ActivationKind::relu});
       }},
      {"up3d",
       3,
       {{1, 32, 3, 4, 13}},
       [](Builder& b, std::vector<Value> x) { return b.convolution_up("up", x[0], 16, 2); }},
      {"up3d_anisotropic",
       3,
       {{1, 5, 3, 4, 3}},
       [](Builder& b, std::vector<Value> x) {
         return b.convolution_up("up", x[0], 3, {1, 2, 3}, false);
       }},
      activation("relu", {ActivationKind::relu}),
      activation("leaky_relu", {ActivationKind::leaky_relu, 0.2}),
      activation("prelu_one", {ActivationKind::prelu, 0, 1}),
      activation("prelu_each", {ActivationKind::prelu, 0, 19}),
      activation("elu", {ActivationKind::elu, 1.5}),
      activation("silu", {ActivationKind::silu}),
      activation("gelu", {ActivationKind::gelu}),
      activation("sigmoid", {ActivationKind::sigmoid}),
      activation("tanh", {ActivationKind::tanh}),
      normalization("instance", {2, 19, 4, 5, 6}, {NormalizationKind::instance}),
      normalization("instance_large", {1, 3, 70, 101}, {NormalizationKind::instance}),
      normalization("instance_plain", {1, 4, 5, 5}, {NormalizationKind::instance, 1, 1, 1e-3, false}),
      normalization("group", {2, 18, 5, 7}, {NormalizationKind::group, 1, 3}),
      normalization("batch", {2, 18, 5, 7}, {NormalizationKind::batch}),
      {"pools",
       2,
       {{2, 19, 9, 8}},
       [](Builder& b, std::vector<Value> x) {
         const PoolOptions largest{.kernel = 3, .stride = 2, .ceil = true};
         const PoolOptions mean{.maximum = false, .kernel = 3, .stride = 2, .padding = 1, .ceil = true};
         return b.pool("mean", b.pool("largest", x[0], largest), mean);
       }},
      {"pool3d",
       3,
       {{1, 16, 5, 6, 7}},
       [](Builder& b, std::vector<Value> x) {
         return b.pool("largest", x[0], {.kernel = {1, 2, 3}, .stride = {1, 2, 2}, .padding = {0, 1, 1}});
       }},
      {"classifier",
       2,
       {{3, 16, 6, 5}},
       [](Builder& b, std::vector<Value> x) {
         const Value mean = b.global_average("mean", x[0]);
         return b.softmax("softmax", b.linear("fc", b.activate("act", mean, {ActivationKind::relu}), 37));
       }},
      {"nearest",
       3,
       {{1, 18, 2, 3, 4}},
       [](Builder& b, std::vector<Value> x) {
         return b.upsample("up", x[0], {1, 2, 3}, false);
       }},
      {"linear",
       3,
       {{1, 18, 2, 3, 4}},
       [](Builder& b, std::vector<Value> x) {
         return b.upsample("up", x[0], {2, 3, 2});
       }},
      {"residual",
       2,
       {{2, 16, 9, 7}},
       [](Builder& b, std::vector<Value> x) {
         Value y = b.convolution("conv1", x[0], 16, {.bias = false});
         y = b.activate("relu1", b.normalize("bn1", y, {NormalizationKind::batch}), {ActivationKind::relu});
         y = b.normalize("bn2", b.convolution("conv2", y, 16, {}), {NormalizationKind::batch});
         return b.activate("relu2", b.add("add", {y, x[0]}), {ActivationKind::relu});
       }},
      {"gates",
       3,
       {{2, 18, 3, 4, 5}, {2, 1, 3, 4, 5}, {2, 18, 1, 1, 1}, {1, 18, 3, 4, 5}},
       [](Builder& b, std::vector<Value> x) {
         const Value gate = b.activate("sigmoid", x[1], {ActivationKind::sigmoid});
         const Value gated = b.multiply("by_place", b.multiply("by_channel", x[0], x[2]), gate);
         return b.multiply("by_sample", gated, x[3]);
       }},
      {"odd_concatenation",
       2,
       {{2, 5, 4, 6}, {2, 13, 4, 6}, {2, 16, 4, 6}},
       [](Builder& b, std::vector<Value> x) {
         const Value a = b.activate("a", x[0], {ActivationKind::relu});
         const Value joined = b.concatenate("join", {x[2], a, x[1], a});
         return b.convolution("conv", joined, 8, {});
       }},
      {"skip_read_after_concatenation",
       2,
       {{1, 16, 6, 6}},
       [](Builder& b, std::vector<Value> x) {
         const Value skip = b.convolution("conv", x[0], 16, {});
         const Value joined = b.concatenate("join", {skip, b.convolution("conv2", skip, 16, {})});
         const Value squashed = b.activate("act", joined, {ActivationKind::tanh});
         return b.concatenate("again", {squashed, skip});
       }},
      {"unet2d_instance",
       2,
       {{2, 3, 12, 16}},
       [](Builder& b, std::vector<Value> x) { return small_unet(b, x[0], 12, NormalizationKind::instance); }},
      {"unet2d_batch",
       2,
       {{2, 1, 12, 16}},
       [](Builder& b, std::vector<Value> x) { return small_unet(b, x[0], 16, NormalizationKind::batch); }},
      {"unet3d_instance",
       3,
       {{1, 1, 8, 12, 16}},
       [](Builder& b, std::vector<Value> x) { return small_unet(b, x[0], 16, NormalizationKind::instance); }},
      {"unet3d_group",
       3,
       {{1, 2, 8, 6, 16}},
       [](Builder& b, std::vector<Value> x) { return small_unet(b, x[0], 20, NormalizationKind::group); }},
      {"shared_weights",
       2,
       {{1, 16, 6, 6}},
       [](Builder& b, std::vector<Value> x) {
         const Value once = b.convolution("conv", x[0], 16, {});
         return b.with_weights_of("conv", b.convolution("again", once, 16, {}));
       }},
      {"dropout_of_the_input",
       2,
       {{2, 3, 4, 4}},
       [](Builder& b, std::vector<Value> x) { return b.dropout("drop", x[0], 0.5); }},
  };
  list.push_back({"up_overlapping",
                  2,
                  {{1, 18, 4, 5}},
                  [](Builder& b, std::vector<Value> x) { return b.convolution_up("up", x[0], 16, 2); },
                  [](Graph& graph) {
                    auto& layer = std::get<Convolution>(graph.nodes[1].layer);
                    layer.kernel = {1, 3, 3};
                    layer.padding = layer.output_padding = {0, 1, 1};
                  }});
  return list;
}

class EngineLayers : public testing::TestWithParam<Case> {};

TEST_P(EngineLayers, EqualThePlainInterpreter) {
  const Case& c = GetParam();
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) inputs.push_back(noise(c.inputs[i], i + 1));
  EXPECT_LT(difference_from_plain(graph_of(c), inputs, Precision::f32), 1e-5);
}

TEST_P(EngineLayers, InBf16StayWithinItsPrecision) {
  if (!has_bf16()) GTEST_SKIP() << "this processor does not multiply bf16";
  const Case& c = GetParam();
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) inputs.push_back(noise(c.inputs[i], i + 1));
  // Weights, the input and what each layer writes are rounded by 2^-9 of a value; at worst all of it adds up.
  const Graph graph = graph_of(c);
  const double bound = std::ldexp(static_cast<double>(graph.nodes.size()) + 2, -9);
  EXPECT_LT(difference_from_plain(graph, inputs, Precision::bf16), bound);
}

TEST_P(EngineLayers, GiveTheSameBytesForAnyNumberOfThreads) {
  const Case& c = GetParam();
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) inputs.push_back(noise(c.inputs[i], i + 1));
  const Graph graph = graph_of(c);
  const TensorMap weights = random_weights(graph, 7);
  const auto with_threads = [&](int threads) {
    set_thread_count(threads);
    const auto outputs = Engine(graph, weights).run(inputs);
    set_thread_count(0);
    return outputs;
  };
  EXPECT_EQ(with_threads(1), with_threads(2));
  EXPECT_EQ(with_threads(1), with_threads(3));
}

INSTANTIATE_TEST_SUITE_P(Kinds, EngineLayers, testing::ValuesIn(cases()),
                         [](const auto& given) { return given.param.name; });

Graph one_convolution() {
  Builder b(2);
  return b.finish({{"out", b.convolution("conv", b.input(1), 1, {})}});
}

TEST(Engine, RunsImagesOfSeveralShapesOneAfterTheOther) {
  const Graph graph = one_convolution();
  const TensorMap weights = random_weights(graph, 7);
  const Engine engine(graph, weights);
  for (const int extent : {8, 5, 8, 31}) {
    const Tensor image = noise({1, 1, extent, extent + 1}, 3);
    EXPECT_LT(difference(engine.run({image})[0], plain::run(graph, weights, {image}).back()), 1e-5);
  }
}

TEST(Engine, GivesSeveralOutputsInTheirOrderAndInputsBackUnchanged) {
  Builder b(2);
  const Value image = b.input(2);
  const Value features = b.convolution("conv", image, 16, {});
  const Graph graph = b.finish({{"b", b.activate("act", features, {})}, {"a", features}, {"image", image}});
  const TensorMap weights = random_weights(graph, 7);
  const Tensor input = noise({2, 2, 6, 5}, 3);
  const std::vector<Tensor> given = Engine(graph, weights).run({input});
  const std::vector<Tensor> expected = plain::run(graph, weights, {input});
  ASSERT_EQ(given.size(), 3U);
  EXPECT_LT(difference(given[0], expected[2]), 1e-5);
  EXPECT_LT(difference(given[1], expected[1]), 1e-5);
  EXPECT_EQ(given[2], input);
}

TEST(Engine, SaysWhatEachStepComputes) {
  Builder b(3);
  const Graph unet = b.finish({{"out", small_unet(b, b.input(1), 16, NormalizationKind::instance)}});
  const Engine engine(unet, random_weights(unet, 7));
  engine.run({noise({1, 1, 8, 8, 16}, 1)});
  double work = 0;
  for (const StepTime& step : engine.step_times()) work += step.floating_point_operations;
  EXPECT_EQ(work, floating_point_operations(unet, {{1, 1, 8, 8, 16}}));
}

TEST(Engine, MissingWeightsAreRefused) {
  EXPECT_EQ(test::message_of([] { Engine(one_convolution(), {}); }),
            "weights: conv.weight is missing, conv.bias is missing; they belong to another network. Name the "
            "network that they were trained for.");
}

TEST(Engine, AnImageOfTheWrongShapeIsRefused) {
  const Graph graph = one_convolution();
  const Engine engine(graph, initial_weights(graph, 1));
  EXPECT_EQ(test::message_of([&] {
              engine.run({Tensor({1, 2, 8, 8})});
            }),
            "layer image: an image of 2 channels is given; it takes 1.");
  EXPECT_EQ(test::message_of([&] { engine.run({}); }), "network: 0 images are given; it takes more of them.");
}

}  // namespace
}  // namespace lobule::nn
