// Laws of a whole patient: body, armpits, rasters, landmarks, random patients.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <numeric>
#include <set>

#include "core/parallel.h"
#include "phantom/tissue_raster.h"

namespace lobule::phantom {
namespace {

AnatomyOptions with_arms_at_sides() {
  AnatomyOptions options;
  options.arms = ArmPose::at_sides;
  options.implants = {{BreastSide::left, 250, false}, {BreastSide::right, 250, true}};
  options.clips = {{BreastSide::right, {0.1, 0.8, 0.3}}};
  options.coarse_calcifications = 1;
  options.calcified_vessels = 1;
  return options;
}

const Anatomy& plain() {
  static const Anatomy anatomy({});
  return anatomy;
}
const Anatomy& crowded() {
  static const Anatomy anatomy(with_arms_at_sides());
  return anatomy;
}

Grid around(Vec3 center, double width_mm, double spacing_mm) {
  Grid grid;
  const int n = static_cast<int>(std::lround(width_mm / spacing_mm));
  grid.size = {n, n, n};
  grid.spacing_mm = {spacing_mm, spacing_mm, spacing_mm};
  grid.origin_mm = center - (0.5 * (n - 1) * spacing_mm) * Vec3{1, 1, 1};
  return grid;
}

TEST(Body, CompositionsSumToOneFromNeckToBellyWithEverythingInIt) {
  for (double z = -190; z <= 190; z += 21.3)
    for (double y = -110; y <= 215; y += 5.1)
      for (double x = -250; x <= 250; x += 6.7) {
        const Composition c = crowded().at({x, y, z}, 1.2);
        EXPECT_NEAR(std::accumulate(c.begin(), c.end(), 0.0), 1, 1e-5);
        for (const float part : c) EXPECT_GE(part, 0);
      }
}

TEST(Body, NodesLieInTheArmpitAndNeitherTheyNorArmsAreBreast) {
  ASSERT_GE(plain().torso().nodes().size(), 4u);
  for (const LymphNode& node : plain().torso().nodes()) {
    const Vec3 cortex = node.center_mm - (0.22 * node.length_mm) * node.to_hilum;
    EXPECT_GT(share(plain().at(cortex, 0.5), Tissue::node), 0.9f);
    EXPECT_EQ(plain().breast_at(node.center_mm), std::nullopt);
  }
  const Vec3 arm{205, 113, -70};
  EXPECT_GT(share(crowded().at(arm, 1), Tissue::marrow) + share(crowded().at(arm, 1), Tissue::bone), 0.9f);
  EXPECT_EQ(crowded().breast_at(arm), std::nullopt);
  EXPECT_EQ(share(plain().at(arm, 1), Tissue::air), 1);
}

TEST(Body, OrgansLieWhereTheyShould) {
  EXPECT_EQ(share(plain().at({-68, 92, -80}, 1), Tissue::liver), 1);
  EXPECT_GT(share(plain().at({-80, 92, 20}, 1), Tissue::lung), 0.2f);
  EXPECT_EQ(share(plain().at({30, 136, -100}, 1), Tissue::blood), 1);
  EXPECT_EQ(share(plain().at({2, 112, 90}, 1), Tissue::air), 1);
}

TEST(Body, AnImplantHasItsVolumeAndDensityCountsOnlyBreastTissue) {
  double left = 0, right = 0;
  const double step = 3;
  for (double z = -75; z < 75; z += step)
    for (double y = -90; y < 40; y += step)
      for (double x = -150; x < 150; x += step)
        (x < 0 ? right : left) += share(crowded().at({x, y, z}, step), Tissue::implant);
  EXPECT_NEAR(left * step * step * step / 1000, 250, 10);
  EXPECT_NEAR(right * step * step * step / 1000, 250, 10);
  const BreastTruth with = crowded().measure_breast(BreastSide::left, 3),
                    without = plain().measure_breast(BreastSide::left, 3);
  EXPECT_NEAR(with.breast_ml, without.breast_ml - 250, 25);
  EXPECT_NEAR(with.percent_density, 20, 2);
}

TEST(Body, BenignSpecksAreAllThereIsOfCalcificationInAVoxelGrid) {
  const std::vector<Speck> specks = crowded().specks(BreastSide::right);
  ASSERT_GT(specks.size(), 5u);
  const Speck& coarse = specks[0];
  EXPECT_GT(share(crowded().at(coarse.center_mm, 0.4), Tissue::calcification), 0.9f);
  EXPECT_TRUE(plain().specks(BreastSide::right).empty());
}

TEST(Raster, SaysWhatTheAnatomySaysToWithinItsRounding) {
  // Shares have 8 bits, and tissues beyond the fourth are dropped.
  for (const Vec3 center : {Vec3{76, -60, 0}, Vec3{-95, 0, 20}, Vec3{20, 60, -20}, Vec3{130, 60, 60}}) {
    const Grid grid = around(center, 40, 1.3);
    const TissueRaster raster = rasterize(plain(), grid);
    double sum = 0, exact = 0;
    for (int k = 0; k < grid.size[2]; k += 2)
      for (int j = 0; j < grid.size[1]; ++j)
        for (int i = 0; i < grid.size[0]; ++i) {
          const Vec3 p = point_from_index(grid, Vec3{double(i), double(j), double(k)});
          const TissueMix& mix = raster.voxels[grid.offset(i, j, k)];
          const Composition c = plain().at(p, 1.3);
          for (const Tissue t : {Tissue::air, Tissue::fat, Tissue::gland, Tissue::muscle}) {
            EXPECT_NEAR(share_of(mix, static_cast<Material>(t)), share(c, t), 0.06);
            sum += share_of(mix, static_cast<Material>(t)), exact += share(c, t);
          }
          const auto side = plain().breast_at(p);
          if (share(c, Tissue::air) >= 0.5f) continue;
          EXPECT_EQ(raster.breast.voxels[grid.offset(i, j, k)], side ? static_cast<int>(*side) : 0);
        }
    EXPECT_NEAR(sum, exact, 0.005 * exact);
  }
}

TEST(Raster, IsTheSameForAnyNumberOfThreads) {
  const Grid grid = around({80, -40, 0}, 90, 4);
  set_thread_count(1);
  const TissueRaster one = rasterize(Anatomy({}), grid, 2);
  set_thread_count(3);
  const TissueRaster three = rasterize(Anatomy({}), grid, 2);
  set_thread_count(0);
  EXPECT_EQ(one.breast.voxels, three.breast.voxels);
  for (std::size_t i = 0; i < one.voxels.size(); ++i) {
    EXPECT_EQ(one.voxels[i].material, three.voxels[i].material);
    EXPECT_EQ(one.voxels[i].share, three.voxels[i].share);
  }
}

TEST(Raster, EmptyBlocksAreReallyEmpty) {
  for (double z = -190; z <= 190; z += 17)
    for (double y = -110; y <= 230; y += 7)
      for (double x = -250; x <= 250; x += 9) {
        const double clearance = crowded().clearance_mm({x, y, z});
        if (clearance < 4) continue;
        for (const Vec3 step :
             {Vec3{1, 0, 0}, Vec3{-1, 0, 0}, Vec3{0, 1, 0}, Vec3{0, -1, 0}, Vec3{0, 0, 1}, Vec3{0, 0, -1}})
          EXPECT_EQ(share(crowded().at(Vec3{x, y, z} + (0.95 * clearance) * step, 0.5), Tissue::air), 1);
      }
}

TEST(Tubes, AStraightTubeKeepsItsVolumeInVoxelsOfAnySize) {
  for (const double width : {0.5, 1.0, 2.0, 3.5}) {
    double sum = 0;
    const double step = width / 16, radius = 0.8;  // averaged over where the voxels lie
    for (double y = -6; y < 6; y += step)
      for (double x = -6; x < 6; x += step)
        sum += step * step * tube_share(std::hypot(x, y) - radius, radius, width);
    EXPECT_NEAR(sum, 3.14159265 * radius * radius, 0.01 * 3.14159265 * radius * radius) << width;
  }
}

TEST(Compartments, WallsAreHalfwayBetweenCells) {
  const Compartments cells(5, {0, 0, 0}, {60, 60, 60}, 10, [](Vec3) { return true; });
  int crossings = 0;
  auto before = cells.at({5, 30, 30});
  for (double x = 5.1; x < 55; x += 0.1) {
    const auto here = cells.at({x, 30, 30});
    if (here.trait != before.trait) {
      ++crossings;
      EXPECT_LT(here.wall_mm, 0.11);
      EXPECT_LT(before.wall_mm, 0.11);
      EXPECT_EQ(here.wall_trait, before.wall_trait);
    }
    before = here;
  }
  EXPECT_GE(crossings, 3);
  EXPECT_LE(crossings, 14);
}

TEST(Landmarks, AreNamedOnceAndLieWhereTheirNamesSay) {
  std::set<std::string> names;
  for (const Landmark& mark : crowded().landmarks()) {
    EXPECT_TRUE(names.insert(mark.name).second) << mark.name;
    const Composition c = crowded().at(mark.point_mm, 0.3);
    if (mark.name == "left nipple") {
      EXPECT_GT(share(c, Tissue::nipple), 0.9f);
    } else if (mark.name == "clip 1") {
      EXPECT_GT(share(c, Tissue::clip), 0.9f);
    } else if (mark.name.starts_with("right vessel")) {
      EXPECT_LT(mark.point_mm.x, 0);
    }
  }
  for (const char* name : {"sternal notch", "right nipple", "left duct end 1", "left rib tip 5", "lesion 1",
                           "left vessel branching 12", "right lymph node 1"})
    EXPECT_TRUE(names.count(name)) << name;
  EXPECT_NEAR(plain().parameters()[1].value, 58, 0);
  EXPECT_EQ(plain().parameters()[1].name, "half_width");
}

TEST(RandomAnatomy, KeepsToTheLiteraturesRangesAndPlacesEveryKindOfLesion) {
  double least = 1e9, most = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const AnatomyOptions o = random_anatomy(seed, {LesionKind::mass, LesionKind::non_mass});
    ASSERT_EQ(o.lesions.size(), 2u);
    EXPECT_EQ(o.lesions[1].kind, LesionKind::non_mass);
    EXPECT_GE(o.density_percent, 3);
    EXPECT_LE(o.density_percent, 70);
    const double ml = o.half_width_mm * o.depth_mm * o.half_height_mm * 2.2 / 1000;
    least = std::min(least, ml), most = std::max(most, ml);
  }
  EXPECT_LT(least, 250);
  EXPECT_GT(least, 80);
  EXPECT_GT(most, 1500);
  EXPECT_LT(most, 2700);
  EXPECT_EQ(random_anatomy(9).depth_mm, random_anatomy(9, {LesionKind::cyst}).depth_mm);
}

// 2831 women (Yaffe et al., Med Phys 36:5437, 2009, abstract; with skin): means of four groups 13.7 to 25.6
// %, of all 19.3; 80 % of women below 27, 95 % below 45.
TEST(RandomAnatomy, DensityIsDistributedAsInTheLiterature) {
  constexpr int kPatients = 5000;
  double mean = 0, below_27 = 0, below_45 = 0;
  for (std::uint64_t seed = 1000; seed < 1000 + kPatients; ++seed) {
    const double percent = random_anatomy(seed).density_percent;
    mean += percent / kPatients;
    below_27 += percent < 27 ? 100.0 / kPatients : 0;
    below_45 += percent < 45 ? 100.0 / kPatients : 0;
  }
  EXPECT_NEAR(mean, 19.3, 3);
  EXPECT_NEAR(below_27, 80, 6);
  EXPECT_NEAR(below_45, 95, 6);
  std::printf("planned density of %d patients: mean %.1f %%, %.0f %% below 27, %.0f %% below 45\n", kPatients,
              mean, below_27, below_45);
}

TEST(RandomAnatomy, LesionsLieInTheirBreastAndVolumesAreAsDrawn) {
  for (const std::uint64_t seed : {21, 22, 23}) {
    const std::vector<LesionKind> kinds{LesionKind::spiculated_mass, LesionKind::fibroadenoma,
                                        LesionKind::calcifications};
    const Anatomy anatomy(random_anatomy(seed, kinds));
    for (const LesionTruth& lesion : anatomy.measure_lesions(0.6))
      EXPECT_EQ(anatomy.breast_at(lesion.center_mm), lesion.side) << seed << " " << to_text(lesion.kind);
    const BreastTruth truth = anatomy.measure_breast(BreastSide::left, 4);
    EXPECT_NEAR(truth.percent_density / anatomy.options().density_percent, 1, 0.12) << seed;
  }
}

}  // namespace
}  // namespace lobule::phantom
