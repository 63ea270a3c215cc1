#include "phantom/scan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "phantom/axis_kernel.h"
#include "phantom/field_map.h"
#include "phantom/warp.h"

namespace lobule::phantom {
namespace {

Grid cube(int n, double spacing_mm) {
  Grid grid;
  grid.size = {n, n, n};
  grid.spacing_mm = {spacing_mm, spacing_mm, spacing_mm};
  grid.origin_mm = {-spacing_mm * (n - 1) / 2, -spacing_mm * (n - 1) / 2, -spacing_mm * (n - 1) / 2};
  return grid;
}

TEST(AxisKernel, OnTheSameSamplesItIsTheIdentity) {
  EXPECT_TRUE(axis_kernel({20, 0, 1}, {20, 0, 1}).identity());
  EXPECT_TRUE(axis_kernel({200, 0, 1}, {200, 0, 1}, 1, 1).identity());
  EXPECT_FALSE(axis_kernel({200, 0, 1}, {200, 0, 1}, 1, 0.8).identity());
}

TEST(AxisKernel, WeightsSumToOneAndABoxKeepsTheMean) {
  for (const double ringing : {0.0, 1.0}) {
    const AxisKernel kernel = axis_kernel({30, 0, 1}, {9, 1, 3}, ringing, 0.9);
    for (int o = 0; o < kernel.outputs; ++o) {
      double sum = 0;
      for (int t = 0; t < kernel.taps; ++t) sum += kernel.weights[std::size_t(o) * kernel.taps + t];
      EXPECT_NEAR(sum, 1, 1e-6);
    }
  }
  std::vector<float> in(30), out(10);
  std::iota(in.begin(), in.end(), 0.0f);
  filter_rows(axis_kernel({30, 0, 1}, {10, 1, 3}), 1, in.data(), out.data());
  for (int o = 0; o < 10; ++o) EXPECT_NEAR(out[o], 3 * o + 1, 1e-4);
}

TEST(AxisKernel, ShiftsWhatTheBandHoldsExactly) {
  std::vector<float> in(200), out(200);
  for (int x = 0; x < 200; ++x) in[x] = static_cast<float>(std::sin(0.5 * x));
  filter_rows(axis_kernel({200, 0, 1}, {200, 0, 1}, 1, 1, 0.37), 1, in.data(), out.data());
  for (int x = 30; x < 170; ++x) EXPECT_NEAR(out[x], std::sin(0.5 * (x - 0.37)), 6e-3);
}

TEST(AxisKernel, ACutBandRingsByTheShareThatGibbsFound) {
  std::vector<float> step(400, 0.0f), out(400);
  std::fill(step.begin() + 200, step.end(), 1.0f);
  filter_rows(axis_kernel({400, 0, 1}, {400, 0, 1}, 1, 0.25), 1, step.data(), out.data());
  const float top = *std::max_element(out.begin(), out.end());
  EXPECT_GT(top, 1.03f);  // 1.089 of a sharp cut; the apodisation lowers it
  EXPECT_LT(top, 1.09f);
}

TEST(Warp, ASmoothImageIsSeenWhereTheMotionSays) {
  const Grid grid = cube(48, 3);
  const auto pattern = [](Vec3 p) { return std::sin(p.x / 6) * std::cos(p.y / 7) + std::sin(p.z / 8); };
  Image<float> image(grid);
  for (int k = 0; k < 48; ++k)
    for (int j = 0; j < 48; ++j)
      for (int i = 0; i < 48; ++i)
        image.at(i, j, k) =
            static_cast<float>(pattern(point_from_index(grid, Vec3{double(i), double(j), double(k)})));
  const Motion motion(5, 4.0, 1.0, 0.5);
  warp(image, motion);
  for (int k = 8; k < 40; ++k)
    for (int j = 8; j < 40; ++j)
      for (int i = 8; i < 40; ++i) {
        const Vec3 p = point_from_index(grid, Vec3{double(i), double(j), double(k)});
        EXPECT_NEAR(image.at(i, j, k), pattern(p + motion.backward_mm(p)), 0.012);
      }
}

TEST(FieldMap, ASphereOfAirHasTheDipoleOutside) {
  // Outside, ppm = Δχ/3 (R/r)³ (3 cos² θ − 1) for air in tissue: positive susceptibility against it.
  const Grid grid = cube(32, 2);
  TissueRaster raster{grid, std::vector<TissueMix>(grid.voxel_count()), Mask(grid)};
  const double radius = 9;
  double volume = 0;  // as voxelised
  for (int k = 0; k < 32; ++k)
    for (int j = 0; j < 32; ++j)
      for (int i = 0; i < 32; ++i) {
        const double r = norm(point_from_index(grid, Vec3{double(i), double(j), double(k)}));
        volume += r < radius ? 8 : 0;
        const Tissue tissue = r < radius ? Tissue::air : Tissue::gland;
        raster.voxels[grid.offset(i, j, k)] = {{static_cast<Material>(tissue)}, {255}};
      }
  const Image<float> field = field_ppm(raster, 2);
  // The air around the raster adds a smooth field: compare differences of pole and equator at one radius.
  const double r = 15;
  const double pole = (value_at(field, {0, 0, r}) + value_at(field, {0, 0, -r})) / 2;
  const double equator = (value_at(field, {r, 0, 0}) + value_at(field, {-r, 0, 0}) +
                          value_at(field, {0, r, 0}) + value_at(field, {0, -r, 0})) /
                         4;
  TissueRaster solid = raster;
  for (TissueMix& mix : solid.voxels) mix = {{static_cast<Material>(Tissue::gland)}, {255}};
  const Image<float> without = field_ppm(solid, 2);
  const double pole0 = (value_at(without, {0, 0, r}) + value_at(without, {0, 0, -r})) / 2;
  const double equator0 = (value_at(without, {r, 0, 0}) + value_at(without, {-r, 0, 0}) +
                           value_at(without, {0, r, 0}) + value_at(without, {0, -r, 0})) /
                          4;
  const double expected = 9.41 * volume / (4.18879 * r * r * r);
  EXPECT_NEAR((pole - pole0) - (equator - equator0), expected, 0.1 * expected);
}

}  // namespace
}  // namespace lobule::phantom
