#include "nn/networks/detector.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "nn/fixed_weights.h"
#include "nn/networks/anchors.h"
#include "nn/plain_interpreter.h"

namespace lobule::nn {
namespace {

RetinaNetOptions small_retinanet(int dimensions) {
  RetinaNetOptions options;
  options.backbone = {.dimensions = dimensions, .depth = 10, .in_channels = 1};
  options.classes = 2;
  options.anchors = 3;
  options.channels = 8;
  options.depth = 1;
  return options;
}

Box box_of(std::array<double, 3> low, std::array<double, 3> high) {
  return {low, high};
}

TEST(Detector, LevelsAreEightToAHundredAndTwentyEightTimesCoarser) {
  for (const int dimensions : {2, 3}) {
    const Graph graph = retinanet(small_retinanet(dimensions));
    Shape image{1, 1, 32, 64, 128};
    if (dimensions == 2) image.erase(image.begin() + 2);
    const std::vector<Shape> shapes = infer_shapes(graph, {image});
    ASSERT_EQ(graph.outputs.size(), 10U);
    for (std::size_t level = 0; level < 5; ++level) {
      const Output& scores = graph.outputs[2 * level];
      const Output& boxes = graph.outputs[2 * level + 1];
      EXPECT_EQ(scores.name, "scores." + std::to_string(level + 3));
      EXPECT_EQ(boxes.name, "boxes." + std::to_string(level + 3));
      const Shape& shape = shapes[static_cast<std::size_t>(scores.node)];
      EXPECT_EQ(shape[1], 6);
      EXPECT_EQ(shapes[static_cast<std::size_t>(boxes.node)][1], 3 * 2 * dimensions);
      EXPECT_EQ(shape.back(), std::max<std::int64_t>(1, 128 >> (level + 3)));
    }
  }
}

// A detector with fresh weights finds each class with the prior's probability, nearly everywhere.
TEST(Detector, FreshWeightsFindLittle) {
  const Graph graph = retinanet(small_retinanet(2));
  const auto all = plain::run(graph, initial_weights(graph, 1), {test::fixed_image({1, 1, 32, 32})});
  for (const float logit : all[static_cast<std::size_t>(graph.outputs[0].node)].values)
    EXPECT_NEAR(1 / (1 + std::exp(-logit)), 0.01, 0.01);
  EXPECT_NEAR(prior_bias(0.1), -2.197, 0.001);
  EXPECT_NEAR(1 / (1 + std::exp(-prior_bias(0.3))), 0.3, 1e-12);
}

TEST(Detector, HeadsShareTheirWeightsOverLevels) {
  std::size_t owners = 0, users = 0;
  for (const Node& node : retinanet(small_retinanet(3)).nodes) {
    if (!weights_name(node).starts_with("head.")) continue;
    if (!std::holds_alternative<Convolution>(node.layer)) continue;
    (node.weights_of.empty() ? owners : users) += 1;
  }
  EXPECT_EQ(owners, 4U);
  EXPECT_EQ(users, 16U);
}

TEST(Detector, PointsLieAtAQuarterOfTheExtents) {
  for (const int dimensions : {2, 3}) {
    CenterNetOptions options;
    options.backbone = {.dimensions = dimensions, .depth = 10, .in_channels = 1};
    options.classes = 2;
    options.up_channels = options.head_channels = 4;
    const Graph graph = centernet(options);
    Shape image{1, 1, 32, 64, 32};
    if (dimensions == 2) image.erase(image.begin() + 2);
    const std::vector<Shape> shapes = infer_shapes(graph, {image});
    const std::vector<std::int64_t> channels{2, dimensions, dimensions};
    for (std::size_t o = 0; o < 3; ++o) {
      Shape wanted = image;
      wanted[1] = channels[o];
      for (std::size_t a = 2; a < wanted.size(); ++a) wanted[a] /= 4;
      EXPECT_EQ(shapes[static_cast<std::size_t>(graph.outputs[o].node)], wanted) << graph.outputs[o].name;
    }
  }
}

TEST(Detector, APriorIsAProbability) {
  RetinaNetOptions options = small_retinanet(2);
  options.prior = 1;
  try {
    retinanet(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "RetinaNet: the prior probability is 1.000000; it has to lie between 0 and 1.");
  }
}

TEST(Anchors, OverlapIsOneOfTheSameAndZeroOfApartBoxes) {
  const Box a = box_of({0, 0, 0}, {2, 4, 6}), far = box_of({9, 9, 9}, {10, 10, 10});
  EXPECT_DOUBLE_EQ(volume(a), 48);
  EXPECT_DOUBLE_EQ(overlap(a, a), 1);
  EXPECT_DOUBLE_EQ(overlap(a, far), 0);
  EXPECT_DOUBLE_EQ(overlap(a, box_of({0, 0, 3}, {2, 4, 9})), 1.0 / 3);
  EXPECT_DOUBLE_EQ(overlap(box_of({1, 1, 1}, {1, 1, 1}), box_of({1, 1, 1}, {1, 1, 1})), 0);
}

// Level 3 of torchvision's RetinaNet: edges 32, 40, 50 (there rounded), ratio after ratio.
TEST(Anchors, HaveRetinaNetsEdges) {
  const std::vector<Box> list = anchors({1, 1, 2, 3}, 8, {});
  ASSERT_EQ(list.size(), 2U * 3 * 9);
  const auto edge = [&](std::size_t i, std::size_t axis) { return list[i].high[axis] - list[i].low[axis]; };
  EXPECT_NEAR(edge(0, 1), 32 * std::sqrt(0.5), 1e-9);
  EXPECT_NEAR(edge(0, 2), 32 / std::sqrt(0.5), 1e-9);
  EXPECT_NEAR(edge(3, 1), 32, 1e-9);
  EXPECT_NEAR(edge(4, 2), 32 * std::cbrt(2.0), 1e-9);
  EXPECT_NEAR((list[9].low[2] + list[9].high[2]) / 2, 12, 1e-9);    // the second place along x
  EXPECT_NEAR((list[27].low[1] + list[27].high[1]) / 2, 12, 1e-9);  // the second row
}

TEST(Anchors, EncodingAndDecodingAreInverse) {
  const Box anchor = box_of({2, 3, 4}, {10, 9, 20}), box = box_of({1, 5, 6}, {4, 11, 9});
  const Box back = decode(encode(box, anchor, 3), anchor, 3);
  for (std::size_t a = 0; a < 3; ++a) {
    EXPECT_NEAR(back.low[a], box.low[a], 1e-9);
    EXPECT_NEAR(back.high[a], box.high[a], 1e-9);
  }
  for (const double offset : encode(anchor, anchor, 3)) EXPECT_EQ(offset, 0);
  EXPECT_LE(volume(decode({0, 0, 1e9, 1e9}, anchor, 2)), 8 * 6 * 16 * 62.5 * 62.5 + 1e-6);
}

// One anchor of one place is given a score and the offsets of a known box; it is found, and nothing else.
TEST(Anchors, APlantedBoxIsFoundAgain) {
  const AnchorOptions options{.dimensions = 3};
  Tensor scores({1, 9 * 2, 2, 3, 4}, -20), boxes({1, 9 * 6, 2, 3, 4});
  const std::vector<Box> list = anchors(scores.shape, 8, options);
  const std::size_t places = 24, place = 17, k = 5, label = 1;
  const Box truth = box_of({3, 6, 9}, {11, 40, 33});
  scores.values[(k * 2 + label) * places + place] = 3;
  const std::vector<double> offsets = encode(truth, list[place * 9 + k], 3);
  for (std::size_t i = 0; i < 6; ++i)
    boxes.values[(k * 6 + i) * places + place] = static_cast<float>(offsets[i]);
  const std::vector<Detection> found = decode_level(scores, boxes, 8, options, 2, 0.05);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].label, 1);
  EXPECT_NEAR(found[0].score, 1 / (1 + std::exp(-3.0)), 1e-9);
  EXPECT_GT(overlap(found[0].box, truth), 0.9999);
  EXPECT_THROW(decode_level(scores, scores, 8, options, 2, 0.05), Error);
}

