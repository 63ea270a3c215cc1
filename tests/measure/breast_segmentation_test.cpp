#include "measure/breast_segmentation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "breast_phantom.h"
#include "core/parallel.h"
#include "measure/depth_map.h"

namespace lobule::measure {
namespace {

using test::breast_phantom;
using test::dice;
using test::phantom_grid;

TEST(SegmentBreasts, FindsBothBreastsOfAPhantomWithDarkFat) {
  const auto phantom = breast_phantom(phantom_grid());
  const BreastSegmentation found = segment_breasts(phantom.image);
  EXPECT_GE(dice(found.breast, phantom.breast, 1), 0.9);
  EXPECT_GE(dice(found.breast, phantom.breast, 2), 0.9);
  EXPECT_GE(dice(found.body, phantom.body, 1), 0.95);
  EXPECT_NEAR(found.report.midline_x_mm, 0, 6);
  EXPECT_NEAR(found.report.sternum_y_mm, -9, 3);
  EXPECT_NEAR(found.report.volume_ml[1], volume_ml(phantom.breast, 1), 0.15 * volume_ml(phantom.breast, 1));
  EXPECT_GT(found.report.confidence, 0.5);
}

TEST(SegmentBreasts, FindsBothBreastsOfAPhantomWithBrightFat) {
  const auto phantom = breast_phantom(phantom_grid(), {.fat = FatSignal::bright});
  const BreastSegmentation found = segment_breasts(phantom.image, {.fat = FatSignal::bright});
  EXPECT_GE(dice(found.breast, phantom.breast, 1), 0.9);
  EXPECT_GE(dice(found.breast, phantom.breast, 2), 0.9);
}

TEST(SegmentBreasts, GivesTheSameBreastsOnAGridOfAnotherOrientation) {
  Grid sagittal;  // columns to the back, rows to the feet, slices to the left
  sagittal.size = {50, 40, 64};
  sagittal.spacing_mm = {3, 4, 4};
  sagittal.origin_mm = {-126, -84, 78};
  sagittal.direction.column = {Vec3{0, 1, 0}, Vec3{0, 0, -1}, Vec3{1, 0, 0}};
  const auto phantom = breast_phantom(sagittal);
  const BreastSegmentation found = segment_breasts(phantom.image);
  EXPECT_GE(dice(found.breast, phantom.breast, 1), 0.9);
  EXPECT_GE(dice(found.breast, phantom.breast, 2), 0.9);
}

TEST(SegmentBreasts, SaysThatOnlyOneBreastIsThereAndWhich) {
  const auto phantom = breast_phantom(phantom_grid(), {.left = false});
  const BreastSegmentation found = segment_breasts(phantom.image);
  EXPECT_GE(dice(found.breast, phantom.breast, 1), 0.9);
  EXPECT_EQ(volume_ml(found.breast, 2), 0);
  ASSERT_EQ(found.report.findings.size(), 1u);
  EXPECT_EQ(
      sentence(found.report.findings[0]),
      "breast mask: only the right breast was found; the other side does not stand out from the chest. Check "
      "the mask.");
}

TEST(SegmentBreasts, SaysThatNoBreastIsThere) {
  const auto phantom = breast_phantom(phantom_grid(), {.right = false, .left = false});
  for (const Image<float>& image :
       {phantom.image, Image<float>(phantom_grid(), 0), Image<float>(phantom_grid(), kMissing)}) {
    const BreastSegmentation found = segment_breasts(image);
    EXPECT_EQ(volume_ml(found.breast, 1) + volume_ml(found.breast, 2), 0);
    EXPECT_EQ(found.report.confidence, 0);
    ASSERT_GE(found.report.findings.size(), 1u);
    EXPECT_EQ(sentence(found.report.findings[0]),
              "breast mask: no breast was found; nothing stands out from the chest by 20 mm. Check that the "
              "images show "
              "breasts hanging freely, or give edited masks.");
  }
}

TEST(SegmentBreasts, TakesAnySizeOfGridWithoutThrowing) {
  for (const Index3 size : {Index3{1, 1, 1}, Index3{4, 1, 3}, Index3{30, 30, 1}}) {
    Grid grid;
    grid.size = size;
    EXPECT_EQ(segment_breasts(Image<float>(grid, 50)).report.confidence, 0);
  }
}

TEST(SegmentBreasts, IsTheSameForAnyNumberOfThreads) {
  const auto phantom = breast_phantom(phantom_grid());
  set_thread_count(1);
  const BreastSegmentation one = segment_breasts(phantom.image);
  set_thread_count(3);
  const BreastSegmentation three = segment_breasts(phantom.image);
  set_thread_count(0);
  EXPECT_EQ(one.breast.voxels, three.breast.voxels);
  EXPECT_EQ(one.chest_wall_depth_mm.voxels, three.chest_wall_depth_mm.voxels);
}

TEST(BaselineBehind, PassesUnderABumpAndKeepsAPlane) {
  DepthMap skin(60, 40, 0, 0, 6);
  for (int k = 0; k < 40; ++k)
    for (int i = 0; i < 60; ++i)
      skin.at(i, k) = static_cast<float>(5 + 0.1 * i - (std::hypot(i - 30, k - 20) < 10 ? 40 : 0));
  const DepthMap base = baseline_behind(skin, std::vector<bool>(60 * 40, false), 300);
  for (int k = 0; k < 40; k += 5)
    for (int i = 0; i < 60; i += 5) EXPECT_NEAR(base.at(i, k), 5 + 0.1 * i, 1.5);
}

TEST(DepthMap, InterpolatesBetweenItsPointsAndHoldsItsBorder) {
  DepthMap map(2, 2, 10, 20, 2);
  map.y_mm = {0, 2, 4, 6};
  EXPECT_FLOAT_EQ(map.interpolate(11, 21), 3);
  EXPECT_FLOAT_EQ(map.interpolate(-50, 20), 0);
  EXPECT_FLOAT_EQ(map.interpolate(12, 99), 6);
}

}  // namespace
}  // namespace lobule::measure
