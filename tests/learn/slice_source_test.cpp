#include "learn/slice_source.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lobule::learn {
namespace {

std::shared_ptr<const SampleSource> small_slices(int size = 24, std::uint64_t slices_per_patch = 3,
                                                 std::uint64_t slices = 6) {
  phantom::MriPatchOptions patch;
  patch.size = {size, size, size};
  patch.spacing_mm = 5;
  patch.patient_spacing_mm = 8;
  patch.channels = {{phantom::MriContrast::t1, 0, 0}};
  patch.pool = 1;
  return breast_slices({.patch = patch, .slices_per_patch = slices_per_patch, .size = slices}, 99);
}

TEST(SliceSource, ASampleDependsOnItsNumberAlone) {
  const auto first = small_slices(), second = small_slices();
  const Sample late = first->at(4), early = first->at(0);
  EXPECT_EQ(second->at(0).inputs, early.inputs);
  EXPECT_EQ(second->at(4).inputs, late.inputs);
  EXPECT_EQ(second->at(4).targets, late.targets);
}

TEST(SliceSource, SlicesAreScaledByWhatIsBrightInTheirPatch) {
  const auto source = small_slices();
  EXPECT_EQ(source->size(), 6u);
  float most = 0;
  bool breast = false;
  for (std::uint64_t i = 0; i < source->size(); ++i) {
    const Sample sample = source->at(i);
    EXPECT_EQ(sample.inputs.at(0).shape, (Shape{1, 24, 24}));
    for (const float v : sample.inputs[0].values) most = std::max(most, v);
    for (const float v : sample.targets.at("breast").values) {
      EXPECT_TRUE(v == 0 || v == 1);
      breast |= v == 1;
    }
  }
  EXPECT_GT(most, 0.8F);
  EXPECT_LT(most, 3.0F);
  EXPECT_TRUE(breast);
}

// A patch of 480 mm reaches far beyond a patient, whose slices 24 samples would miss often.
TEST(SliceSource, SlicesHoldABody) {
  const auto source = small_slices(96, 24, 24);
  for (std::uint64_t i = 0; i < source->size(); ++i) {
    const Sample sample = source->at(i);
    const auto& values = sample.inputs[0].values;
    EXPECT_GT(std::count_if(values.begin(), values.end(), [](float v) { return v > 0.2F; }), 20) << i;
  }
}

}  // namespace
}  // namespace lobule::learn
