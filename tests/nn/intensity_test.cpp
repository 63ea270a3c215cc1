#include "nn/intensity.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace lobule::nn {
namespace {

const float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Intensity, PercentilesOfMeasuredValuesBecomeZeroAndOne) {
  const std::vector<float> values{10, kNan, 0, 30, 20};
  const IntensityScale scale = percentile_scale(values, 25, 75);  // 7.5 and 22.5
  EXPECT_FLOAT_EQ(scale(7.5F), 0);
  EXPECT_FLOAT_EQ(scale(22.5F), 1);
  EXPECT_EQ(scale(kNan), 0);
}

TEST(Intensity, TheExtremesAreTheFirstAndLastPercentile) {
  const std::vector<float> values{3, 1, 2};
  const IntensityScale scale = percentile_scale(values, 0, 100);
  EXPECT_FLOAT_EQ(scale(1), 0);
  EXPECT_FLOAT_EQ(scale(3), 1);
}

TEST(Intensity, ScoresHaveMeanZeroAndDeviationOne) {
  const std::vector<float> values{1, 3, kNan};
  const IntensityScale scale = z_score_scale(values);
  EXPECT_FLOAT_EQ(scale(1), -1);
  EXPECT_FLOAT_EQ(scale(3), 1);
}

// MONAI 1.3, NormalizeIntensity(nonzero=True): mean and deviation of what is not 0; zeros stay.
TEST(Intensity, ZerosCanBeLeftOut) {
  std::vector<float> values{0, 1, 3, 0};
  zeros_to_missing(values);
  const IntensityScale scale = z_score_scale(values);
  std::vector<float> scaled;
  for (const float v : values) scaled.push_back(scale(v));
  EXPECT_EQ(scaled, (std::vector<float>{0, -1, 1, 0}));
}

TEST(Intensity, AnImageOfOneValueStaysFinite) {
  const std::vector<float> values(5, 7.0F);
  EXPECT_EQ(percentile_scale(values, 1, 99)(7), 0);
  EXPECT_EQ(z_score_scale(values)(7), 0);
  EXPECT_EQ(percentile_scale({}, 1, 99)(7), 7);
}

}  // namespace
}  // namespace lobule::nn
