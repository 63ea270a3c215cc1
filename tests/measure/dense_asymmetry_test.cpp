#include "measure/dense_asymmetry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "measure/breast_density.h"
#include "measure/heat_regions.h"

namespace lobule::measure {
namespace {

// Half an ellipse at the left edge with a dense disc in it, and another one where it is told.
Mask breast(int depth, int height, double x, double y, double radius = 0) {
  Grid grid;
  grid.size = {200, 240, 1};
  Mask labels(grid);
  for (int row = 0; row < grid.size[1]; ++row)
    for (int column = 0; column < grid.size[0]; ++column) {
      const double u = static_cast<double>(column) / depth, v = (row - 120.0) / (0.5 * height);
      if (u * u + v * v > 1) continue;
      const bool gland = std::hypot((u - 0.5) * depth, v * 0.5 * height) < 0.25 * depth;
      labels.at(column, row, 0) = gland || std::hypot(column - x, row - y) < radius ? kDense : kAdipose;
    }
  return labels;
}

Image<float> share(const Mask& labels) {
  return masking_map(labels, {}).dense_share;
}

float largest(const Image<float>& map) {
  float most = 0;
  for (const float v : map.voxels)
    if (!std::isnan(v)) most = std::max(most, v);
  return most;
}

TEST(DenseAsymmetry, IsWhereOnlyOneBreastIsDense) {
  const Image<float> here = share(breast(120, 200, 40, 175, 14)), other = share(breast(120, 200, 0, 0));
  const auto regions = heat_regions(dense_asymmetry(here, other), nullptr);
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_NEAR(regions[0].x, 40, 5);
  EXPECT_NEAR(regions[0].y, 175, 5);
  EXPECT_GT(regions[0].score, 0.5);
  EXPECT_LT(largest(dense_asymmetry(other, here)), 0.02F) << "the other breast is denser nowhere";
}

// Larger, and the disc of gland with it; the same laid over each other.
TEST(DenseAsymmetry, SizeIsNone) {
  const Image<float> small = share(breast(90, 150, 0, 0)), large = share(breast(126, 210, 0, 0));
  EXPECT_LT(largest(dense_asymmetry(small, large)), 0.03F);
  EXPECT_LT(largest(dense_asymmetry(large, small)), 0.03F);
}

// Within the tolerance.
TEST(DenseAsymmetry, NeitherIsAGlandThatLiesALittleElsewhere) {
  const Image<float> here = share(breast(120, 200, 40, 175, 14)),
                     other = share(breast(120, 200, 46, 170, 14));
  EXPECT_LT(largest(dense_asymmetry(here, other)), 0.05F);
}

TEST(DenseAsymmetry, ABreastThatIsNotThereComparesWithNone) {
  const Image<float> here = share(breast(120, 200, 0, 0));
  Image<float> none = here;
  std::fill(none.voxels.begin(), none.voxels.end(), std::nanf(""));
  for (const float v : dense_asymmetry(here, none).voxels) EXPECT_TRUE(std::isnan(v));
}

}  // namespace
}  // namespace lobule::measure
