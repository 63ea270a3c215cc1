#include "learn/augment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "core/random.h"
#include "support/test_support.h"

namespace lobule::learn {
namespace {

constexpr double kQuarterTurn = std::numbers::pi / 2;

// Two channels of smooth noise in (z,) y, x, and labels where the first is bright.
Sample sample_of(const std::vector<std::int64_t>& extents) {
  Shape shape{2};
  shape.insert(shape.end(), extents.begin(), extents.end());
  Sample sample;
  sample.inputs.emplace_back(shape);
  Tensor& image = sample.inputs[0];
  const std::int64_t width = extents.back();
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    const auto x = static_cast<double>(static_cast<std::int64_t>(i) % width);
    const auto line = static_cast<double>(static_cast<std::int64_t>(i) / width);
    image.values[i] = static_cast<float>(1 + std::sin(0.5 * x) * std::cos(0.3 * line));
  }
  shape[0] = 1;
  Tensor labels(shape);
  for (std::size_t i = 0; i < labels.values.size(); ++i) labels.values[i] = image.values[i] > 1 ? 1 : 0;
  sample.targets.emplace("labels", labels);
  sample.targets.emplace("class", Tensor({1}, {3}));
  return sample;
}

// Everything at once.
AugmentationOptions strong() {
  AugmentationOptions options;
  options.mirror = {true, true, true};
  for (AugmentationRange* range :
       {&options.rotation_rad[0], &options.rotation_rad[1], &options.rotation_rad[2], &options.scale,
        &options.gamma, &options.contrast, &options.gain, &options.coarse, &options.blur_voxels,
        &options.noise})
    range->chance = 1;
  options.bias = {1, 0.1, 0.5};
  options.elastic_voxels = {1, 1, 3};
  options.elastic_spacing_voxels = 6;
  return options;
}

TEST(Augment, NothingDrawnChangesNothing) {
  for (const std::vector<std::int64_t>& extents : {std::vector<std::int64_t>{7, 9}, {4, 6, 5}}) {
    const Sample sample = sample_of(extents);
    const Sample same = apply({.channels = {{}, {}}}, sample, {});
    EXPECT_EQ(same.inputs, sample.inputs);
    EXPECT_EQ(same.targets, sample.targets);
  }
}

TEST(Augment, ADrawReadBackGivesTheSameBytes) {
  for (const int dimensions : {2, 3}) {
    const Sample sample =
        sample_of(dimensions == 2 ? std::vector<std::int64_t>{12, 15} : std::vector<std::int64_t>{6, 12, 9});
    const AugmentationDraw drawn = draw(strong(), 3, 4711, 2, dimensions);
    const AugmentationDraw again = draw_from_text(to_text(drawn));
    EXPECT_EQ(again, drawn);
    const Sample first = apply(drawn, sample, strong()), second = apply(again, sample, strong());
    EXPECT_NE(first.inputs, sample.inputs);
    EXPECT_EQ(first.inputs, second.inputs);
    EXPECT_EQ(first.targets, second.targets);
    EXPECT_EQ(first.targets.at("class"), sample.targets.at("class"));
    EXPECT_EQ(drawn.channels.size(), 2u);
    EXPECT_FALSE(draw(strong(), 3, 4712, 2, dimensions) == drawn);
  }
}

TEST(Augment, LabelsWarpWithTheirImage) {
  // The labels' own numbers as an image: after any warp the image says where the labels have to be.
  Sample sample = sample_of({24, 24});
  Tensor labels = sample.targets.at("labels");
  for (float& value : sample.inputs[0].values) value = 0;
  std::copy(labels.values.begin(), labels.values.end(), sample.inputs[0].values.begin());
  AugmentationOptions options = strong();
  options.noise.chance = options.bias.chance = options.gamma.chance = options.contrast.chance =
      options.gain.chance = options.coarse.chance = options.blur_voxels.chance = 0;
  for (std::uint64_t index = 0; index < 20; ++index) {
    const Sample warped = apply(draw(options, 1, index, 2, 2), sample, options);
    const Tensor& label = warped.targets.at("labels");
    int inside = 0;
    for (std::size_t i = 0; i < label.values.size(); ++i) {
      const float seen = warped.inputs[0].values[i];
      if (label.values[i] == -1) {
        EXPECT_EQ(seen, 0);
        continue;
      }
      ++inside;
      // Where all neighbours agree, so do image and label.
      if (seen == 0 || seen == 1) {
        EXPECT_EQ(seen, label.values[i]);
      }
    }
    EXPECT_GT(inside, 150);
  }
}

TEST(Augment, AQuarterTurnMovesEachPixelToItsPlace) {
  Sample sample;
  sample.inputs.emplace_back(Shape{1, 3, 3}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Sample turned = apply({.rotation_rad = {kQuarterTurn, 0, 0}}, sample, {});
  // Result (y, x) comes from (x, 2 − y).
  const std::vector<float> expected{3, 6, 9, 2, 5, 8, 1, 4, 7};
  const Sample back = apply({.rotation_rad = {-kQuarterTurn, 0, 0}}, turned, {});
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_NEAR(turned.inputs[0].values[i], expected[i], 1e-5);
    EXPECT_NEAR(back.inputs[0].values[i], sample.inputs[0].values[i], 1e-5);
  }
}

TEST(Augment, MirroringTwiceGivesTheSampleBack) {
  const Sample sample = sample_of({3, 4, 5});
  for (const std::array<bool, 3>& axes :
       {std::array<bool, 3>{true, false, false}, {false, true, false}, {true, true, true}}) {
    const AugmentationDraw draw{.mirrored = axes};
    const Sample once = apply(draw, sample, {}), twice = apply(draw, once, {});
    EXPECT_NE(once.inputs, sample.inputs);
    EXPECT_EQ(twice.inputs, sample.inputs);
    EXPECT_EQ(twice.targets, sample.targets);
  }
}

TEST(Augment, AnImageEnlargedTwiceShowsItsMiddle) {
  Sample sample;
  Tensor ramp({1, 1, 9});
  for (std::size_t i = 0; i < 9; ++i) ramp.values[i] = static_cast<float>(i);
  sample.inputs.push_back(ramp);
  const Sample large = apply({.scale = 2}, sample, {});
  for (std::size_t i = 0; i < 9; ++i)
    EXPECT_FLOAT_EQ(large.inputs[0].values[i], 4 + (static_cast<float>(i) - 4) / 2);
  const Sample small = apply({.scale = 0.5}, sample, {});
  EXPECT_EQ(small.inputs[0].values[0], 0);  // beyond the image
  EXPECT_FLOAT_EQ(small.inputs[0].values[3], 2);
}

TEST(Augment, TurnsKeepShapesOfAnisotropicVoxels) {
  // A point 4 voxels of 1 mm along x is 2 voxels of 2 mm along z after a quarter turn in their plane.
  Sample sample;
  Tensor image({1, 9, 1, 9});
  image.values[4 * 9 + 8] = 1;
  sample.inputs.push_back(image);
  double largest = 0;
  for (const double sign : {-1.0, 1.0}) {
    const Sample turned =
        apply({.rotation_rad = {0, sign * kQuarterTurn, 0}, .spacing = {2, 1, 1}}, sample, {});
    largest = std::max({largest, static_cast<double>(turned.inputs[0].values[2 * 9 + 4]),
                        static_cast<double>(turned.inputs[0].values[6 * 9 + 4])});
  }
  EXPECT_NEAR(largest, 1, 1e-5);
}

TEST(Augment, SmoothTargetsAreInterpolatedAndUnknownOutside) {
  Sample sample = sample_of({8, 8});
  AugmentationOptions options;
  options.smooth_targets = {"labels"};
  const Sample small = apply({.scale = 0.5}, sample, options);
  EXPECT_TRUE(std::isnan(small.targets.at("labels").values[0]));
}

ChannelDraw only(const std::function<void(ChannelDraw&)>& set) {
  ChannelDraw channel;
  set(channel);
  return channel;
}

TEST(Augment, IntensitiesChangeAsStated) {
  const Sample sample = sample_of({16, 16});
  const auto after = [&](const ChannelDraw& channel) {
    return apply({.seed = 1, .channels = {channel}}, sample, {}).inputs[0].values;
  };
  const std::vector<float>& before = sample.inputs[0].values;
  const auto [low, high] = std::minmax_element(before.begin(), before.begin() + 256);
  const std::vector<float> gamma = after(only([](ChannelDraw& c) { c.gamma = 2; }));
  const std::vector<float> inverted = after(only([](ChannelDraw& c) { c.gamma = 2, c.inverted = true; }));
  const std::vector<float> gain = after(only([](ChannelDraw& c) { c.gain = 1.25; }));
  for (std::size_t i = 0; i < 256; ++i) {
    const float share = (before[i] - *low) / (*high - *low);
    EXPECT_NEAR(gamma[i], *low + (*high - *low) * share * share, 1e-5);
    EXPECT_NEAR(inverted[i], *low + (*high - *low) * (1 - (1 - share) * (1 - share)), 1e-5);
    EXPECT_FLOAT_EQ(gain[i], 1.25F * before[i]);
  }
  // Shading, from its polynomial at a corner (x = y = −1): x, x², x³, y, yx, yx², y², y²x, y³.
  const std::vector<double> bias{0.1, 0.2, 0.3, 0.05, 0.06, 0.07, 0.08, 0.09, 0.01};
  const std::vector<float> shaded = after(only([&](ChannelDraw& c) { c.bias = bias; }));
  const double sum = -0.1 + 0.2 - 0.3 - 0.05 + 0.06 - 0.07 + 0.08 - 0.09 - 0.01;
  EXPECT_NEAR(shaded[0], before[0] * std::exp(sum), 1e-5);
  const std::vector<float> noisy = after(only([](ChannelDraw& c) { c.noise = 0.5; }));
  double square = 0;
  for (std::size_t i = 0; i < before.size(); ++i) square += std::pow(noisy[i] - before[i], 2);
  EXPECT_NEAR(std::sqrt(square / static_cast<double>(before.size())), 0.5, 0.05);
}

TEST(Augment, AUniformImageStaysUniformWhereOnlyResolutionChanges) {
  Sample sample;
  sample.inputs.emplace_back(Shape{1, 5, 7, 6}, 2.5F);
  const Sample same = apply(
      {.channels = {only([](ChannelDraw& c) { c.coarse = 1.7, c.blur_voxels = 0.8, c.contrast = 1.4; })}},
      sample, {});
  for (const float value : same.inputs[0].values) EXPECT_NEAR(value, 2.5, 1e-5);
}

class Numbers : public SampleSource {
 public:
  Sample at(std::uint64_t index) const override {
    Sample sample = sample_of({6, 6});
    sample.inputs[0].values[0] = static_cast<float>(index);
    return sample;
  }
  std::uint64_t size() const override { return 5; }
};

TEST(Augment, ASourceAugmentsEachSampleByItsOwnDraw) {
  const auto source = augmented(std::make_shared<Numbers>(), strong(), 9);
  EXPECT_EQ(source->size(), 5u);
  const Sample expected = apply(draw(strong(), 9, 3, 2, 2), Numbers().at(3), strong());
  EXPECT_EQ(source->at(3).inputs, expected.inputs);
  EXPECT_NE(source->at(4).inputs, expected.inputs);
}

TEST(Augment, WhatCannotBeIsRefused) {
  EXPECT_EQ(test::message_of([] { draw_from_text("seed=1 sclae=2"); }),
            "augmentation: \"sclae=2\" is no part of a draw.");
  EXPECT_EQ(test::message_of([] { draw_from_text("seed=1 channel gamma=x"); }),
            "augmentation: \"gamma=x\" is no part of a draw.");
  Sample sample = sample_of({4, 4});
  EXPECT_EQ(test::message_of(
                [&] { apply({.channels = {only([](ChannelDraw& c) { c.bias = {1}; })}}, sample, {}); }),
            "augmentation: its shading has 1 coefficients; images of 2 dimensions take 9.");
  sample.inputs.emplace_back(Shape{1, 4, 5});
  EXPECT_EQ(
      test::message_of([&] { apply({}, sample, {}); }),
      "augmentation: its images are 2×4×4 and 1×4×5; images that are warped together have the same extents.");
  EXPECT_EQ(test::message_of([&] { apply({}, {}, {}); }), "augmentation: the sample has no image.");
}

}  // namespace
}  // namespace lobule::learn
