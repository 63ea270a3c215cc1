// Planted motion comes back, with its signs; contrast does not count as motion; nothing folds.

#include "registration/register.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "registration/textured_breast.h"

namespace lobule::registration {
namespace {

using test::render;
using test::TexturedBreast;

constexpr double kSpacing = 2.0;

Mat3 rotation_about_z(double angle) {
  return {
      {Vec3{std::cos(angle), std::sin(angle), 0}, Vec3{-std::sin(angle), std::cos(angle), 0}, Vec3{0, 0, 1}}};
}

Grid small_grid() {
  return {{40, 32, 32}, {kSpacing, kSpacing, kSpacing}, {-40, -44, -31}, {}};
}

// The same region seen on axes that lie obliquely.
Grid oblique_grid() {
  Grid grid = small_grid();
  const Vec3 centre = point_from_index(grid, {20, 16, 16});
  grid.direction = rotation_about_z(0.35) * Mat3{{Vec3{1, 0, 0}, Vec3{0, 0, 1}, Vec3{0, -1, 0}}};
  grid.origin_mm = {0, 0, 0};  // placed so that the middle stays
  grid.origin_mm = centre - point_from_index(grid, {20, 16, 16});
  return grid;
}

TexturedBreast small_breast() {
  TexturedBreast breast;
  breast.radius_mm = 32;
  breast.apart_mm = 0;
  breast.lesion_mm = {3, -12, 2};
  breast.lesion_radius_mm = 6;
  return breast;
}

template <class Map>
Mask breast_mask(const Grid& grid, const TexturedBreast& breast, const Map& map) {
  const Image<float> depth =
      render(grid, [&](Vec3 p) { return breast.depth(map(p)) > 0 && p.y < 10 ? 1.0 : 0.0; });
  Mask mask(grid, 0);
  for (std::size_t v = 0; v < mask.voxels.size(); ++v) mask.voxels[v] = depth.voxels[v] > 0.5f;
  return mask;
}

RegistrationOptions small_options(bool deformable) {
  RegistrationOptions options;
  options.finest_spacing_mm = kSpacing;
  options.deformable = deformable;
  return options;
}

Vec3 as_vec(int i, int j, int k) {
  return {static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)};
}

// Errors of the field against the planted map inside the mask, sorted.
template <class Map>
std::vector<double> errors(const DisplacementField& field, const Mask& mask, const Map& map) {
  std::vector<double> all;
  for (int k = 0; k < mask.grid.size[2]; ++k) {
    for (int j = 0; j < mask.grid.size[1]; ++j) {
      for (int i = 0; i < mask.grid.size[0]; ++i) {
        if (mask.at(i, j, k) == 0) continue;
        const Vec3 p = point_from_index(mask.grid, as_vec(i, j, k));
        all.push_back(norm(displacement_at(field, p) - (map(p) - p)));
      }
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

double median(const std::vector<double>& sorted) {
  return sorted[sorted.size() / 2];
}

// The part of a mask that the map moves by more than `least_mm`.
template <class Map>
Mask moved_part(Mask mask, const Map& map, double least_mm) {
  for (int k = 0; k < mask.grid.size[2]; ++k) {
    for (int j = 0; j < mask.grid.size[1]; ++j) {
      for (int i = 0; i < mask.grid.size[0]; ++i) {
        const Vec3 p = point_from_index(mask.grid, as_vec(i, j, k));
        if (norm(map(p) - p) <= least_mm) mask.at(i, j, k) = 0;
      }
    }
  }
  return mask;
}

const auto kStay = [](Vec3 p) { return p; };

TEST(Register, AnImageToItselfGivesNoMotion) {
  const TexturedBreast breast = small_breast();
  const Image<float> image = render(small_grid(), breast, 1.0);
  const Mask mask = breast_mask(image.grid, breast, kStay);
  const Registration r = register_images(image, image, mask, small_options(true));
  EXPECT_LT(errors(r.field, mask, kStay).back(), 1e-3);
  EXPECT_NEAR(r.report.smallest_jacobian, 1.0, 1e-3);
  EXPECT_GE(r.report.similarity_after, r.report.similarity_before);
}

TEST(Register, APlantedShiftComesBackWithItsSigns) {
  const TexturedBreast breast = small_breast();
  const Vec3 shift{6, -4, 3};
  const Image<float> moving = render(small_grid(), breast, 1.0, 1);
  for (const Grid& grid : {small_grid(), oblique_grid()}) {
    const auto map = [&](Vec3 p) { return p + shift; };
    const Image<float> fixed = render(
        grid, [&](Vec3 p) { return breast(map(p)); }, 1.0, 2);
    const Registration r = register_images(fixed, moving, {}, small_options(false));
    const Vec3 middle = point_from_index(grid, {20, 16, 16});
    const Vec3 found = displacement_at(r.field, middle);
    EXPECT_NEAR(found.x, 6.0, 0.15);
    EXPECT_NEAR(found.y, -4.0, 0.15);
    EXPECT_NEAR(found.z, 3.0, 0.15);
    EXPECT_LT(norm(r.rigid(middle) - (middle + found)), 1e-3);
  }
}

TEST(Register, APlantedRotationComesBack) {
  const TexturedBreast breast = small_breast();
  const Mat3 turn = rotation_about_z(4 * 3.14159265358979 / 180);
  const auto map = [&](Vec3 p) { return turn * p + Vec3{0.5, 1, -1.5}; };
  const Image<float> fixed = render(
      small_grid(), [&](Vec3 p) { return breast(map(p)); }, 1.0, 2);
  const Image<float> moving = render(small_grid(), breast, 1.0, 1);
  const Mask mask = breast_mask(fixed.grid, breast, map);
  const Registration r = register_images(fixed, moving, mask, small_options(false));
  EXPECT_LT(errors(r.field, mask, map).back(), 0.3);
  for (int c = 0; c < 3; ++c) EXPECT_LT(norm(r.rigid.rotation.column[c] - turn.column[c]), 0.01);
  EXPECT_NEAR(r.report.smallest_jacobian, 1.0, 1e-3);
}

Vec3 bulged(Vec3 p) {
  const Vec3 arm = p - Vec3{8, -20, 4};
  return p + std::exp(-dot(arm, arm) / (2 * 14.0 * 14.0)) * Vec3{1.0, -3.0, 1.5};
}

TEST(Register, APlantedSmoothDeformationComesBackWithoutFolds) {
  const TexturedBreast breast = small_breast();
  const Image<float> moving = render(small_grid(), breast, 0.5, 1);
  for (const Grid& grid : {small_grid(), oblique_grid()}) {
    const Image<float> fixed = render(
        grid, [&](Vec3 p) { return breast(bulged(p)); }, 0.5, 2);
    const Mask mask = breast_mask(grid, breast, bulged), moved = moved_part(mask, bulged, 1.0);
    const Registration r = register_images(fixed, moving, mask, small_options(true));
    DisplacementField none{grid, {}};
    for (auto& part : none.u_mm) part.assign(grid.voxel_count(), 0.0f);
    const double before = median(errors(none, moved, bulged));
    EXPECT_LT(median(errors(r.field, mask, bulged)), 0.3 * kSpacing);
    EXPECT_LT(median(errors(r.field, moved, bulged)), 0.3 * before);
    EXPECT_GT(r.report.smallest_jacobian, 0.2);
    EXPECT_GT(r.report.similarity_after, r.report.similarity_before);
  }
}

TEST(Register, AnEnhancingLesionNeitherMovesNorChangesItsVolume) {
  const TexturedBreast before = small_breast();
  TexturedBreast after = before;
  after.lesion_gain = 4;
  after.gland_gain = 1.4;
  const Image<float> fixed = render(small_grid(), before, 1.0, 1);
  const Image<float> moving = render(small_grid(), after, 1.0, 2);
  const Mask mask = breast_mask(fixed.grid, before, kStay);
  const Registration r = register_images(fixed, moving, mask, small_options(true));
  const Image<float> jacobian = jacobian_determinant(r.field);
  double volume = 0, count = 0;
  for (int k = 0; k < jacobian.grid.size[2]; ++k) {
    for (int j = 0; j < jacobian.grid.size[1]; ++j) {
      for (int i = 0; i < jacobian.grid.size[0]; ++i) {
        const Vec3 p = point_from_index(jacobian.grid, as_vec(i, j, k));
        if (norm(p - before.lesion_mm) > before.lesion_radius_mm) continue;
        volume += jacobian.at(i, j, k);
        ++count;
        EXPECT_LT(norm(displacement_at(r.field, p)), 0.25 * kSpacing);
      }
    }
  }
  EXPECT_NEAR(volume / count, 1.0, 0.02);
}

TEST(Register, WhatLiesFarOutsideTheMaskDoesNotCount) {
  const TexturedBreast breast = small_breast();
  const Vec3 shift{2, 1, -1};
  const Grid grid = small_grid();
  const Image<float> fixed = render(
      grid, [&](Vec3 p) { return breast(p + shift); }, 1.0, 2);
  // Behind y = 6 the moving image shows something else altogether.
  const Image<float> moving = render(
      grid, [&](Vec3 p) { return p.y > 6 ? 400 * test::smooth_noise(p, 9, 77) : breast(p); }, 1.0, 1);
  Mask mask(grid, 0);
  for (int k = 0; k < 32; ++k)
    for (int j = 0; j < 18; ++j)
      for (int i = 0; i < 40; ++i) mask.at(i, j, k) = 1;
  const Registration r = register_images(fixed, moving, mask, small_options(false));
  EXPECT_LT(norm(displacement_at(r.field, {0, -20, 0}) - shift), 0.15 * kSpacing);
}

TEST(Register, AMovingImageThatCoversASlabIsEnough) {
  const TexturedBreast breast = small_breast();
  const Vec3 shift{1.5, -1, 0.8};
  Image<float> fixed = render(
      small_grid(), [&](Vec3 p) { return breast(p + shift); }, 1.0, 2);
  Image<float> moving = render(small_grid(), breast, 1.0, 1);
  for (int k = 0; k < 32; ++k) {
    if (k >= 10 && k < 22) continue;
    for (int j = 0; j < 32; ++j)
      for (int i = 0; i < 40; ++i) moving.at(i, j, k) = kMissing;
  }
  const Registration r = register_images(fixed, moving, {}, small_options(true));
  EXPECT_LT(norm(displacement_at(r.field, {0, -20, 0}) - shift), 0.3);
  const Image<float> seen = warp(moving, fixed.grid, r.field);
  EXPECT_TRUE(std::isnan(seen.at(20, 16, 2)));
  EXPECT_FALSE(std::isnan(seen.at(20, 16, 16)));
}

TEST(Register, GivesTheSameBytesForOneAndTwoThreads) {
  const TexturedBreast breast = small_breast();
  const Image<float> fixed = render(
      small_grid(), [&](Vec3 p) { return breast(bulged(p)); }, 1.0, 2);
  const Image<float> moving = render(small_grid(), breast, 1.0, 1);
  RegistrationOptions options = small_options(true);
  options.iterations_per_level = 5;
  set_thread_count(1);
  const Registration one = register_images(fixed, moving, {}, options);
  set_thread_count(2);
  const Registration two = register_images(fixed, moving, {}, options);
  set_thread_count(0);
  EXPECT_EQ(one.field.u_mm, two.field.u_mm);
  EXPECT_EQ(one.report.similarity_after, two.report.similarity_after);
}

TEST(Register, TellsHowFarItIsAndStopsWhenToldTo) {
  const Image<float> image = render(small_grid(), small_breast(), 1.0);
  std::vector<double> told;
  RegistrationOptions options = small_options(true);
  options.iterations_per_level = 2;
  register_images(image, image, {}, options, [&](double f) { told.push_back(f); });
  EXPECT_EQ(told.front(), 0.0);
  EXPECT_EQ(told.back(), 1.0);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  struct Stop {};
  EXPECT_THROW(register_images(image, image, {}, options, [](double) { throw Stop(); }), Stop);
}

TEST(Register, ImagesWithoutStructureStayWhereTheyAre) {
  const Image<float> flat(small_grid(), 5.0f);
  const Registration r = register_images(flat, flat, {}, small_options(true));
  EXPECT_EQ(displacement_at(r.field, {0, 0, 0}), (Vec3{0, 0, 0}));
}

std::string message_of(const Image<float>& fixed, const Image<float>& moving, const Mask& mask) {
  try {
    register_images(fixed, moving, mask, small_options(true));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Register, SaysWhenTheImagesHardlyOverlap) {
  const Image<float> fixed = render(small_grid(), small_breast());
  Image<float> moving = fixed;
  moving.grid.origin_mm.x += 77;
  EXPECT_EQ(message_of(fixed, moving, {}),
            "registration: only 1024 of 40960 judged points (2.5 %) are measured in both images; at least "
            "5 % are needed to align them. Check that the images belong together and that the mask covers "
            "what both show.");
}

TEST(Register, SaysWhenTheMaskLiesOnAnotherGrid) {
  const Image<float> fixed = render(small_grid(), small_breast());
  const Mask mask({{2, 2, 2}, {1, 1, 1}, {0, 0, 0}, {}}, 1);
  EXPECT_EQ(
      message_of(fixed, fixed, mask),
      "registration: the mask (2×2×2 voxels of 1.000×1.000×1.000 mm) does not lie on the fixed image's "
      "grid (40×32×32 voxels of 2.000×2.000×2.000 mm); similarity is judged on the fixed grid. Resample "
      "the mask onto the fixed image.");
  EXPECT_EQ(message_of(fixed, {}, {}),
            "registration: an image has no voxels; there is nothing to align. Give two images.");
}

}  // namespace
}  // namespace lobule::registration
