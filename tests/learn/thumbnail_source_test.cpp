#include "learn/thumbnail_source.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "learn/sorting_network.h"

namespace lobule::learn {
namespace {

ThumbnailSourceOptions small() {
  ThumbnailSourceOptions options;
  options.series.size = 32;
  options.series.patient_spacing_mm = 8;
  options.series.pool = 1;
  options.series.uses_per_patient = 1000;
  options.series.other_bodies = 0.2;
  options.size = 120;
  return options;
}

float target(const Sample& sample, const char* name) {
  return sample.targets.at(name).values.at(0);
}

TEST(ThumbnailSource, ASampleDependsOnItsNumberAlone) {
  for (const auto make : {series_thumbnails, phase_thumbnails}) {
    const auto one = make(small()), other = make(small());
    const Sample late = one->at(41), early = one->at(3);
    EXPECT_EQ(other->at(3).inputs, early.inputs);
    EXPECT_EQ(other->at(41).inputs, late.inputs);
  }
}

TEST(ThumbnailSource, EverySequenceIsSeenAndWhatItDoesNotHaveIsUnknown) {
  const auto source = series_thumbnails(small());
  std::set<float> seen;
  for (std::uint64_t i = 0; i < source->size(); ++i) {
    const Sample sample = source->at(i);
    ASSERT_EQ(sample.inputs.at(0).shape, (Shape{3, 32, 32}));
    const auto sequence = static_cast<SequenceClass>(target(sample, "sequence"));
    seen.insert(target(sample, "sequence"));
    const bool t1 = sequence == SequenceClass::t1, t2 = sequence == SequenceClass::t2;
    EXPECT_EQ(std::isnan(target(sample, "fat_suppressed")), !t1 && !t2);
    EXPECT_EQ(std::isnan(target(sample, "contrast_agent")), !t1);
    EXPECT_EQ(std::isnan(target(sample, "diffusion")), sequence != SequenceClass::dwi);
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kSequenceClassCount));
}

TEST(ThumbnailSource, PhasesAreEvenlyFrequentAndOnlyLaterOnesHaveATime) {
  const auto source = phase_thumbnails(small());
  std::array<int, 3> count{};
  for (std::uint64_t i = 0; i < source->size(); ++i) {
    const Sample sample = source->at(i);
    ASSERT_EQ(sample.inputs.at(0).shape, (Shape{6, 32, 32}));
    const auto phase = static_cast<std::size_t>(target(sample, "phase"));
    ++count.at(phase);
    EXPECT_EQ(std::isnan(target(sample, "minutes")), phase == 0);
  }
  for (const int n : count) EXPECT_GE(n, 25);
}

TEST(PhaseInput, HoldsTheVolumeAndItsDifferenceFromTheMean) {
  // Two volumes of 3 × 2² pixels: 0.2 and 0.6 everywhere.
  std::vector<float> pictures(24, 0.2F);
  std::fill(pictures.begin() + 12, pictures.end(), 0.6F);
  const Tensor second = phase_input(pictures, 2, 1);
  EXPECT_EQ(second.shape, (Shape{6, 2, 2}));
  EXPECT_FLOAT_EQ(second.values[0], 0.6F);
  EXPECT_FLOAT_EQ(second.values[12], 3 * (0.6F - 0.4F));
  EXPECT_FLOAT_EQ(phase_input(pictures, 2, 0).values[12], -3 * (0.6F - 0.4F));
}

TEST(SortingNetwork, HasAnOutputForEachQuestion) {
  const nn::Graph graph = sorting_network(3, {{"a", 8}, {"b", 1}});
  ASSERT_EQ(graph.outputs.size(), 2u);
  EXPECT_EQ(graph.outputs[0].name, "a");
  EXPECT_EQ(graph.outputs[1].name, "b");
}

TEST(SortingNetwork, AnAnswerIsRightByItsLargestLogitOrItsSign) {
  Tensor target({1, 1, 1}, 2), logits({1, 3, 1, 1});
  logits.values = {0, 1, 2};
  EXPECT_EQ(accuracy(target, logits).sum, 1);
  logits.values = {3, 1, 2};
  EXPECT_EQ(accuracy(target, logits).sum, 0);
  Tensor single({1, 1, 1, 1}, -0.5F);
  target.values[0] = 0;
  EXPECT_EQ(accuracy(target, single).sum, 1);
  target.values[0] = std::nanf("");
  EXPECT_EQ(accuracy(target, single).weight, 0);
}

}  // namespace
}  // namespace lobule::learn
