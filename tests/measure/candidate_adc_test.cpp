#include "measure/candidate_adc.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lobule::measure {
namespace {

Grid fine_grid() {
  Grid grid;
  grid.size = {40, 40, 40};
  grid.spacing_mm = {1, 1, 1};
  return grid;
}

Grid coarse_grid() {
  Grid grid;
  grid.size = {13, 13, 10};
  grid.spacing_mm = {3, 3, 4};
  grid.origin_mm = {1.2, 0.7, 1.5};
  return grid;
}

const Vec3 kCenter{20.3, 19.6, 20.2};

std::vector<Index3> ball(double radius_mm) {
  std::vector<Index3> voxels;
  for (int k = 0; k < 40; ++k)
    for (int j = 0; j < 40; ++j)
      for (int i = 0; i < 40; ++i)
        if (norm(Vec3{double(i), double(j), double(k)} - kCenter) < radius_mm) voxels.push_back({i, j, k});
  return voxels;
}

// A map whose voxels mix a ball of 1000 with 1800 around it, by volume.
Image<float> mixed_map(double radius_mm) {
  Image<float> adc(coarse_grid());
  constexpr int kParts = 12;
  for (int k = 0; k < adc.grid.size[2]; ++k)
    for (int j = 0; j < adc.grid.size[1]; ++j)
      for (int i = 0; i < adc.grid.size[0]; ++i) {
        int inside = 0;
        for (int c = 0; c < kParts * kParts * kParts; ++c) {
          const auto offset = [](int step) { return (step + 0.5) / kParts - 0.5; };
          const Vec3 at{i + offset(c % kParts), j + offset(c / kParts % kParts),
                        k + offset(c / kParts / kParts)};
          inside += norm(point_from_index(adc.grid, at) - kCenter) < radius_mm;
        }
        adc.at(i, j, k) = static_cast<float>(1800 - 800.0 * inside / (kParts * kParts * kParts));
      }
  return adc;
}

TEST(RegionAdc, OfASmallMassComesWithoutTheGlandAroundIt) {
  for (const double radius : {3.5, 4.5, 7.0}) {
    const RegionAdc found = region_adc(ball(radius), fine_grid(), mixed_map(radius));
    EXPECT_NEAR(found.unmixed, 1000, radius < 4 ? 100 : 60) << radius;
    EXPECT_GT(found.median, 999) << radius;
  }
  EXPECT_GT(region_adc(ball(3.5), fine_grid(), mixed_map(3.5)).median, 1100);
}

TEST(RegionAdc, OfAnEvenMapIsItsValue) {
  const RegionAdc found = region_adc(ball(5), fine_grid(), Image<float>(coarse_grid(), 1500));
  EXPECT_DOUBLE_EQ(found.median, 1500);
  EXPECT_NEAR(found.unmixed, 1500, 1e-6);
}

TEST(RegionAdc, LeavesFatOut) {
  Image<float> adc = mixed_map(5);
  for (float& v : adc.voxels)
    if (v == 1800) v = 200;
  EXPECT_NEAR(region_adc(ball(5), fine_grid(), adc).unmixed, 1000, 80);
}

TEST(RegionAdc, IsNotMeasuredWithFewerThanThreeVoxelsOfItsOwn) {
  EXPECT_TRUE(std::isnan(region_adc(ball(2), fine_grid(), mixed_map(2)).median));
  // A thin plate of enough volume fills none of its voxels by half.
  std::vector<Index3> plate;
  for (int j = 10; j < 30; ++j)
    for (int i = 10; i < 30; ++i) plate.push_back({i, j, 20});
  const RegionAdc found = region_adc(plate, fine_grid(), Image<float>(coarse_grid(), 900));
  EXPECT_DOUBLE_EQ(found.median, 900);
  EXPECT_TRUE(std::isnan(found.unmixed));
}

}  // namespace
}  // namespace lobule::measure
