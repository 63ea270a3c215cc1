// Outlines from what a network says, with what it says made of a phantom's truth.
#include "measure/tissue_outlines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "breast_phantom.h"
#include "core/resample.h"

namespace lobule::measure {
namespace {

constexpr double kSureValue = 0.97;

// The network's own grid: cubic voxels over the phantom's field.
Grid map_grid() {
  Grid grid;
  grid.size = {86, 50, 54};
  grid.spacing_mm = {3, 3, 3};
  grid.origin_mm = {-128, -84, -80};
  return grid;
}

struct Scene {
  test::BreastPhantom phantom;
  BreastSegmentation classical;
  TissueMaps maps;
};

// What a network would say that knows the truth.
Scene scene(const test::PhantomOptions& options = {}, double sure = kSureValue) {
  Scene s;
  s.phantom = test::breast_phantom(test::phantom_grid(), options);
  s.classical = segment_breasts(s.phantom.image, {.fat = options.fat});
  const auto map_of = [&](const Mask& truth) {
    Image<float> value(truth.grid);
    for (std::size_t v = 0; v < value.voxels.size(); ++v)
      value.voxels[v] = static_cast<float>(truth.voxels[v] != 0 ? sure : 1 - sure);
    Image<float> map = resample(value, map_grid(), Interpolation::linear);
    for (float& v : map.voxels)
      if (std::isnan(v)) v = static_cast<float>(1 - sure);
    return map;
  };
  s.maps.inside = map_of(s.phantom.breast);
  s.maps.gland = s.maps.mostly_gland = map_of(s.phantom.gland);
  const Image<float> none(map_grid(), 0.01F);
  s.maps.vessel = s.maps.muscle = s.maps.heart = s.maps.nipple = none;
  return s;
}

void paint(Image<float>& map, Vec3 center_mm, double radius_mm, float value) {
  const Grid& grid = map.grid;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i)
        if (norm(point_from_index(grid, {double(i), double(j), double(k)}) - center_mm) <= radius_mm)
          map.at(i, j, k) = value;
}

bool says(const BreastReport& report, const std::string& what) {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [&](const Finding& finding) { return finding.what.find(what) != std::string::npos; });
}

TEST(TissueOutlines, AreTheTruthWhereTheNetworkKnowsIt) {
  const Scene s = scene();
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  for (const int side : {1, 2})
    EXPECT_GT(test::dice(out.breasts.breast, s.phantom.breast, side), 0.97) << side;
  const Mask fgt = fgt_of(out.mostly_gland, out.breasts.breast, out.vessels);
  for (const int side : {1, 2}) EXPECT_GT(test::dice(fgt, s.phantom.gland, side), 0.93) << side;
  EXPECT_NEAR(out.breasts.report.midline_x_mm, 0, 4);
  EXPECT_GT(out.judgement.sureness[0], 0.85);
  EXPECT_GT(out.breasts.report.confidence, 0.85);
  EXPECT_TRUE(std::none_of(out.breasts.report.findings.begin(), out.breasts.report.findings.end(),
                           [](const Finding& f) { return f.severity != Severity::note; }));
}

// Sides come from the valley between the breasts, not from the image's middle.
TEST(TissueOutlines, AreRightAndLeftThoughTheFieldOfViewIsOff) {
  Scene s = scene();
  for (Image<float>* map : {&s.maps.inside, &s.maps.gland, &s.maps.mostly_gland, &s.maps.vessel,
                            &s.maps.muscle, &s.maps.heart, &s.maps.nipple}) {
    Image<float> shifted = *map;
    shifted.grid.size[0] = 66;  // 60 mm less on the left
    shifted.voxels.assign(shifted.grid.voxel_count(), 0.0F);
    for (int k = 0; k < shifted.grid.size[2]; ++k)
      for (int j = 0; j < shifted.grid.size[1]; ++j)
        for (int i = 0; i < shifted.grid.size[0]; ++i) shifted.at(i, j, k) = map->at(i, j, k);
    *map = shifted;
  }
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  EXPECT_NEAR(out.breasts.report.midline_x_mm, 0, 8);
  EXPECT_GT(test::dice(out.breasts.breast, s.phantom.breast, 1), 0.97);
}

