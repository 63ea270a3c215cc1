#include "measure/kinetics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace lobule::measure {
namespace {

Image<float> row(std::vector<float> values) {
  Grid grid;
  grid.size = {static_cast<int>(values.size()), 1, 1};
  Image<float> image(grid);
  image.voxels = std::move(values);
  return image;
}

const float kNan = kMissing;

void expect_values(const Image<float>& image, const std::vector<float>& expected) {
  ASSERT_EQ(image.voxels.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(image.voxels[i])) << i;
    } else {
      EXPECT_FLOAT_EQ(image.voxels[i], expected[i]) << i;
    }
  }
}

TEST(PercentEnhancement, IsTheRelativeRiseAndMissingAtNoiseAndAtMissingVoxels) {
  expect_values(percent_enhancement(row({50, 100, 4, 0, kNan, 80}), row({100, 90, 40, 9, 5, kNan}), 4),
                {100, -10, kNan, kNan, kNan, kNan});
}

TEST(PercentEnhancement, DoesNotChangeWhenBothImagesAreScaled) {
  expect_values(percent_enhancement(row({150, 30}), row({240, 33}), 0), {60, 10});
  expect_values(percent_enhancement(row({300, 60}), row({480, 66}), 0), {60, 10});
}

TEST(PercentEnhancement, RefusesImagesOfDifferentGridsAndNamesBoth) {
  try {
    percent_enhancement(row({1, 2}), row({1}), 0);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "percent enhancement: images lie on different grids: 2×1×1 voxels of 1.000×1.000×1.000 mm and "
        "1×1×1 voxels of 1.000×1.000×1.000 mm.");
  }
}

TEST(Subtraction, IsThePlainDifference) {
  expect_values(subtraction(row({10, 5, kNan}), row({15, 1, 3})), {5, -4, kNan});
}

TEST(SignalEnhancementRatio, IsAboveOneForWashoutAndMissingWhereNothingChanges) {
  expect_values(signal_enhancement_ratio(row({100, 100, 100, 2}), row({220, 150, 101, 50}),
                                         row({200, 200, 101, 60}), 3, 2),
                {1.2F, 0.5F, kNan, kNan});
}

TEST(CurveType, ChangesAtTenPercentOfTheEarlySignal) {
  EXPECT_EQ(curve_type(100, 111), CurveType::persistent);
  EXPECT_EQ(curve_type(100, 110), CurveType::plateau);
  EXPECT_EQ(curve_type(100, 90), CurveType::plateau);
  EXPECT_EQ(curve_type(100, 89), CurveType::washout);
  EXPECT_EQ(curve_type(std::nan(""), 89), CurveType::none);
}

TEST(CurveType, OfAMeanCurveUsesTheLastMeasuredPhase) {
  const std::vector<double> signal{50, 200, 190, 150, std::nan("")};
  EXPECT_EQ(curve_type(signal, 1), CurveType::washout);
  EXPECT_EQ(curve_type(signal, 3), CurveType::none);
  EXPECT_EQ(curve_type(signal, 9), CurveType::none);
}

TEST(CurveTypeMap, LeavesVoxelsThatDoNotEnhanceWithoutAType) {
  const Mask map =
      curve_type_map(row({100, 100, 100, kNan}), row({160, 160, 120, 160}), row({200, 120, 200, 200}), 0, 50);
  EXPECT_EQ(map.voxels, (std::vector<std::uint8_t>{1, 3, 0, 0}));
}

TEST(MaximumSlope, IsPerSecondWithTimesAndPerPhaseWithout) {
  const Image<float> a = row({100}), b = row({150}), c = row({180});
  const std::vector<double> times{0, 100, 110};
  expect_values(maximum_slope({&a, &b, &c}, times, 0), {3});
  expect_values(maximum_slope({&a, &b, &c}, {}, 0), {50});
}

TEST(MaximumSlope, SkipsAPhaseThatDoesNotCoverTheVoxel) {
  const Image<float> a = row({100, kNan}), b = row({kNan, 5}), c = row({180, 5});
  expect_values(maximum_slope({&a, &b, &c}, {}, 0), {40, kNan});
}

TEST(MaximumSlope, RefusesTimesThatDoNotIncrease) {
  const Image<float> a = row({100}), b = row({150});
  const std::vector<double> times{90, 90};
  try {
    maximum_slope({&a, &b}, times, 0);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "maximum slope: times do not increase.");
  }
}

TEST(MeanCurve, IsMissingForAPhaseWithoutMeasuredVoxels) {
  const Image<float> a = row({1, 3, 9}), b = row({kNan, kNan, 9}), c = row({4, kNan, 9});
  Mask region(a.grid);
  region.voxels = {1, 1, 2};
  const std::vector<double> curve = mean_curve({&a, &b, &c}, region, 1);
  EXPECT_DOUBLE_EQ(curve[0], 1);
  EXPECT_TRUE(std::isnan(curve[1]));
  EXPECT_DOUBLE_EQ(curve[2], 4);
}

