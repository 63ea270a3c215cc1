// Displacement fields: their values between points, images seen through them, their Jacobian.

#include <gtest/gtest.h>

#include <cmath>

#include "registration/field.h"
#include "registration/rigid.h"
#include "registration/textured_breast.h"

namespace lobule::registration {
namespace {

Grid oblique_grid() {
  const double c = std::cos(0.4), s = std::sin(0.4);
  return {{9, 8, 7}, {2, 2.5, 3}, {-5, 4, 3}, {{Vec3{c, s, 0}, Vec3{0, 0, 1}, Vec3{s, -c, 0}}}};
}

DisplacementField field_of(const Grid& grid, Vec3 (*u)(Vec3)) {
  DisplacementField field{grid, {}};
  for (int k = 0; k < grid.size[2]; ++k) {
    for (int j = 0; j < grid.size[1]; ++j) {
      for (int i = 0; i < grid.size[0]; ++i) {
        const Vec3 index{static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)};
        const Vec3 value = u(point_from_index(grid, index));
        for (int a = 0; a < 3; ++a) field.u_mm[a].push_back(static_cast<float>(value[a]));
      }
    }
  }
  return field;
}

Vec3 affine(Vec3 p) {
  return {0.1 * p.x + 0.02 * p.y + 1, -0.05 * p.y + 0.03 * p.z - 2, 0.2 * p.z + 0.01 * p.x};
}

TEST(Field, IsLinearBetweenItsPointsAndConstantBeyond) {
  const DisplacementField field = field_of(oblique_grid(), affine);
  const Vec3 inside = point_from_index(field.grid, {2.3, 4.9, 5.5});
  EXPECT_LT(norm(displacement_at(field, inside) - affine(inside)), 1e-5);
  const Vec3 corner = point_from_index(field.grid, {8, 7, 6}),
             beyond = point_from_index(field.grid, {12, 9, 6});
  EXPECT_EQ(displacement_at(field, beyond), displacement_at(field, corner));
}

TEST(Field, AnAffineFieldHasItsDeterminantEverywhere) {
  const Image<float> jacobian = jacobian_determinant(field_of(oblique_grid(), affine));
  const Mat3 m{{Vec3{1.1, 0, 0.01}, Vec3{0.02, 0.95, 0}, Vec3{0, 0.03, 1.2}}};
  for (const float value : jacobian.voxels) EXPECT_NEAR(value, determinant(m), 1e-4);
}

TEST(Field, NoDisplacementGivesTheImageBack) {
  const Grid grid{{9, 8, 7}, {2, 2.5, 3}, {-5, 4, 3}, {}};
  const Image<float> image = test::render(grid, [](Vec3 p) { return 100 * test::smooth_noise(p, 4, 3); });
  const DisplacementField none = field_of(grid, [](Vec3) { return Vec3{}; });
  EXPECT_EQ(warp(image, grid, none).voxels, image.voxels);
}

TEST(Field, WarpingShowsTheMovingImageAtTheDisplacedPoints) {
  const Grid grid = oblique_grid();
  const auto ramp = [](Vec3 p) { return 1000 + 3 * p.x - 2 * p.y + p.z; };
  const Grid wide{{40, 40, 40}, {1.5, 1.5, 1.5}, {-30, -20, -20}, {}};
  const Image<float> seen = warp(test::render(wide, ramp), grid, field_of(grid, affine));
  for (int k = 0; k < 7; ++k) {
    for (int i = 0; i < 9; ++i) {
      const Vec3 p = point_from_index(grid, {static_cast<double>(i), 3, static_cast<double>(k)});
      const Vec3 q = p + affine(p), index = index_from_point(wide, q);
      bool within = true;
      for (int a = 0; a < 3; ++a) within &= index[a] >= 0 && index[a] <= 39;
      if (!within) continue;
      EXPECT_NEAR(seen.at(i, 3, k), ramp(q), 1e-2);
    }
  }
}

TEST(Field, RegriddingKeepsARamp) {
  const Grid coarse{{5, 5, 5}, {4, 4, 4}, {0, 0, 0}, {}}, fine{{9, 9, 9}, {2, 2, 2}, {0, 0, 0}, {}};
  AxisField d;
  for (std::size_t v = 0; v < 125; ++v) {
    for (int a = 0; a < 3; ++a) d[a].push_back(static_cast<float>(v % 5) * static_cast<float>(a + 1));
  }
  const AxisField out = regridded(coarse, d, fine);
  for (std::size_t v = 0; v < 729; ++v) EXPECT_NEAR(out[2][v], 1.5f * static_cast<float>(v % 9), 1e-5f);
}

TEST(RigidStep, ItsGradientAgreesWithDifferences) {
  test::TexturedBreast breast;
  breast.radius_mm = 25;
  breast.apart_mm = 0;
  const Grid grid{{18, 16, 14}, {3, 3, 3}, {-26, -35, -20}, {}};
  const Image<float> fixed = test::render(grid, breast);
  const Image<float> moving = test::render(grid, [&](Vec3 p) { return breast(p + Vec3{1.1, -0.7, 0.4}); });
  const Level level = make_level(compress(fixed), compress(moving), {}, 3);
  RigidTransform at;
  at.center_mm = {0, -10, 0};
  at.translation_mm = {0.37, 0.21, -0.33};
  const RigidStep step = rigid_step(level, at, 20);
  for (int p = 0; p < 6; ++p) {
    double up[6] = {}, down[6] = {};
    up[p] = 0.02;
    down[p] = -0.02;
    const double difference = (rigid_step(level, moved(at, up, 20), 20).similarity -
                               rigid_step(level, moved(at, down, 20), 20).similarity) /
                              0.04;
    EXPECT_NEAR(step.gradient[p], difference, 0.05 * std::abs(difference) + 1e-3) << "parameter " << p;
  }
}

}  // namespace
}  // namespace lobule::registration
