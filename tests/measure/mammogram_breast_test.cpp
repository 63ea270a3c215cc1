#include "measure/mammogram_breast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace lobule::measure {
namespace {

// A half disc of tissue at the left edge, brighter inside, on noisy air; a label in the upper right corner.
Image<float> drawn(bool label = false) {
  Image<float> image;
  image.grid.size = {300, 400, 1};
  image.voxels.assign(image.grid.voxel_count(), 0);
  for (int y = 0; y < 400; ++y)
    for (int x = 0; x < 300; ++x) {
      const double r = std::hypot(x, 1.2 * (y - 190)) / 200;
      const double tissue = r < 1 ? 300 + 500 * std::exp(-4 * r * r) : 40;
      const bool on_label = label && x > 230 && x < 280 && y > 20 && y < 50;
      image.at(x, y, 0) = static_cast<float>((on_label ? 900 : tissue) + (x * 37 + y * 91) % 7);
    }
  return image;
}

Image<float> mirrored(Image<float> image) {
  const int w = image.grid.size[0];
  for (int y = 0; y < image.grid.size[1]; ++y) {
    const auto row = image.voxels.begin() + static_cast<std::ptrdiff_t>(y) * w;
    std::reverse(row, row + w);
  }
  return image;
}

TEST(MammogramBreast, FindsATissueHalfDiscAtItsEdge) {
  const Image<float> image = drawn();
  const MammogramBreast breast = find_mammogram_breast(image);
  ASSERT_TRUE(breast.found);
  EXPECT_FALSE(breast.inverted);
  EXPECT_FALSE(breast.chest_at_right);
  EXPECT_NEAR(breast.air, 43, 5);
  EXPECT_GT(breast.brightest, 700);
  EXPECT_TRUE(breast.pieces.empty());
  EXPECT_EQ(breast.top_share, 0);
  double wrong = 0;
  const Grid& grid = breast.breast.grid;
  for (int y = 0; y < grid.size[1]; ++y)
    for (int x = 0; x < grid.size[0]; ++x) {
      const double scale = 300.0 / grid.size[0];
      const bool inside = std::hypot((x + 0.5) * scale, 1.2 * ((y + 0.5) * scale - 190)) < 200;
      wrong += inside != (breast.breast.at(x, y, 0) != 0) ? 1 : 0;
    }
  EXPECT_LT(wrong / static_cast<double>(grid.voxel_count()), 0.01);
}

TEST(MammogramBreast, AMirroredImageGivesTheMirroredResult) {
  const Image<float> image = drawn(true);
  const MammogramBreast a = find_mammogram_breast(image), b = find_mammogram_breast(mirrored(image));
  EXPECT_NE(a.chest_at_right, b.chest_at_right);
  EXPECT_NEAR(a.air, b.air, 1e-3);
  EXPECT_NEAR(a.brightest, b.brightest, 1e-2);
  const Grid& grid = a.breast.grid;
  for (int y = 0; y < grid.size[1]; ++y)
    for (int x = 0; x < grid.size[0]; ++x)
      ASSERT_EQ(a.breast.at(x, y, 0), b.breast.at(grid.size[0] - 1 - x, y, 0));
}

TEST(MammogramBreast, TellsWhichEndOfTheScaleIsAir) {
  Image<float> image = drawn();
  const MammogramBreast upright = find_mammogram_breast(image);
  for (float& v : image.voxels) v = 4095 - v;
  const MammogramBreast turned = find_mammogram_breast(image);
  EXPECT_TRUE(turned.inverted);
  EXPECT_GT(turned.inverted_margin, 0.3);
  EXPECT_NEAR(turned.air, upright.air - 4095, 5);
  EXPECT_EQ(turned.breast.voxels, upright.breast.voxels);
}

TEST(MammogramBreast, ALabelIsAPieceAndNoBreast) {
  const MammogramBreast breast = find_mammogram_breast(drawn(true));
  ASSERT_EQ(breast.pieces.size(), 1U);
  const std::array<int, 4> box = breast.pieces[0];
  EXPECT_NEAR(box[0], 230, 4);
  EXPECT_NEAR(box[1], 20, 4);
  EXPECT_NEAR(box[2], 50, 6);
  EXPECT_FALSE(breast.chest_at_right);
}

TEST(MammogramBreast, NothingIsFoundWhereNothingIs) {
  Image<float> image;
  image.grid.size = {50, 60, 1};
  image.voxels.assign(3000, 7);
  EXPECT_FALSE(find_mammogram_breast(image).found);
  std::fill(image.voxels.begin(), image.voxels.end(), kMissing);
  EXPECT_FALSE(find_mammogram_breast(image).found);
}

TEST(MammogramBreast, PaddingCountsAsAir) {
  Image<float> image = drawn();
  const MammogramBreast before = find_mammogram_breast(image);
  for (int y = 0; y < 400; ++y)
    for (int x = 250; x < 300; ++x) image.at(x, y, 0) = kMissing;
  const MammogramBreast after = find_mammogram_breast(image);
  EXPECT_EQ(after.inverted, before.inverted);
  EXPECT_EQ(after.breast.voxels, before.breast.voxels);
}

TEST(MammogramBreast, BoxMeansKeepTheMean) {
  const Image<float> image = drawn();
  const Image<float> coarse = box_means(image, 77, 31);
  double a = 0, b = 0;
  for (const float v : image.voxels) a += v;
  for (const float v : coarse.voxels) b += v;
  EXPECT_NEAR(a / static_cast<double>(image.voxels.size()), b / static_cast<double>(coarse.voxels.size()),
              1e-3);
  EXPECT_NEAR(coarse.grid.spacing_mm.x, 300.0 / 77, 1e-9);
}

}  // namespace
}  // namespace lobule::measure
