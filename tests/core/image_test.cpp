#include "core/image.h"

#include <gtest/gtest.h>

namespace lobule {
namespace {

Grid oblique_grid() {
  const double c = std::cos(0.3), s = std::sin(0.3);
  return {{5, 7, 3}, {0.8, 1.1, 3.3}, {-20, 14.5, 60}, {{Vec3{c, s, 0}, Vec3{-s, c, 0}, Vec3{0, 0, -1}}}};
}

TEST(Grid, TurnsIndicesIntoPointsAndBack) {
  const Grid grid = oblique_grid();
  const Vec3 index{1.25, 6, 0.5};
  const Vec3 back = index_from_point(grid, point_from_index(grid, index));
  for (int axis = 0; axis < 3; ++axis) EXPECT_NEAR(back[axis], index[axis], 1e-12);
}

TEST(Grid, PutsTheFirstVoxelAtTheOrigin) {
  EXPECT_EQ(point_from_index(oblique_grid(), {0, 0, 0}), (Vec3{-20, 14.5, 60}));
}

TEST(Grid, StepsOneSpacingAlongADirection) {
  EXPECT_NEAR(point_from_index(oblique_grid(), {0, 0, 1}).z, 60 - 3.3, 1e-12);
}

TEST(Grid, MeasuresTheLargestCornerDistance) {
  Grid moved = oblique_grid();
  moved.origin_mm.x += 0.5;
  EXPECT_NEAR(corner_distance_mm(oblique_grid(), moved), 0.5, 1e-12);
  EXPECT_TRUE(same_grid(oblique_grid(), moved, 0.6));
  moved.size[0] = 4;
  EXPECT_FALSE(same_grid(oblique_grid(), moved, 1000));
}

TEST(Grid, VoxelVolumeIsInMillilitres) {
  EXPECT_NEAR(oblique_grid().voxel_volume_ml(), 0.8 * 1.1 * 3.3 / 1000, 1e-12);
}

TEST(Mat3, TimesItsInverseIsTheIdentity) {
  const Mat3 m{{Vec3{1, 2, 0}, Vec3{0, 1, 4}, Vec3{5, 6, 1}}};
  const Mat3 product = m * inverse(m);
  for (int r = 0; r < 3; ++r)
    for (int c = 0; c < 3; ++c) EXPECT_NEAR(product(r, c), r == c ? 1 : 0, 1e-12);
}

}  // namespace
}  // namespace lobule