TEST(TissueOutlines, LeaveOutWhatIsInAirOrJoinedToNoBreastAndSayHowMuch) {
  Scene s = scene();
  paint(s.maps.inside, {-60, 50, 0}, 12, 0.9F);  // 7 ml in the chest
  paint(s.maps.inside, {0, -70, 0}, 9, 0.9F);    // 3 ml between the breasts, in air
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  for (const int side : {1, 2}) EXPECT_GT(test::dice(out.breasts.breast, s.phantom.breast, side), 0.97);
  EXPECT_NEAR(out.judgement.behind_chest_ml + out.judgement.apart_ml, 7, 3);
  EXPECT_GT(out.judgement.behind_chest_ml, 4);
  EXPECT_GT(out.judgement.outside_body_ml, 2);
}

// Fat suppressed to the level of noise: the classical body ends at the muscle.
TEST(TissueOutlines, BreastsAsDarkAsAirAreKeptAndSaid) {
  Scene s = scene();
  Mask& body = s.classical.body;
  for (std::size_t v = 0; v < body.voxels.size(); ++v)
    if (s.phantom.breast.voxels[v] != 0) body.voxels[v] = s.classical.breast.voxels[v] = 0;
  s.classical.report.confidence = 0;
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  for (const int side : {1, 2}) EXPECT_GT(test::dice(out.breasts.breast, s.phantom.breast, side), 0.97);
  EXPECT_GT(out.judgement.lost_body_ml, 100);
  EXPECT_EQ(out.judgement.outside_body_ml, 0);
  for (std::size_t v = 0; v < body.voxels.size(); ++v)
    ASSERT_TRUE(out.breasts.body.voxels[v] != 0 || out.breasts.breast.voxels[v] == 0);
  EXPECT_TRUE(says(out.breasts.report, "the body's outline does not hold the breasts"));
  EXPECT_LT(out.breasts.report.confidence, 0.75);
}

TEST(TissueOutlines, ANetworkThatCallsMuchElseBreastIsDoubted) {
  Scene s = scene();
  for (const double x : {-60.0, 60.0}) paint(s.maps.inside, {x, 45, 0}, 32, 0.95F);  // 270 ml in the chest
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  for (const int side : {1, 2}) EXPECT_GT(test::dice(out.breasts.breast, s.phantom.breast, side), 0.95);
  EXPECT_TRUE(says(out.breasts.report, "the network calls much breast that cannot be breast"));
  EXPECT_LT(out.breasts.report.confidence, 0.75);
}

TEST(TissueOutlines, OneBreastIsAFinding) {
  const Scene s = scene({.left = false});
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  EXPECT_GT(test::dice(out.breasts.breast, s.phantom.breast, 1), 0.97);
  EXPECT_EQ(out.breasts.report.volume_ml[2], 0);
  EXPECT_TRUE(says(out.breasts.report, "only the right breast was found"));
  EXPECT_LT(out.breasts.report.confidence, 0.75);
}

// A field of view around the left breast: it is not cut in two at the middle of what is seen.
TEST(TissueOutlines, ABreastAloneInTheFieldOfViewIsNotParted) {
  Scene s = scene();
  const auto left_part = [](auto& image) {
    auto part = image;
    const int first = static_cast<int>(std::lround(index_from_point(image.grid, {6, 0, 0}).x));
    part.grid.size[0] -= first;
    part.grid.origin_mm = point_from_index(image.grid, {double(first), 0, 0});
    part.voxels.resize(part.grid.voxel_count());
    for (int k = 0; k < part.grid.size[2]; ++k)
      for (int j = 0; j < part.grid.size[1]; ++j)
        for (int i = 0; i < part.grid.size[0]; ++i) part.at(i, j, k) = image.at(i + first, j, k);
    image = part;
  };
  left_part(s.classical.breast), left_part(s.classical.body), left_part(s.classical.chest_wall_depth_mm);
  left_part(s.phantom.breast);
  for (Image<float>* map : {&s.maps.inside, &s.maps.gland, &s.maps.mostly_gland, &s.maps.vessel,
                            &s.maps.muscle, &s.maps.heart, &s.maps.nipple})
    left_part(*map);
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  EXPECT_GT(test::dice(out.breasts.breast, s.phantom.breast, 2), 0.95);
  EXPECT_EQ(out.breasts.report.volume_ml[1], 0);
  EXPECT_TRUE(says(out.breasts.report, "one breast fills the field of view"));
}

