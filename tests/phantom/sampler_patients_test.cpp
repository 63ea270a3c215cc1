#include "phantom/sampler_patients.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace lobule::phantom {
namespace {

constexpr double kSpacing_mm = 5;

MriPatchOptions coarse() {
  MriPatchOptions options;
  options.seed = 5;
  options.patient_spacing_mm = kSpacing_mm;
  return options;
}

bool is(const TissueMix& mix, Tissue tissue) {
  return mix.material[0] == static_cast<Material>(tissue);
}

double gland_ml(const TissueRaster& raster) {
  double sum = 0;
  for (std::size_t v = 0; v < raster.voxels.size(); ++v)
    if (raster.breast.voxels[v] != 0) sum += share_of(raster.voxels[v], static_cast<Material>(Tissue::gland));
  return sum * raster.grid.voxel_volume_ml();
}

TEST(SamplerPatients, OneBreastIsLeftAndNothingFarFromIt) {
  TissueRaster raster = random_patient(coarse(), 1);
  const TissueRaster whole = raster;
  constexpr int kReach = 2;
  constexpr double kRear_mm = 0;
  leave_one_breast(raster, BreastSide::left, kReach * kSpacing_mm, kRear_mm);
  const Grid& grid = raster.grid;
  std::size_t kept = 0;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const std::size_t v = grid.offset(i, j, k);
        const bool behind = point_from_index(grid, {double(i), double(j), double(k)}).y > kRear_mm;
        bool near = false;
        for (int dz = -kReach; dz <= kReach; ++dz)
          for (int dy = -kReach; dy <= kReach; ++dy)
            for (int dx = -kReach; dx <= kReach; ++dx)
              near = near ||
                     (grid.contains(i + dx, j + dy, k + dz) && whole.breast.at(i + dx, j + dy, k + dz) == 2);
        const bool stays = near && !behind;
        const bool is_left = stays && whole.breast.voxels[v] == 2;
        ASSERT_EQ(raster.breast.voxels[v], is_left ? 2 : 0);
        if (stays)
          ASSERT_EQ(raster.voxels[v].material, whole.voxels[v].material);
        else
          ASSERT_TRUE(is(raster.voxels[v], Tissue::air));
        kept += is_left;
      }
  EXPECT_GT(kept * grid.voxel_volume_ml(), 50);
}

TEST(SamplerPatients, ImplantsAreNoBreast) {
  MriPatchOptions options = coarse();
  options.implants = 1;
  std::set<int> sides;
  for (std::uint64_t number = 0; number < 3; ++number) {
    const TissueRaster raster = random_patient(options, number);
    const Grid& grid = raster.grid;
    std::size_t implant = 0;
    for (int k = 0; k < grid.size[2]; ++k)
      for (int j = 0; j < grid.size[1]; ++j)
        for (int i = 0; i < grid.size[0]; ++i) {
          const std::size_t v = grid.offset(i, j, k);
          if (!is(raster.voxels[v], Tissue::implant) || raster.voxels[v].share[0] < 130)
            continue;  // shares are rounded
          ++implant;
          EXPECT_EQ(raster.breast.voxels[v], 0);
          sides.insert(point_from_index(grid, {double(i), double(j), double(k)}).x < 0);
        }
    EXPECT_GT(static_cast<double>(implant) * raster.grid.voxel_volume_ml(), 10) << number;
  }
  EXPECT_EQ(sides.size(), 2u);
}

TEST(SamplerPatients, DenserOnesHaveMoreGlandThanTheSamePatientsElse) {
  MriPatchOptions denser = coarse();
  denser.denser = 1;
  for (std::uint64_t number = 0; number < 2; ++number)
    EXPECT_GT(gland_ml(random_patient(denser, number)), 1.2 * gland_ml(random_patient(coarse(), number)));
}

TEST(SamplerPatients, UnusualOnesTakeTheirShare) {
  MriPatchOptions options = coarse();
  options.patient_spacing_mm = 8;
  options.lone_breasts = 0.5;
  int lone = 0;
  constexpr int kPatients = 10;
  for (int number = 0; number < kPatients; ++number) {
    std::set<std::uint8_t> sides;
    for (const std::uint8_t side : random_patient(options, static_cast<std::uint64_t>(number)).breast.voxels)
      if (side != 0) sides.insert(side);
    lone += sides.size() == 1;
  }
  EXPECT_GT(lone, 1);
  EXPECT_LT(lone, kPatients - 1);
}

}  // namespace
}  // namespace lobule::phantom
