#include "learn/region_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "learn/task.h"

namespace lobule::learn {
namespace {

RegionSourceOptions small() {
  RegionSourceOptions options;
  options.mammogram.columns = 160, options.mammogram.rows = 240;
  options.mammogram.drawn = 1, options.mammogram.close = 1, options.mammogram.wall_left = true;
  options.mammogram.inverted = 0, options.mammogram.regions = 1;
  options.low_percentile = 0.5, options.high_percentile = 99.5;
  options.tile = 96;
  options.pictures = 3, options.tiles_per_picture = 2;
  options.size = 18;
  return options;
}

// Tensors hold NaN, which equals nothing.
std::size_t differences(const Tensor& a, const Tensor& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i)
    count += !(a.values[i] == b.values[i] || (std::isnan(a.values[i]) && std::isnan(b.values[i])));
  return count;
}

TEST(RegionSource, ASampleDependsOnItsNumberAlone) {
  const auto first = mammogram_tiles(small()), second = mammogram_tiles(small());
  const Sample late = first->at(17), early = first->at(1);
  EXPECT_EQ(second->at(1).inputs, early.inputs);
  const Sample again = second->at(17);
  EXPECT_EQ(again.inputs, late.inputs);
  for (const auto& [name, target] : late.targets) EXPECT_EQ(differences(target, again.targets.at(name)), 0U);
  EXPECT_NE(early.inputs, late.inputs);
}

TEST(RegionSource, TargetsSayWhatLiesOnEachPlaceAndHowMuchItWeighs) {
  const auto source = mammogram_tiles(small());
  double warm = 0;
  for (std::uint64_t n = 0; n < source->size(); ++n) {
    const Sample sample = source->at(n);
    ASSERT_EQ(sample.inputs.at(0).shape, (Shape{1, 96, 96}));
    const Tensor &region = sample.targets.at("region"), &malignant = sample.targets.at("malignant"),
                 &weight = sample.targets.at("weight");
    for (const auto& [name, target] : sample.targets) ASSERT_EQ(target.shape, (Shape{1, 24, 24})) << name;
    for (std::size_t i = 0; i < 24 * 24; ++i) {
      const float kind = region.values[i];
      ASSERT_TRUE(kind == kUnsureRegion || kind == 0 || kind == 1 || kind == 2 || kind == 3) << kind;
      warm += kind > 0 ? 1 : 0;
      ASSERT_EQ(std::isnan(malignant.values[i]), kind != 1 && kind != 2);
      ASSERT_TRUE(kind > 0 ? weight.values[i] > 0 : weight.values[i] == 1);
    }
  }
  EXPECT_GT(warm, 100);
}

TEST(RegionsTask, ItsNetworkAnswersOnTheTargetsPlacesAndItsJudgeKnowsWhatIsRight) {
  const Task task = make_task("regions");
  EXPECT_EQ(task.study, Study::none);
  const Sample sample = task.validation->at(3);
  const Tensor& truth = sample.targets.at("region");
  EXPECT_EQ(truth.shape[1] * kRegionStride, sample.inputs.at(0).shape[1]);
  ASSERT_EQ(task.graph.outputs.size(), 2U);
  const std::size_t plane = truth.values.size();
  Tensor logits({1, 1 + kRegionKinds, truth.shape[1], truth.shape[2]}), malignant(truth.shape);
  for (std::size_t i = 0; i < plane; ++i) {
    logits.values[static_cast<std::size_t>(std::max(0.0F, truth.values[i])) * plane + i] = 5;
    malignant.values[i] = sample.targets.at("malignant").values[i] > 0 ? 5 : -5;
  }
  for (const auto& [name, figure] : task.judge(sample, {logits, malignant}))
    EXPECT_EQ(figure.value(), 1) << name;
}

}  // namespace
}  // namespace lobule::learn
