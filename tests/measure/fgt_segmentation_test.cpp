#include "measure/fgt_segmentation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "breast_phantom.h"

namespace lobule::measure {
namespace {

using test::breast_phantom;
using test::dice;
using test::phantom_grid;

TEST(SegmentFgt, FindsTheGlandOfAPhantomWhateverTheFat) {
  for (const FatSignal fat : {FatSignal::dark, FatSignal::bright}) {
    const auto phantom = breast_phantom(phantom_grid(), {.fat = fat});
    const FgtSegmentation found = segment_fgt(phantom.image, phantom.breast, {}, {.fat = fat});
    for (const int label : {1, 2}) {
      EXPECT_GE(dice(found.fgt, phantom.gland, label), 0.95);
      const double density = 100 * volume_ml(phantom.gland, label) / volume_ml(phantom.breast, label);
      EXPECT_NEAR(found.report.percent_density[label], density, 1.0);
    }
    EXPECT_TRUE(found.report.findings.empty());
    EXPECT_NEAR(found.report.gland_mean[1], 100, 3);
  }
}

TEST(SegmentFgt, DoesNotChangeWhenTheImageIsScaled) {
  const auto phantom = breast_phantom(phantom_grid());
  Image<float> twice = phantom.image;
  for (float& v : twice.voxels) v *= 2;
  EXPECT_EQ(segment_fgt(phantom.image, phantom.breast, {}).fgt.voxels,
            segment_fgt(twice, phantom.breast, {}).fgt.voxels);
}

TEST(SegmentFgt, FollowsAResidualShading) {
  auto phantom = breast_phantom(phantom_grid());
  const Grid& grid = phantom.image.grid;
  for (std::size_t i = 0; i < phantom.image.voxels.size(); ++i) {
    const auto k = static_cast<double>(i / (grid.size[0] * grid.size[1]));
    phantom.image.voxels[i] *= static_cast<float>(1 + 0.25 * (k - 20) / 20);
  }
  const FgtSegmentation found = segment_fgt(phantom.image, phantom.breast, {});
  EXPECT_GE(dice(found.fgt, phantom.gland, 1), 0.9);
}

TEST(SegmentFgt, LeavesVesselsOut) {
  const auto phantom = breast_phantom(phantom_grid());
  Mask vessels(phantom.breast.grid);
  for (std::size_t i = 0; i < vessels.voxels.size(); ++i) vessels.voxels[i] = phantom.gland.voxels[i] == 1;
  const FgtSegmentation found = segment_fgt(phantom.image, phantom.breast, vessels);
  EXPECT_LT(found.report.fgt_ml[1], 0.05 * volume_ml(phantom.gland, 1));
  EXPECT_GE(dice(found.fgt, phantom.gland, 2), 0.95);
}

TEST(SegmentFgt, OfAnEmptyBreastIsEmptyWithoutDensity) {
  const auto phantom = breast_phantom(phantom_grid());
  const FgtSegmentation found = segment_fgt(phantom.image, Mask(phantom.breast.grid), {});
  EXPECT_EQ(found.report.fgt_ml[0], 0);
  EXPECT_TRUE(std::isnan(found.report.percent_density[0]));
}

}  // namespace
}  // namespace lobule::measure
