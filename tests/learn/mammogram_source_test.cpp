#include "learn/mammogram_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "learn/task.h"
#include "support/test_support.h"

namespace lobule::learn {
namespace {

MammogramSourceOptions small() {
  MammogramSourceOptions options;
  options.mammogram.columns = 64, options.mammogram.rows = 96;
  options.mammogram.drawn = 1;
  options.mammogram.wall_left = true;
  options.mammogram.inverted = 0;
  options.low_percentile = 0.5, options.high_percentile = 99.5;
  options.size = 12;
  return options;
}

TEST(MammogramSource, ASampleDependsOnItsNumberAlone) {
  const auto first = mammograms(small()), second = mammograms(small());
  const Sample late = first->at(5), early = first->at(0);
  EXPECT_EQ(second->at(0).inputs, early.inputs);
  EXPECT_EQ(second->at(5).inputs, late.inputs);
  EXPECT_EQ(second->at(5).targets, late.targets);
}

TEST(MammogramSource, SharesLieInTheBreastAndValuesAroundOne) {
  const auto source = mammograms(small());
  std::set<float> labels;
  for (std::uint64_t i = 0; i < source->size(); ++i) {
    const Sample sample = source->at(i);
    ASSERT_EQ(sample.inputs.at(0).shape, (Shape{1, 96, 64}));
    const Tensor &tissue = sample.targets.at("tissue"), &share = sample.targets.at("share");
    ASSERT_EQ(tissue.shape, (Shape{1, 96, 64}));
    for (std::size_t v = 0; v < tissue.values.size(); ++v) {
      labels.insert(tissue.values[v]);
      if (share.values[v] > 0) {
        ASSERT_TRUE(tissue.values[v] == 1 || tissue.values[v] == 2) << i;
      }
      ASSERT_LE(share.values[v], 1);
      ASSERT_LT(sample.inputs[0].values[v], 10);
    }
  }
  EXPECT_EQ(labels, (std::set<float>{0, 1, 2, 3}));
}

// A picture that is turned upside down is the same picture: image and truth turn together.
TEST(MammogramSource, TurnedPicturesAreTheSamePictures) {
  MammogramSourceOptions options = small();
  options.upside_down = 0;
  const auto upright = mammograms(options);
  options.upside_down = 1;
  const auto turned = mammograms(options);
  const auto turn = [](const Tensor& tensor) {
    Tensor result(tensor.shape);
    for (std::size_t y = 0; y < 96; ++y)
      std::copy_n(tensor.values.begin() + static_cast<std::ptrdiff_t>(y * 64), 64,
                  result.values.begin() + static_cast<std::ptrdiff_t>((95 - y) * 64));
    return result;
  };
  for (std::uint64_t i = 0; i < 4; ++i) {
    const Sample a = upright->at(i), b = turned->at(i);
    EXPECT_EQ(turn(a.inputs.at(0)), b.inputs.at(0)) << i;
    EXPECT_EQ(turn(a.targets.at("tissue")), b.targets.at("tissue")) << i;
    EXPECT_EQ(turn(a.targets.at("share")), b.targets.at("share")) << i;
  }
}

TEST(DensityTask, IsMadeOfPhantomsAndJudgesWhatReadersMeasure) {
  const Task task = make_task("density");
  EXPECT_EQ(task.study, Study::labelled_mammograms);
  ASSERT_EQ(task.loss.losses.size(), 2u);
  const Sample sample = task.validation->at(1);
  // A network that is right everywhere.
  const Tensor& truth = sample.targets.at("tissue");
  const std::size_t places = truth.values.size();
  Tensor logits({1, 4, truth.shape[1], truth.shape[2]});
  for (std::size_t v = 0; v < places; ++v)
    logits.values[static_cast<std::size_t>(truth.values[v]) * places + v] = 1;
  const Figures right = task.judge(sample, {logits});
  EXPECT_EQ(right.at("dice_breast").value(), 1);
  EXPECT_EQ(right.at("density_error_points").value(), 0);
  // One that calls all of the breast dense.
  for (std::size_t v = 0; v < places; ++v) logits.values[2 * places + v] += truth.values[v] == 1 ? 2 : 0;
  const Figures dense = task.judge(sample, {logits});
  EXPECT_EQ(dense.at("dice_breast").value(), 1);
  EXPECT_GT(dense.at("density_error_points").value(), 10);
  EXPECT_LT(dense.at("dice_dense").value(), 1);
}

TEST(DensityTask, HasAPlainNetworkOfAsManyNumbersToBeComparedWith) {
  const Task task = make_task("density"), plain = make_task("density", {.network = "plain"});
  const auto numbers = [](const Task& t) { return static_cast<double>(nn::parameter_count(t.graph)); };
  EXPECT_NEAR(numbers(plain) / numbers(task), 1, 0.15);
  EXPECT_EQ(plain.graph.outputs.size(), 1u);
  EXPECT_EQ(plain.loss.losses.size(), 1u);
  EXPECT_EQ(plain.recipe.steps, task.recipe.steps);
  EXPECT_EQ(
      test::message_of([] { make_task("phase", {.network = "plain"}); }),
      "task phase: it has no plain network; there is nothing that its own network was compared with. Leave "
      "--network out.");
}

}  // namespace
}  // namespace lobule::learn
