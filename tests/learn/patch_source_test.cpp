#include "learn/patch_source.h"

#include <gtest/gtest.h>

#include <set>

namespace lobule::learn {
namespace {

std::shared_ptr<const SampleSource> small_patches() {
  phantom::MriPatchOptions patch;
  patch.size = 32;
  patch.spacing_mm = 4;
  patch.patient_spacing_mm = 6;
  patch.pool = 1;
  patch.channels = {{phantom::MriContrast::t1, 0, 0}, {phantom::MriContrast::dce, 2, 0}};
  return mri_patches({.patch = patch, .size = 12});
}

TEST(PatchSource, ASampleDependsOnItsNumberAlone) {
  const auto first = small_patches(), second = small_patches();
  const Sample late = first->at(5), early = first->at(0);
  EXPECT_EQ(second->at(0).inputs, early.inputs);
  EXPECT_EQ(second->at(5).inputs, late.inputs);
  EXPECT_EQ(second->at(5).targets, late.targets);
}

TEST(PatchSource, NeighboursSeeOnePatchInDifferentChannels) {
  const auto source = small_patches();
  EXPECT_EQ(source->at(0).targets, source->at(1).targets);
  EXPECT_NE(source->at(0).inputs, source->at(1).inputs);
  EXPECT_NE(source->at(0).targets, source->at(2).targets);
}

TEST(PatchSource, ThinSlabsRepeatTheirOuterSlices) {
  phantom::MriPatchOptions patch;
  patch.size = 32;
  patch.spacing_mm = 4;
  patch.patient_spacing_mm = 6;
  patch.pool = 1;
  const auto source = mri_patches({.patch = patch, .thin_slabs = 1, .size = 4});
  for (std::uint64_t i = 0; i < 4; ++i) {
    const Sample sample = source->at(i);
    std::size_t changes = 0;
    for (const std::vector<float>* values :
         {&sample.inputs.at(0).values, &sample.targets.at("tissue").values})
      for (std::size_t z = 1; z < 32; ++z)
        changes += std::equal(values->begin() + static_cast<std::ptrdiff_t>(z * 1024),
                              values->begin() + static_cast<std::ptrdiff_t>((z + 1) * 1024),
                              values->begin() + static_cast<std::ptrdiff_t>((z - 1) * 1024))
                       ? 0
                       : 1;
    EXPECT_LE(changes, 2u * 12) << "at most 50 mm of slices of 4 mm";
  }
}

TEST(PatchSource, TissuesAgreeWithTheBreastAndTheShareOfGland) {
  const auto source = small_patches();
  std::set<float> seen;
  for (std::uint64_t i = 0; i < source->size(); i += 2) {
    const Sample sample = source->at(i);
    EXPECT_EQ(sample.inputs.at(0).shape, (Shape{1, 32, 32, 32}));
    const auto& tissue = sample.targets.at("tissue").values;
    const auto& inside = sample.targets.at("inside").values;
    const auto& gland = sample.targets.at("gland").values;
    for (std::size_t v = 0; v < tissue.size(); ++v) {
      seen.insert(tissue[v]);
      if (tissue[v] == static_cast<float>(PatchTissue::gland)) {
        ASSERT_EQ(inside[v], 1);
        ASSERT_GE(gland[v], 0.5F);
      }
      if (tissue[v] == static_cast<float>(PatchTissue::breast)) {
        ASSERT_EQ(inside[v], 1);
        ASSERT_LT(gland[v], 0.5F);
      }
      ASSERT_TRUE(gland[v] >= 0 && gland[v] <= 1);
      if (inside[v] == 0) {
        ASSERT_EQ(gland[v], 0);
      }
    }
  }
  for (const PatchTissue tissue : {PatchTissue::background, PatchTissue::breast, PatchTissue::gland,
                                   PatchTissue::muscle, PatchTissue::heart})
    EXPECT_TRUE(seen.contains(static_cast<float>(tissue))) << static_cast<int>(tissue);
}

}  // namespace
}  // namespace lobule::learn