TEST(Anchors, PeaksOfAHeatMapAreObjects) {
  Tensor heat({1, 1, 4, 5}, -9), size({1, 2, 4, 5}, 8), offset({1, 2, 4, 5});
  heat.values[1 * 5 + 2] = 2;
  heat.values[1 * 5 + 3] = 1;  // a neighbour that the peak exceeds
  heat.values[3 * 5 + 0] = 0;
  offset.values[20 + 1 * 5 + 2] = 0.25F;  // along x
  const std::vector<Detection> found = decode_points(heat, size, offset, 4, 0.1);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_GT(found[0].score, found[1].score);
  EXPECT_NEAR(found[0].box.low[1], 1.5 * 4 - 4, 1e-6);
  EXPECT_NEAR(found[0].box.low[2], 2.75 * 4 - 4, 1e-6);
  EXPECT_NEAR(found[0].box.high[2], 2.75 * 4 + 4, 1e-6);
}

TEST(Anchors, SuppressionKeepsTheBestOfEachHeapAndClass) {
  const Box here = box_of({0, 0, 0}, {1, 10, 10}), near = box_of({0, 1, 0}, {1, 11, 10}),
            far = box_of({0, 50, 50}, {1, 60, 60});
  const std::vector<Detection> kept =
      suppress_overlaps({{near, 0, 0.5}, {here, 0, 0.9}, {far, 0, 0.2}, {near, 1, 0.4}}, 0.5);
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[0].score, 0.9);
  EXPECT_EQ(kept[1].score, 0.4);
  EXPECT_EQ(kept[2].score, 0.2);
}

}  // namespace
}  // namespace lobule::nn