TEST(MeanCurve, TakesTheSameVoxelsInEveryPhaseWhereOneIsASlab) {
  const Image<float> a = row({1, 3, 9}), b = row({2, kNan, kNan}), c = row({4, 8, 9});
  const Mask region(a.grid, 1);
  EXPECT_EQ(mean_curve({&a, &b, &c}, region, 1), (std::vector<double>{1, 2, 4}));
}

TEST(MaximumProjection, CollapsesTheGridAxisNearestToThePatientAxis) {
  Grid sagittal;  // columns run to the back, rows to the feet, slices to the left
  sagittal.size = {2, 3, 4};
  sagittal.spacing_mm = {1, 2, 3};
  sagittal.origin_mm = {10, 20, 30};
  sagittal.direction.column = {Vec3{0, 1, 0}, Vec3{0, 0, -1}, Vec3{1, 0, 0}};
  Image<float> image(sagittal, kMissing);
  image.at(0, 0, 1) = 5;
  image.at(0, 0, 3) = 7;
  image.at(1, 0, 0) = 1;
  image.at(1, 2, 0) = 4;

  const Image<float> along_feet_head = maximum_projection(image, 2);
  EXPECT_EQ(along_feet_head.grid.size, (Index3{2, 1, 4}));
  EXPECT_DOUBLE_EQ(along_feet_head.grid.spacing_mm.y, 6);
  EXPECT_EQ(along_feet_head.grid.origin_mm, (Vec3{10, 20, 28}));
  EXPECT_FLOAT_EQ(along_feet_head.at(0, 0, 1), 5);
  EXPECT_FLOAT_EQ(along_feet_head.at(1, 0, 0), 4);
  EXPECT_TRUE(std::isnan(along_feet_head.at(1, 0, 3)));

  const Image<float> along_x = maximum_projection(image, 0);
  EXPECT_EQ(along_x.grid.size, (Index3{2, 3, 1}));
  EXPECT_FLOAT_EQ(along_x.at(0, 0, 0), 7);
  EXPECT_EQ(along_x.grid.origin_mm, (Vec3{14.5, 20, 30}));
}

TEST(FunctionalTumorVolume, CountsEnhancingVoxelsWithEnoughNeighboursInsideTheBox) {
  Grid grid;
  grid.size = {10, 2, 2};
  grid.spacing_mm = {10, 10, 10};
  Image<float> pre(grid, 100), percent(grid, 0), ser(grid, 1);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 2; ++j)
      for (int k = 0; k < 2; ++k) percent.at(i, j, k) = 70;
  ser.at(0, 0, 0) = -0.1F;    // below zero
  ser.at(2, 0, 0) = 0;        // passes
  pre.at(2, 1, 1) = 59;       // below 60 % of the 95th percentile, which is 100
  percent.at(1, 1, 1) = 69;   // not enough
  percent.at(5, 0, 0) = 200;  // alone
  percent.at(9, 0, 0) = percent.at(9, 0, 1) = percent.at(9, 1, 0) = percent.at(9, 1, 1) = 200;  // outside
  const Ftv ftv = functional_tumor_volume(pre, percent, ser, {{-1, -1, -1}, {75, 15, 15}});
  EXPECT_DOUBLE_EQ(ftv.volume_ml, 9);
  EXPECT_EQ(ftv.mask.at(5, 0, 0), 0);
}

TEST(FunctionalTumorVolume, RefusesAnEmptyBox) {
  const Image<float> image = row({1});
  try {
    functional_tumor_volume(image, image, image, {{0, 0, 0}, {1, 0, 1}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "functional tumour volume: the box is empty; its low corner is not below its high corner. Give x, "
        "y and z in LPS millimetres, low corner first.");
  }
}

TEST(BackgroundEnhancement, GivesMeanMedianFractionAndWordPerLabel) {
  const Image<float> percent = row({10, 30, 50, kNan, 90});
  Mask fgt(percent.grid);
  fgt.voxels = {1, 1, 1, 1, 2};
  const BackgroundEnhancement right = background_enhancement(percent, fgt, 1);
  EXPECT_DOUBLE_EQ(right.mean_percent, 30);
  EXPECT_DOUBLE_EQ(right.median_percent, 30);
  EXPECT_NEAR(right.fraction_percent, 200.0 / 3, 1e-9);
  EXPECT_EQ(right.word, "moderate");
  EXPECT_EQ(right.voxels, 3u);
  EXPECT_EQ(background_enhancement(percent, fgt, 2).word, "marked");
  const BackgroundEnhancement nothing = background_enhancement(percent, Mask(percent.grid), 0);
  EXPECT_TRUE(std::isnan(nothing.mean_percent));
  EXPECT_EQ(nothing.word, "");
}

}  // namespace
}  // namespace lobule::measure
