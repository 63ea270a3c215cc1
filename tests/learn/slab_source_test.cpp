#include "learn/slab_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.h"

namespace lobule::learn {
namespace {

SlabSourceOptions small_slabs() {
  SlabSourceOptions options;
  options.patch.size = {40, 32, 8};
  options.patch.spacing_mm = 4;
  options.patch.patient_spacing_mm = 6;
  options.patch.pool = 1;
  options.patch.channels = {{phantom::MriContrast::t1, 0, 0}, {phantom::MriContrast::dce, 2, 0}};
  options.neighbours = {-1, 0, 1};
  options.size = 12;
  return options;
}

TEST(SlabSource, ASampleDependsOnItsNumberAlone) {
  const auto first = mri_slabs(small_slabs()), second = mri_slabs(small_slabs());
  const Sample late = first->at(5), early = first->at(0);
  EXPECT_EQ(second->at(0).inputs, early.inputs);
  EXPECT_EQ(second->at(5).inputs, late.inputs);
  EXPECT_EQ(second->at(5).targets, late.targets);
}

TEST(SlabSource, SamplesThatFollowSeeOneSlabInDifferentChannels) {
  const auto source = mri_slabs(small_slabs());
  EXPECT_EQ(source->at(0).targets, source->at(1).targets);
  EXPECT_NE(source->at(0).inputs, source->at(1).inputs);
  EXPECT_NE(source->at(0).targets, source->at(2).targets);
}

TEST(SlabSource, AtAnEndTheOutermostSliceStandsForThoseBeyond) {
  SlabSourceOptions options = small_slabs();
  const auto same = [&](const Sample& sample, std::ptrdiff_t neighbour) {
    const auto& values = sample.inputs.at(0).values;
    const std::ptrdiff_t plane = 40 * 32;
    return std::equal(values.begin() + plane, values.begin() + 2 * plane, values.begin() + neighbour * plane);
  };
  for (const double share : {0.0, 1.0}) {
    options.at_an_end = share;
    const auto source = mri_slabs(options);
    for (std::uint64_t i = 0; i < 6; ++i) {
      const Sample sample = source->at(i);
      EXPECT_EQ(sample.inputs.at(0).shape, (Shape{3, 32, 40}));
      EXPECT_EQ(same(sample, 0) || same(sample, 2), share == 1) << i;
    }
  }
}

TEST(SlabSource, ANeighbourOutsideTheSlabIsRefused) {
  SlabSourceOptions options = small_slabs();
  options.neighbours = {0, 4};
  try {
    mri_slabs(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "MRI slabs: the neighbour 4 lies outside.");
  }
}

TEST(SlabSource, TissuesAgreeWithTheBreastAndTheShareOfGland) {
  const auto source = mri_slabs(small_slabs());
  std::set<float> seen;
  for (std::uint64_t i = 0; i < source->size(); i += 2) {
    const Sample sample = source->at(i);
    const auto& tissue = sample.targets.at("tissue").values;
    const auto& inside = sample.targets.at("inside").values;
    const auto& gland = sample.targets.at("gland").values;
    for (std::size_t v = 0; v < tissue.size(); ++v) {
      seen.insert(tissue[v]);
      if (tissue[v] == static_cast<float>(SlabTissue::gland)) {
        ASSERT_EQ(inside[v], 1);
        ASSERT_GE(gland[v], 0.5F);
      }
      if (tissue[v] == static_cast<float>(SlabTissue::breast)) {
        ASSERT_EQ(inside[v], 1);
        ASSERT_LT(gland[v], 0.5F);
      }
      ASSERT_TRUE(gland[v] >= 0 && gland[v] <= 1);
      if (inside[v] == 0) {
        ASSERT_EQ(gland[v], 0);
      }
    }
  }
  for (const SlabTissue tissue :
       {SlabTissue::background, SlabTissue::breast, SlabTissue::gland, SlabTissue::muscle})
    EXPECT_TRUE(seen.contains(static_cast<float>(tissue))) << static_cast<int>(tissue);
}

}  // namespace
}  // namespace lobule::learn
