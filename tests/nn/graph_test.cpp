#include "nn/graph.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nn/builder.h"
#include "nn/plain_interpreter.h"
#include "support/test_support.h"

namespace lobule::nn {
namespace {

Graph one_convolution() {
  Builder b(2);
  return b.finish({{"out", b.convolution("conv", b.input(1), 1, {})}});
}

TEST(Graph, AConvolutionWithTheIdentityKernelGivesTheImageBack) {
  const Graph graph = one_convolution();
  TensorMap weights = initial_weights(graph, 1);
  weights["conv.weight"] = Tensor({1, 1, 3, 3}, {0, 0, 0, 0, 1, 0, 0, 0, 0});
  const Tensor image({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(plain::run(graph, weights, {image}).back(), image);
}

TEST(Graph, ATransposedConvolutionIsTheAdjointOfTheConvolution) {
  // <A x, y> = <x, A' y> for stride 2 and kernel 2.
  Builder down(3), up(3);
  const Graph forward =
      down.finish({{"y", down.convolution("a", down.input(2), 3,
                                          {.kernel = 2, .stride = 2, .padding = 0, .bias = false})}});
  const Graph adjoint = up.finish({{"x", up.convolution_up("a", up.input(3), 2, 2, false)}});
  const TensorMap weights = initial_weights(forward, 5);
  const Tensor x = initial_weights(forward, 6).at("a.weight");  // any values: 3×2×2×2×2
  const Tensor image({1, 2, 2, 2, 2}, std::vector<float>(x.values.begin(), x.values.begin() + 16));
  const Tensor other({1, 3, 1, 1, 1}, {0.5F, -2, 3});
  const Tensor ax = plain::run(forward, weights, {image}).back();
  const Tensor ay = plain::run(adjoint, {{"a.weight", weights.at("a.weight")}}, {other}).back();
  double left = 0, right = 0;
  for (std::size_t i = 0; i < 3; ++i) left += ax.values[i] * other.values[i];
  for (std::size_t i = 0; i < 16; ++i) right += image.values[i] * ay.values[i];
  EXPECT_NEAR(left, right, 1e-5);
}

TEST(Graph, TheSecondOperandOfAMultiplicationIsRepeated) {
  Builder b(2);
  const Value image = b.input(2, "image"), gate = b.input(1, "gate");
  const Graph graph = b.finish({{"out", b.multiply("gated", image, gate)}});
  const Tensor out =
      plain::run(graph, {}, {Tensor({1, 2, 1, 2}, {1, 2, 3, 4}), Tensor({1, 1, 1, 2}, {10, 100})}).back();
  EXPECT_EQ(out, Tensor({1, 2, 1, 2}, {10, 200, 30, 400}));
}

TEST(Graph, CeilModeCountsALastPartialWindow) {
  Builder b(2);
  const Graph graph =
      b.finish({{"out", b.pool("pool", b.input(1), {.kernel = 3, .stride = 2, .ceil = true})}});
  EXPECT_EQ(infer_shapes(graph, {{1, 1, 224, 111}}).back(), (Shape{1, 1, 112, 55}));
}

TEST(Graph, WorkIsTwoForEachMultiplication) {
  const Graph graph = one_convolution();
  EXPECT_EQ(floating_point_operations(graph, {{1, 1, 10, 10}}), 2.0 * 9 * 100);
}

TEST(Graph, FreshWeightsFollowHeAndTheSeed) {
  Builder b(2);
  const Graph graph = b.finish({{"out", b.convolution("conv", b.input(64), 64, {})}});
  const Tensor weight = initial_weights(graph, 3).at("conv.weight");
  double square = 0;
  for (const float w : weight.values) square += w * w;
  EXPECT_NEAR(square / static_cast<double>(weight.values.size()), 2.0 / (64 * 9), 0.02 * 2.0 / (64 * 9));
  EXPECT_EQ(weight, initial_weights(graph, 3).at("conv.weight"));
  EXPECT_NE(weight, initial_weights(graph, 4).at("conv.weight"));
}

TEST(Graph, WeightsOfAnotherNetworkAreRefusedByName) {
  EXPECT_EQ(
      test::message_of([] {
        check_weights(one_convolution(), {{"conv.weight", Tensor({1, 1, 5, 5})}});
      }),
      "weights: conv.weight is 1×1×5×5 and should be 1×1×3×3, conv.bias is missing; they belong to another "
      "network. Name the network that they were trained for.");
}

TEST(Graph, AnImageOfTheWrongChannelsIsRefused) {
  EXPECT_EQ(test::message_of([] {
              infer_shapes(one_convolution(), {{1, 2, 8, 8}});
            }),
            "layer image: an image of 2 channels is given; it takes 1.");
}

TEST(Graph, ExtentsThatDoNotDivideAreRefusedWhereTheyMeet) {
  Builder b(2);
  const Value x = b.input(1);
  const Value small = b.pool("down", x, {});
  const Graph graph = b.finish({{"out", b.concatenate("join", {x, b.upsample("up", small, 2)})}});
  EXPECT_EQ(
      test::message_of([&] {
        infer_shapes(graph, {{1, 1, 9, 8}});
      }),
      "layer join: it joins 1×1×9×8 and 1×1×8×8; an image's extents have to be multiples of what the network "
      "divides them by.");
}

TEST(Graph, AMalformedGraphIsRefused) {
  Graph graph = one_convolution();
  graph.nodes[1].inputs = {1};
  EXPECT_EQ(test::message_of([&] { check(graph); }), "layer conv: its input is no earlier layer.");
}

// Two images, one convolution: what both give is what each gives alone, and the parameters count once.
TEST(Graph, LayersMayShareParameters) {
  Builder b(2);
  const Value first = b.convolution("conv", b.input(2, "before"), 3, {});
  const Value second = b.with_weights_of("conv", b.convolution("conv.after", b.input(2, "after"), 3, {}));
  const Graph graph = b.finish({{"first", first}, {"second", second}});
  EXPECT_EQ(parameters(graph).size(), 2U);
  EXPECT_EQ(parameter_count(graph), 3U * 2 * 9 + 3);
  const Tensor image({1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const std::vector<Tensor> all = plain::run(graph, initial_weights(graph, 1), {image, image});
  EXPECT_EQ(all[static_cast<std::size_t>(first.node)], all[static_cast<std::size_t>(second.node)]);
}

TEST(Graph, SharingHasToFit) {
  const auto share = [](const std::string& owner, int channels) {
    return [=] {
      Builder b(2);
      const Value x = b.input(2);
      b.convolution("conv", x, 3, {});
      b.finish({{"out", b.with_weights_of(owner, b.convolution("again", x, channels, {}))}});
    };
  };
  EXPECT_EQ(test::message_of(share("conv", 3)), "no error");
  EXPECT_EQ(test::message_of(share("conv", 4)),
            "layer again: it uses the weights of conv; theirs have other shapes.");
  EXPECT_EQ(test::message_of(share("cnv", 3)),
            "layer again: it uses the weights of cnv; no earlier layer of this name has weights of its own.");
}

TEST(Graph, FreshWeightsMayBeGivenADeviationAndABias) {
  Builder b(2);
  const Graph graph = b.finish(
      {{"out", b.convolution("conv", b.input(8), 50, {.initial_deviation = 0.01, .initial_bias = -4.5})}});
  const TensorMap weights = initial_weights(graph, 1);
  EXPECT_EQ(weights.at("conv.bias").values[7], -4.5F);
  double square = 0;
  for (const float w : weights.at("conv.weight").values) square += w * w / (50.0 * 8 * 9);
  EXPECT_NEAR(std::sqrt(square), 0.01, 0.0005);
}

}  // namespace
}  // namespace lobule::nn
