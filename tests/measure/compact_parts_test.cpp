#include "measure/compact_parts.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lobule::measure {
namespace {

Grid cube() {
  Grid grid;
  grid.size = {40, 20, 20};
  return grid;
}

template <class Inside>
std::vector<Index3> voxels_where(const Inside& inside) {
  std::vector<Index3> voxels;
  for (int k = 0; k < 20; ++k)
    for (int j = 0; j < 20; ++j)
      for (int i = 0; i < 40; ++i)
        if (inside(i, j, k)) voxels.push_back({i, j, k});
  return voxels;
}

bool in_ball(int i, int j, int k) {
  return (i - 10) * (i - 10) + (j - 10) * (j - 10) + (k - 10) * (k - 10) <= 25;
}

bool in_tube(int i, int j, int k) {
  return i >= 10 && std::abs(j - 10) <= 1 && std::abs(k - 10) <= 1;
}

TEST(CompactParts, ABallIsOnePart) {
  const auto ball = voxels_where(in_ball);
  const auto parts = compact_parts(ball, cube(), 0.6, 0.01, 5);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].voxels, ball);
  EXPECT_NEAR(parts[0].inscribed_radius_mm, 5, 0.5);
  EXPECT_DOUBLE_EQ(parts[0].share_of_neighbourhood, 1);
}

TEST(CompactParts, ABallOnATubeIsCutFromIt) {
  const auto both = voxels_where([](int i, int j, int k) { return in_ball(i, j, k) || in_tube(i, j, k); });
  const auto parts = compact_parts(both, cube(), 0.6, 0.01, 5);
  ASSERT_EQ(parts.size(), 2u);
  const double ball = static_cast<double>(voxels_where(in_ball).size());
  EXPECT_NEAR(static_cast<double>(parts[0].voxels.size()), ball, 0.05 * ball);
  EXPECT_GT(parts[0].share_of_neighbourhood, 0.75);
  EXPECT_NEAR(parts[1].inscribed_radius_mm, 1.5, 0.01);
  EXPECT_LT(parts[1].share_of_neighbourhood, 0.5);
}

TEST(CompactParts, DropsWhatIsTooSmallAndKeepsNoMoreThanAsked) {
  const auto both = voxels_where([](int i, int j, int k) { return in_ball(i, j, k) || in_tube(i, j, k); });
  EXPECT_EQ(compact_parts(both, cube(), 0.6, 0.3, 5).size(), 1u);
  EXPECT_EQ(compact_parts(both, cube(), 0.6, 0.01, 1).size(), 1u);
  EXPECT_TRUE(compact_parts({}, cube(), 0.6, 0.01, 5).empty());
}

}  // namespace
}  // namespace lobule::measure