TEST(TissueOutlines, NoBreastIsAFindingAndNoMask) {
  Scene s = scene({.right = false, .left = false});
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  EXPECT_EQ(out.breasts.report.volume_ml[0], 0);
  EXPECT_EQ(out.breasts.report.confidence, 0);
  EXPECT_TRUE(says(out.breasts.report, "the network found no breast"));
  EXPECT_TRUE(out.nipples.empty());
}

TEST(TissueOutlines, AnUnsureNetworkIsAFinding) {
  const Scene s = scene({}, 0.7);
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  EXPECT_LT(out.judgement.sureness[0], 0.75);
  EXPECT_TRUE(says(out.breasts.report, "the network is unsure of the right breast's outline"));
  EXPECT_LT(out.breasts.report.confidence, 0.5);
}

// An implant before the chest, which the classical outline counts as breast.
TEST(TissueOutlines, WhatStandsBeforeTheChestAndIsNoBreastIsAFinding) {
  Scene s = scene();
  paint(s.maps.inside, {-60, -12, 0}, 34, 0.02F);
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  EXPECT_TRUE(says(out.breasts.report, "ml that stand before the chest are not called breast"));
  EXPECT_LT(out.breasts.report.confidence, 0.75);
}

TEST(TissueOutlines, ALargeHollowIsAFindingAndASmallOneIsFilled) {
  Scene s = scene();
  paint(s.maps.inside, {-60, -32, 0}, 13, 0.02F);  // 9 ml
  paint(s.maps.inside, {60, -32, 0}, 6, 0.02F);    // 1 ml
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  EXPECT_TRUE(says(out.breasts.report, "ml in the breasts is not called breast"));
  EXPECT_NEAR(out.judgement.hollow_ml, 9, 2);
  const Grid& grid = out.breasts.breast.grid;
  const Vec3 index = index_from_point(grid, {60, -32, 0});
  EXPECT_EQ(
      out.breasts.breast.at(static_cast<int>(std::lround(index.x)), static_cast<int>(std::lround(index.y)),
                            static_cast<int>(std::lround(index.z))),
      2);
}

TEST(TissueOutlines, BreastsCutByTheFieldOfViewAreAFinding) {
  Scene s = scene();
  const auto half = [](auto& image) {
    auto part = image;
    part.grid.size[2] /= 2;
    part.voxels.resize(part.grid.voxel_count());
    image = part;
  };
  half(s.classical.breast), half(s.classical.body), half(s.classical.chest_wall_depth_mm);
  for (Image<float>* map : {&s.maps.inside, &s.maps.gland, &s.maps.mostly_gland, &s.maps.vessel,
                            &s.maps.muscle, &s.maps.heart, &s.maps.nipple})
    half(*map);
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  EXPECT_TRUE(says(out.breasts.report, "the right breast reaches the edge of the field of view"));
  EXPECT_LT(out.breasts.report.confidence, 0.75);
}

TEST(TissueOutlines, TheChestWallLiesWhereTheBreastEnds) {
  const Scene s = scene();
  const TissueOutlines out = outline_tissues(s.maps, s.classical);
  const Grid& grid = out.breasts.breast.grid;
  double nearest = 1e9;
  for (int j = 0; j < grid.size[1]; ++j) {
    const Vec3 index = index_from_point(grid, {-60, 0, 0});
    const int i = static_cast<int>(std::lround(index.x)), k = static_cast<int>(std::lround(index.z));
    const float depth = out.breasts.chest_wall_depth_mm.at(i, j, k);
    const double y = point_from_index(grid, {double(i), double(j), double(k)}).y;
    EXPECT_NEAR(depth, -y, 5);  // the phantom's wall lies at y = 0
    nearest = std::min(nearest, std::abs(static_cast<double>(depth)));
  }
  EXPECT_LT(nearest, 3);
}

TEST(TissueOutlines, NipplesLieAtTheSurfaceOfTheirBreast) {
  Scene s = scene();
  paint(s.maps.nipple, {-60, -72, 0}, 5, 0.9F);
  paint(s.maps.nipple, {60, -72, 3}, 5, 0.6F);
  paint(s.maps.nipple, {60, 40, 0}, 8, 0.9F);  // deep in the chest
  const std::vector<Nipple> nipples = outline_tissues(s.maps, s.classical).nipples;
  ASSERT_EQ(nipples.size(), 2U);
  EXPECT_EQ(nipples[0].side, 1);
  EXPECT_LT(norm(nipples[0].point_mm - Vec3{-60, -72, 0}), 2);
  EXPECT_NEAR(nipples[0].confidence, 0.9, 1e-6);
  EXPECT_EQ(nipples[1].side, 2);
  EXPECT_LT(norm(nipples[1].point_mm - Vec3{60, -72, 3}), 2);
}

