#include "phantom/label_map.h"

#include <gtest/gtest.h>

#include <numeric>

#include "core/error.h"
#include "core/parallel.h"
#include "phantom/exam.h"

namespace lobule::phantom {
namespace {

Grid cube(int size, double spacing_mm) {
  Grid grid;
  grid.size = {size, size, size};
  grid.spacing_mm = {spacing_mm, spacing_mm, spacing_mm};
  const double first = -spacing_mm * (size - 1) / 2.0;
  grid.origin_mm = {first, first, first};
  return grid;
}

std::vector<LabelTissue> small_table() {
  return {label_tissue(0, "outside (air)"), label_tissue(1, "skin"), label_tissue(2, "breast fat"),
          label_tissue(5, "75% FGT"), label_tissue(7, "subcutaneous fat of the chest (not breast)")};
}

// A ball of fat with a core of three quarters gland, 20 mm wide in 24 mm.
LabelMap ball() {
  LabelMap map{Mask(cube(24, 1)), small_table(), BreastSide::left};
  for (int k = 0; k < 24; ++k)
    for (int j = 0; j < 24; ++j)
      for (int i = 0; i < 24; ++i) {
        const double r = norm(point_from_index(map.labels.grid, Vec3{double(i), double(j), double(k)}));
        map.labels.at(i, j, k) = r < 5 ? 5 : r < 10 ? 2 : 0;
      }
  return map;
}

double volume_ml(const TissueRaster& raster, Tissue tissue) {
  double sum = 0;
  for (const TissueMix& mix : raster.voxels) sum += share_of(mix, static_cast<Material>(tissue));
  return sum * raster.grid.voxel_volume_ml();
}

std::string message_of(const LabelMap& map) {
  try {
    check(map);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

TEST(LabelTissue, ReadsTheWordsOfPublishedMaps) {
  const LabelTissue half = label_tissue(4, "transition 25% FGT");
  EXPECT_EQ(half.label, 4);
  EXPECT_TRUE(half.breast);
  EXPECT_FLOAT_EQ(share(half.composition, Tissue::gland), 0.25f);
  EXPECT_FLOAT_EQ(share(half.composition, Tissue::fat), 0.75f);
  const LabelTissue chest = label_tissue(7, "subcutaneous fat of the chest (not breast)");
  EXPECT_FALSE(chest.breast);
  EXPECT_EQ(share(chest.composition, Tissue::fat), 1);
  EXPECT_EQ(share(label_tissue(3, "lesion sphere (in adipose region)").composition, Tissue::lesion), 1);
  EXPECT_EQ(share(label_tissue(1, "adipose").composition, Tissue::fat), 1);
  EXPECT_EQ(share(label_tissue(2, "fibroglandular").composition, Tissue::gland), 1);
  EXPECT_EQ(share(label_tissue(9, "implant").composition, Tissue::implant), 1);
  EXPECT_FALSE(label_tissue(1, "skin").breast);
}

TEST(LabelTissue, AnUnknownWordNamesThoseThatAreKnown) {
  try {
    label_tissue(3, "cheese");
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(
        e.what(),
        "label map: label 3 is called \"cheese\"; no tissue goes by that name. Use one of: air, skin, fat, "
        "ligament, gland, nipple, vessel, muscle, bone, marrow, lung, blood, myocardium, lesion, cyst, "
        "fibroadenoma, node, liver, implant, calcification, clip, outside, adipose, fibroglandular, "
        "NN% FGT.");
  }
}

TEST(LabelMap, OnItsOwnGridEveryVoxelIsItsLabel) {
  const LabelMap map = ball();
  const TissueRaster raster = rasterize(map, map.labels.grid);
  for (std::size_t v = 0; v < raster.voxels.size(); ++v) {
    const int label = map.labels.voxels[v];
    EXPECT_NEAR(share_of(raster.voxels[v], Material(Tissue::gland)), label == 5 ? 0.75 : 0, 1.0 / 255);
    EXPECT_EQ(share_of(raster.voxels[v], Material(Tissue::air)), label == 0 ? 1 : 0);
    EXPECT_EQ(raster.breast.voxels[v], label == 0 ? 0 : 2);
  }
}

TEST(LabelMap, VolumesAreKeptOnFinerCoarserAndTurnedGrids) {
  const LabelMap map = ball();
  const BreastTruth truth = measure_breast(map, BreastSide::left);
  EXPECT_NEAR(truth.breast_ml, 4.19, 0.1);
  EXPECT_NEAR(truth.fgt_ml, 0.75 * 0.524, 0.03);
  EXPECT_EQ(measure_breast(map, BreastSide::right).breast_ml, 0);
  for (const double spacing : {0.7, 1.3, 2.9}) {
    Grid grid = cube(static_cast<int>(36 / spacing), spacing);
    if (spacing > 1) {  // 30° about z
      const double c = std::sqrt(0.75), s = 0.5;
      grid.direction = Mat3{{Vec3{c, s, 0}, Vec3{-s, c, 0}, Vec3{0, 0, 1}}};
      grid.origin_mm = grid.direction * grid.origin_mm;
    }
    const TissueRaster raster = rasterize(map, grid);
    EXPECT_NEAR(volume_ml(raster, Tissue::gland), truth.fgt_ml, 0.01 * truth.fgt_ml) << spacing;
    EXPECT_NEAR(volume_ml(raster, Tissue::fat) + volume_ml(raster, Tissue::gland), truth.breast_ml,
                0.01 * truth.breast_ml)
        << spacing;
  }
}

TEST(LabelMap, AHalfCoveredVoxelIsHalfTissue) {
  LabelMap map{Mask(cube(4, 1)), small_table(), std::nullopt};
  for (int k = 0; k < 4; ++k)
    for (int j = 0; j < 4; ++j) map.labels.at(0, j, k) = map.labels.at(1, j, k) = 2;
  Grid grid = cube(1, 2);  // spans the border at x = 0
  const TissueRaster raster = rasterize(map, grid);
  EXPECT_NEAR(share_of(raster.voxels[0], Material(Tissue::fat)), 0.5, 1.0 / 255);
}

TEST(LabelMap, WithoutASideXTellsRightFromLeft) {
  LabelMap map{Mask(cube(4, 1), 2), small_table(), std::nullopt};
  const TissueRaster raster = rasterize(map, map.labels.grid);
  EXPECT_EQ(raster.breast.at(0, 1, 1), 1);
  EXPECT_EQ(raster.breast.at(3, 1, 1), 2);
}

TEST(LabelMap, PlacedProneItHangsFromTheChestWall) {
  const LabelMap placed = place_prone(ball());
  EXPECT_NEAR(point_from_index(placed.labels.grid, {11.5, 11.5, 11.5}).x, 76, 1e-9);
  EXPECT_NEAR(point_from_index(placed.labels.grid, {11.5, 11.5, 11.5}).z, 0, 1e-9);
  EXPECT_NEAR(measure_breast(placed, BreastSide::left).nipple_mm.y, 10 - 19, 1e-9);
}

// Images of a given anatomy, by the same scanner as those of our own.
TEST(LabelMap, AnExamIsMadeOfIt) {
  LabelMap map = ball();
  for (double* spacing :
       {&map.labels.grid.spacing_mm.x, &map.labels.grid.spacing_mm.y, &map.labels.grid.spacing_mm.z})
    *spacing = 5;
  map = place_prone(std::move(map));
  ExamOptions options = with_spacing({}, 6);
  options.only_dynamic = true;
  options.post_phases = 1;
  options.noise = 0;
  options.artefacts = ArtefactOptions::none();
  options.motion_mm = options.breathing_mm = 0;
  const BreastTruth truth = measure_breast(map, BreastSide::left);
  const Exam exam = make_exam(options, rasterize(map, dynamic_grid(options)));
  EXPECT_NEAR(exam.truth.breasts[1].breast_ml, truth.breast_ml, 0.03 * truth.breast_ml);
  EXPECT_NEAR(exam.truth.breasts[1].fgt_ml, truth.fgt_ml, 0.03 * truth.fgt_ml);
  EXPECT_EQ(exam.truth.breasts[0].breast_ml, 0);
  // Fat is suppressed, the core of gland is bright, air is dark.
  const Image<float>& image = exam.phases[0].image;
  const auto at = [&](Vec3 mm) {
    const Vec3 i = index_from_point(image.grid, mm);
    return image.at(static_cast<int>(std::lround(i.x)), static_cast<int>(std::lround(i.y)),
                    static_cast<int>(std::lround(i.z)));
  };
  const double middle_y = 10 - 5 * 9.5;
  EXPECT_GT(at({76, middle_y, 0}), 1.3f * at({76, middle_y, 38}));
  EXPECT_GT(at({76, middle_y, 38}), 0);
  EXPECT_LT(at({76, -100, 0}), 1);
}

TEST(LabelMap, SameForAnyNumberOfThreads) {
  const LabelMap map = ball();
  const Grid grid = cube(14, 2.1);
  set_thread_count(1);
  const TissueRaster one = rasterize(map, grid);
  set_thread_count(2);
  const TissueRaster two = rasterize(map, grid);
  set_thread_count(0);
  for (std::size_t v = 0; v < one.voxels.size(); ++v) {
    EXPECT_EQ(one.voxels[v].material, two.voxels[v].material);
    EXPECT_EQ(one.voxels[v].share, two.voxels[v].share);
  }
}

TEST(LabelMap, BadMapsSayWhatIsWrong) {
  LabelMap map = ball();
  map.labels.at(12, 12, 12) = 9;
  EXPECT_EQ(
      message_of(map),
      "label map: label 9 (1 voxels) is not in the table; its tissue is not known. Add a row that names its "
      "tissue.");
  map = ball();
  map.table.push_back(label_tissue(2, "muscle"));
  EXPECT_EQ(
      message_of(map),
      "label map: the table has label 2 twice; it can stand for one tissue only. Remove one of the rows.");
  map.table.back().label = 256;
  EXPECT_EQ(message_of(map), "label map: the table has a label 256; labels run from 0 to 255.");
  EXPECT_EQ(message_of({}), "label map: it holds no voxels; there is nothing to make images of.");
  map = ball();
  std::fill(map.labels.voxels.begin(), map.labels.voxels.end(), std::uint8_t{0});
  EXPECT_EQ(message_of(map), "label map: all of it is air; there is nothing to make images of.");
  EXPECT_THROW(rasterize(map, cube(2, 1)), Error);
  EXPECT_THROW(measure_breast(map, BreastSide::left), Error);
  std::fill(map.labels.voxels.begin(), map.labels.voxels.end(), std::uint8_t{7});
  try {
    place_prone(map);
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "label map: no label counts as breast; its place is not known.");
  }
}

}  // namespace
}  // namespace lobule::phantom
