#include "measure/heat_regions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace lobule::measure {
namespace {

struct Hill {
  double x, y, height, width;
};

Image<float> hills(const std::vector<Hill>& all, int columns = 60, int rows = 50) {
  Grid grid;
  grid.size = {columns, rows, 1};
  Image<float> map(grid);
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x)
      for (const Hill& h : all)
        map.at(x, y, 0) =
            std::max(map.at(x, y, 0),
                     static_cast<float>(h.height * std::exp(-0.5 * (std::pow((x - h.x) / h.width, 2) +
                                                                    std::pow((y - h.y) / h.width, 2)))));
  return map;
}

TEST(HeatRegions, AreTheHillsByHeightWithBoxesAtHalfOfIt) {
  const auto regions = heat_regions(hills({{12, 30, 0.5, 2}, {40, 10, 0.9, 4}}), nullptr);
  ASSERT_EQ(regions.size(), 2U);
  EXPECT_NEAR(regions[0].score, 0.9, 1e-6);
  EXPECT_EQ(regions[0].x, 40);
  EXPECT_EQ(regions[0].y, 10);
  // A Gaussian falls to a half at 1.177 deviations: 4.7 pixels to each side.
  EXPECT_EQ(regions[0].left, 36);
  EXPECT_EQ(regions[0].width, 9);
  EXPECT_EQ(regions[0].height, 9);
  EXPECT_EQ(regions[1].x, 12);
  EXPECT_EQ(regions[1].width, 5);
  EXPECT_NEAR(static_cast<double>(regions[0].pixels.size()), 3.14159 * 4.71 * 4.71, 6);
}

TEST(HeatRegions, OfAMirroredMapAreMirrored) {
  const Image<float> map = hills({{12.3, 30, 0.5, 2}, {40, 10.4, 0.9, 4}, {22, 14, 0.3, 3}});
  Image<float> turned = map;
  for (int y = 0; y < 50; ++y)
    for (int x = 0; x < 60; ++x) turned.at(x, y, 0) = map.at(59 - x, y, 0);
  const auto one = heat_regions(map, nullptr), other = heat_regions(turned, nullptr);
  ASSERT_EQ(one.size(), 3U);
  ASSERT_EQ(other.size(), 3U);
  for (std::size_t n = 0; n < 3; ++n) {
    EXPECT_EQ(one[n].score, other[n].score);
    EXPECT_EQ(one[n].x, 59 - other[n].x);
    EXPECT_EQ(one[n].left, 60 - other[n].left - other[n].width);
    EXPECT_EQ(one[n].top, other[n].top);
    EXPECT_EQ(one[n].pixels.size(), other[n].pixels.size());
  }
}

TEST(HeatRegions, AShoulderOfAHillIsNoneOfItsOwnAndNeitherIsWhatIsColdUnmeasuredOrOutside) {
  Image<float> map = hills({{20, 20, 0.9, 3}, {26, 20, 0.6, 1.5}, {50, 40, 0.04, 2}, {50, 10, 0.8, 2}});
  map.at(5, 5, 0) = kMissing;
  Mask inside(map.grid, 1);
  for (int y = 0; y < 50; ++y)
    for (int x = 40; x < 60; ++x) inside.at(x, y, 0) = 0;
  const auto regions = heat_regions(map, &inside);
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].x, 20);
  EXPECT_EQ(heat_regions(map, nullptr).size(), 2U);
  HeatRegionOptions one;
  one.most = 1;
  EXPECT_EQ(heat_regions(map, nullptr, one).size(), 1U);
  EXPECT_TRUE(heat_regions(Image<float>(map.grid), nullptr).empty());
}

TEST(HeatRegions, AFlatTopIsOneRegion) {
  Image<float> map = hills({});
  for (int y = 10; y < 15; ++y)
    for (int x = 20; x < 28; ++x) map.at(x, y, 0) = 0.7F;
  const auto regions = heat_regions(map, nullptr);
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].width, 8);
  EXPECT_EQ(regions[0].height, 5);
}

TEST(HeatRegions, OfSeveralKindsTheWarmerOneStaysWhereTheyMeet) {
  const std::vector<Image<float>> maps{hills({{20, 20, 0.6, 4}, {45, 30, 0.3, 3}}),
                                       hills({{22, 21, 0.8, 3}})};
  const auto regions = heat_regions(maps, nullptr);
  ASSERT_EQ(regions.size(), 2U);
  EXPECT_EQ(regions[0].kind, 1U);
  EXPECT_EQ(regions[0].region.x, 22);
  EXPECT_EQ(regions[1].kind, 0U);
  EXPECT_EQ(regions[1].region.x, 45);
}

}  // namespace
}  // namespace lobule::measure