TEST(TissueOutlines, GlandIsHalfAVoxelAndMoreInTheBreastThatIsGivenWithoutVessels) {
  Grid grid;
  grid.size = {20, 20, 20};
  Mask breast(grid), vessels(grid);
  Image<float> gland(grid);
  for (int k = 0; k < 20; ++k)
    for (int j = 0; j < 20; ++j)
      for (int i = 0; i < 20; ++i) {
        breast.at(i, j, k) = i < 10 ? 1 : 2;
        gland.at(i, j, k) = i >= 5 && i < 15 ? 0.6F : 0.4F;
        vessels.at(i, j, k) = k < 5;
      }
  const Mask fgt = fgt_of(gland, breast, vessels);
  EXPECT_EQ(std::count(fgt.voxels.begin(), fgt.voxels.end(), 1), 5 * 20 * 15);
  EXPECT_EQ(std::count(fgt.voxels.begin(), fgt.voxels.end(), 2), 5 * 20 * 15);
  gland.voxels.assign(gland.voxels.size(), 0.0F);
  for (int k = 10; k < 12; ++k) gland.at(3, 3, k) = 1;  // 0.002 ml
  const Mask speck = fgt_of(gland, breast, Mask());
  EXPECT_EQ(std::count(speck.voxels.begin(), speck.voxels.end(), 0), 8000);
}

// A breast of 20 × 10 × 10 voxels whose first `columns` are bright; the network is sure of the first ten.
AgreedFgt agreed_of(int columns, float elsewhere) {
  Grid grid;
  grid.size = {20, 10, 10};
  const Mask breast(grid, 1);
  Mask clustered(grid);
  Image<float> gland(grid, elsewhere);
  for (int k = 0; k < 10; ++k)
    for (int j = 0; j < 10; ++j)
      for (int i = 0; i < 20; ++i) {
        if (i < columns) clustered.at(i, j, k) = 1;
        if (i < 10) gland.at(i, j, k) = 0.9F;
      }
  return agreed_fgt(clustered, gland, breast, Mask());
}

TEST(TissueOutlines, GlandIsWhatIsBrightAndNotRuledOut) {
  const AgreedFgt ruled_out = agreed_of(15, 0.05F), doubtful = agreed_of(15, 0.2F);
  EXPECT_EQ(std::count(ruled_out.fgt.voxels.begin(), ruled_out.fgt.voxels.end(), 1), 1000);
  EXPECT_EQ(ruled_out.shared, 1);
  EXPECT_EQ(std::count(doubtful.fgt.voxels.begin(), doubtful.fgt.voxels.end(), 1), 1500);
  EXPECT_EQ(doubtful.shared, 1) << "what is bright beside the network's gland contradicts nothing";
  EXPECT_FALSE(doubtful.network);
}

TEST(TissueOutlines, WhereBothContradictEachOtherTheNetworkCounts) {
  Grid grid;
  grid.size = {20, 10, 10};
  Mask clustered(grid);
  Image<float> gland(grid, 0.2F);
  for (int k = 0; k < 10; ++k)
    for (int j = 0; j < 10; ++j)
      for (int i = 0; i < 20; ++i) {
        if (i >= 8) clustered.at(i, j, k) = 1;
        if (i < 10) gland.at(i, j, k) = 0.9F;
      }
  const AgreedFgt agreed = agreed_fgt(clustered, gland, Mask(grid, 1), Mask());
  EXPECT_NEAR(agreed.shared, 0.2, 1e-9);
  EXPECT_TRUE(agreed.network);
  EXPECT_EQ(std::count(agreed.fgt.voxels.begin(), agreed.fgt.voxels.end(), 1), 1000);
}

// Strands in what the network outlines as a whole.
TEST(TissueOutlines, LessOfTheSameGlandIsNoContradiction) {
  const AgreedFgt agreed = agreed_of(2, 0);
  EXPECT_EQ(agreed.shared, 1);
  EXPECT_FALSE(agreed.network);
  EXPECT_EQ(std::count(agreed.fgt.voxels.begin(), agreed.fgt.voxels.end(), 1), 200);
}

}  // namespace
}  // namespace lobule::measure
