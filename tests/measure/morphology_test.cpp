#include "measure/morphology.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace lobule::measure {
namespace {

Grid small_grid(Index3 size, Vec3 spacing = {1, 1, 1}) {
  Grid grid;
  grid.size = size;
  grid.spacing_mm = spacing;
  return grid;
}

Mask random_mask(const Grid& grid, double share, std::uint64_t seed) {
  const RandomStream random(seed, "mask");
  Mask mask(grid);
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) mask.voxels[i] = random.uniform(i) < share;
  return mask;
}

double brute_distance(const Mask& mask, Index3 p) {
  double best = std::numeric_limits<double>::infinity();
  const Grid& g = mask.grid;
  for (int k = 0; k < g.size[2]; ++k)
    for (int j = 0; j < g.size[1]; ++j)
      for (int i = 0; i < g.size[0]; ++i)
        if (mask.at(i, j, k) != 0)
          best = std::min(best, norm({(i - p[0]) * g.spacing_mm.x, (j - p[1]) * g.spacing_mm.y,
                                      (k - p[2]) * g.spacing_mm.z}));
  return best;
}

TEST(DistanceTo, EqualsTheSearchOverAllVoxelsOnAnAnisotropicGrid) {
  const Mask mask = random_mask(small_grid({9, 7, 6}, {0.7, 1.9, 3.1}), 0.03, 1);
  const Image<float> distance = distance_to(mask);
  for (int k = 0; k < 6; ++k)
    for (int j = 0; j < 7; ++j)
      for (int i = 0; i < 9; ++i) EXPECT_NEAR(distance.at(i, j, k), brute_distance(mask, {i, j, k}), 1e-4);
}

TEST(DistanceTo, IsInfiniteWithoutSetVoxels) {
  const Image<float> distance = distance_to(Mask(small_grid({3, 1, 2})));
  for (const float v : distance.voxels) EXPECT_TRUE(std::isinf(v));
}

TEST(DepthInside, CountsTheBorderOnlyWhereAsked) {
  Mask mask(small_grid({5, 5, 5}), 1);
  EXPECT_TRUE(std::isinf(depth_inside(mask, false).at(2, 2, 2)));
  EXPECT_FLOAT_EQ(depth_inside(mask, true).at(2, 2, 2), 3);
  EXPECT_FLOAT_EQ(depth_inside(mask, true).at(0, 2, 2), 1);
}

TEST(Dilate, GrowsOneVoxelIntoABallOfTheRadius) {
  Mask mask(small_grid({7, 7, 7}, {1, 1, 2}));
  mask.at(3, 3, 3) = 1;
  const Mask ball = dilate(mask, 2);
  for (int k = 0; k < 7; ++k)
    for (int j = 0; j < 7; ++j)
      for (int i = 0; i < 7; ++i)
        EXPECT_EQ(ball.at(i, j, k) != 0, norm({i - 3.0, j - 3.0, 2.0 * (k - 3)}) <= 2.0);
}

TEST(Erode, IsTheDualOfDilate) {
  const Mask mask = random_mask(small_grid({8, 9, 7}, {1, 1.5, 2}), 0.8, 2);
  Mask complement = mask;
  for (auto& v : complement.voxels) v = v == 0;
  const Mask eroded = erode(mask, 1.5), grown = dilate(complement, 1.5);
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) EXPECT_NE(eroded.voxels[i], grown.voxels[i]);
}

TEST(Erode, DoesNotEatFromTheEdgeOfTheGrid) {
  const Mask full(small_grid({4, 4, 4}), 1);
  EXPECT_EQ(erode(full, 3).voxels, full.voxels);
}

TEST(Opening, IsIdempotentAndNeverGrows) {
  const Mask mask = random_mask(small_grid({12, 11, 10}), 0.85, 3);
  const Mask once = opening(mask, 1.5);
  EXPECT_EQ(opening(once, 1.5).voxels, once.voxels);
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) EXPECT_LE(once.voxels[i], mask.voxels[i]);
}

TEST(Closing, IsIdempotentAndNeverShrinks) {
  const Mask mask = random_mask(small_grid({12, 11, 10}), 0.1, 4);
  const Mask once = closing(mask, 1.5);
  EXPECT_EQ(closing(once, 1.5).voxels, once.voxels);
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) EXPECT_GE(once.voxels[i], mask.voxels[i]);
}

TEST(ConnectedComponents, DiagonalNeighboursJoinOnlyWithFullConnectivity) {
  Mask mask(small_grid({3, 3, 3}));
  mask.at(0, 0, 0) = mask.at(1, 1, 1) = mask.at(2, 2, 2) = 1;
  EXPECT_EQ(connected_components(mask, Connectivity::faces).count.size(), 4u);
  EXPECT_EQ(connected_components(mask, Connectivity::full).count.size(), 2u);
}

TEST(ConnectedComponents, AreOrderedByFallingSize) {
  Mask mask(small_grid({7, 1, 1}));
  for (const int i : {0, 2, 3, 4, 6}) mask.at(i, 0, 0) = 1;
  const Components parts = connected_components(mask, Connectivity::faces);
  EXPECT_EQ(parts.count, (std::vector<std::size_t>{2, 3, 1, 1}));
  EXPECT_EQ(parts.label.voxels, (std::vector<int>{2, 0, 1, 1, 1, 0, 3}));
  EXPECT_EQ(largest_component(mask, Connectivity::faces).voxels,
            (std::vector<std::uint8_t>{0, 0, 1, 1, 1, 0, 0}));
  EXPECT_EQ(remove_small_components(mask, Connectivity::faces, 2).voxels,
            (std::vector<std::uint8_t>{0, 0, 1, 1, 1, 0, 0}));
}

TEST(FillHoles, FillsACavityButNotABay) {
  Mask mask(small_grid({5, 5, 5}), 1);
  mask.at(2, 2, 2) = 0;
  mask.at(0, 2, 2) = 0;
  const Mask filled = fill_holes(mask);
  EXPECT_EQ(filled.at(2, 2, 2), 1);
  EXPECT_EQ(filled.at(0, 2, 2), 0);
}

TEST(FillHolesBySlice, FillsATunnelThatRunsAcrossTheSlices) {
  Mask mask(small_grid({3, 3, 4}), 1);
  for (int k = 0; k < 4; ++k) mask.at(1, 1, k) = 0;
  EXPECT_EQ(fill_holes(mask).voxels, mask.voxels);
  EXPECT_EQ(fill_holes_by_slice(mask, 2).voxels, Mask(mask.grid, 1).voxels);
}

}  // namespace
}  // namespace lobule::measure
