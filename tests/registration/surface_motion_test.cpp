// The skin's planted displacement is found along its normal, whatever contrast does below it.

#include "registration/surface_motion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "registration/textured_breast.h"

namespace lobule::registration {
namespace {

using test::render;
using test::TexturedBreast;

Grid small_grid() {
  return {{56, 40, 40}, {1.5, 1.5, 1.5}, {-41, -50, -30}, {}};
}

TexturedBreast small_breast() {
  TexturedBreast breast;
  breast.radius_mm = 30;
  breast.apart_mm = 0;
  breast.lesion_mm = {6, -18, 4};
  breast.lesion_radius_mm = 5;
  return breast;
}

// The breast without the chest, whose surface stays where it is.
Mask mask_of(const Grid& grid, const TexturedBreast& breast) {
  const Image<float> depth =
      render(grid, [&](Vec3 p) { return p.y < -8 && norm(p) < breast.radius_mm ? 1.0 : 0.0; });
  Mask mask(grid, 0);
  for (int k = 0; k < grid.size[2]; ++k) {
    for (int j = 0; j < grid.size[1]; ++j) {
      for (int i = 0; i < grid.size[0]; ++i) {
        if (depth.at(i, j, k) > 0.5f) mask.at(i, j, k) = i < grid.size[0] / 2 ? 1 : 2;
      }
    }
  }
  return mask;
}

// The surface of `after` lies `outwards_mm` further out.
SurfaceMotion measured(double outwards_mm, double contrast) {
  const TexturedBreast before = small_breast();
  TexturedBreast after = before;
  after.radius_mm += outwards_mm;
  after.gland_gain = contrast;
  after.lesion_gain = 2 * contrast;
  const Image<float> fixed = render(small_grid(), before, 1.0, 1);
  const Image<float> moving = render(small_grid(), after, 1.0, 2);
  return surface_motion(fixed, moving, mask_of(fixed.grid, before));
}

TEST(SurfaceMotion, OfAnImageAgainstItselfIsZero) {
  const Image<float> image = render(small_grid(), small_breast(), 1.0);
  const SurfaceMotion motion = surface_motion(image, image, mask_of(image.grid, small_breast()));
  EXPECT_GT(motion.points.size(), 40u);
  EXPECT_EQ(motion.median_mm, 0.0);
  EXPECT_EQ(motion.p95_mm, 0.0);
}

TEST(SurfaceMotion, APlantedShiftOfTheSkinIsFoundWithItsSign) {
  for (const double planted : {1.6, -1.6, 4.0}) {
    const SurfaceMotion motion = measured(planted, 1.0);
    ASSERT_GT(motion.points.size(), 40u);
    EXPECT_NEAR(motion.median_mm, std::abs(planted), 0.1);
    EXPECT_NEAR(motion.p95_mm, std::abs(planted), 0.3);
    for (const SurfacePoint& point : motion.points) EXPECT_NEAR(point.displacement_mm, planted, 0.6);
  }
}

TEST(SurfaceMotion, ContrastBelowTheSkinIsNoMotion) {
  EXPECT_NEAR(measured(0.0, 2.0).median_mm, 0.0, 0.1);
  EXPECT_NEAR(measured(1.6, 2.0).median_mm, 1.6, 0.15);
}

TEST(SurfaceMotion, BrighterSkinIsNoMotion) {
  const TexturedBreast breast = small_breast();
  const Image<float> fixed = render(small_grid(), breast, 1.0, 1);
  Image<float> moving = render(small_grid(), breast, 1.0, 2);
  for (float& value : moving.voxels) value *= 1.5f;
  EXPECT_NEAR(surface_motion(fixed, moving, mask_of(fixed.grid, breast)).median_mm, 0.0, 0.1);
}

TEST(SurfaceMotion, NormalsPointOutOfTheTissueAndForwards) {
  const SurfaceMotion motion = measured(0.0, 1.0);
  for (const SurfacePoint& point : motion.points) {
    EXPECT_NEAR(norm(point.normal), 1.0, 1e-9);
    EXPECT_LE(point.normal.y, -0.5);
    EXPECT_GT(dot(point.normal, point.point_mm) / norm(point.point_mm), 0.9);  // the breast is a sphere
  }
}

TEST(SurfaceMotion, KeepsTheSidesApart) {
  const TexturedBreast breast = small_breast();
  const Image<float> fixed = render(small_grid(), breast, 0.5, 1);
  TexturedBreast wider = breast;
  wider.radius_mm += 2;
  const Image<float> moving = render(
      small_grid(), [&](Vec3 p) { return p.x > 0 ? wider(p) : breast(p); }, 0.5, 2);
  const SurfaceMotion motion = surface_motion(fixed, moving, mask_of(fixed.grid, breast));
  EXPECT_NEAR(with_label(motion, 1).median_mm, 0.0, 0.1);
  EXPECT_NEAR(with_label(motion, 2).median_mm, 2.0, 0.15);
  EXPECT_TRUE(with_label(motion, 7).points.empty());
}

TEST(SurfaceMotion, LinesThatAreNotMeasuredAreLeftOut) {
  const TexturedBreast breast = small_breast();
  const Image<float> fixed = render(small_grid(), breast, 0.5, 1);
  Image<float> moving = fixed;
  for (int k = 0; k < 20; ++k)
    for (int j = 0; j < 40; ++j)
      for (int i = 0; i < 56; ++i) moving.at(i, j, k) = kMissing;
  const SurfaceMotion motion = surface_motion(fixed, moving, mask_of(fixed.grid, breast));
  EXPECT_FALSE(motion.points.empty());
  for (const SurfacePoint& point : motion.points) EXPECT_GT(point.point_mm.z, -1.0);
  const Image<float> nothing(fixed.grid, kMissing);
  EXPECT_TRUE(surface_motion(fixed, nothing, mask_of(fixed.grid, breast)).points.empty());
}

TEST(SurfaceMotion, SaysWhenTheMaskLiesOnAnotherGrid) {
  const Image<float> image({{3, 3, 3}, {1, 1, 1}, {0, 0, 0}, {}}, 1.0f);
  const Mask mask({{2, 2, 2}, {1, 1, 1}, {0, 0, 0}, {}}, 1);
  try {
    surface_motion(image, image, mask);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "surface motion: the mask (2×2×2 voxels of 1.000×1.000×1.000 mm) does not lie on the fixed "
                 "image's grid (3×3×3 voxels of 1.000×1.000×1.000 mm); the skin is looked for at the mask's "
                 "border. Resample the mask onto the fixed image.");
  }
}

}  // namespace
}  // namespace lobule::registration
