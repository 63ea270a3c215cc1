#include "pipeline/label_map_files.h"

#include <gtest/gtest.h>

#include "io/files.h"
#include "io/nifti.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

using phantom::Material;
using phantom::Tissue;

void write_map(const fs::path& file, float value) {
  Grid grid;
  grid.size = {2, 2, 2};
  Image<float> image(grid, value);
  image.voxels[0] = 0;
  io::write_nifti(file, image);
}

TEST(LabelMapFiles, AMapAndItsTableAreReadTogether) {
  const test::ScratchFolder folder;
  write_map(folder / "right_breast.nii.gz", 3);
  io::write_file(folder / "labels.csv",
                 "file,label,tissue,voxels\nother.nii,0,skin,1\nright_breast.nii.gz,0,outside,1\n"
                 "right_breast.nii.gz,3,adipose,7\n");
  const phantom::LabelMap map = read_label_map(folder / "right_breast.nii.gz");
  EXPECT_EQ(map.side, phantom::BreastSide::right);
  ASSERT_EQ(map.table.size(), 2u);
  EXPECT_TRUE(map.table[1].breast);
  EXPECT_EQ(map.labels.voxels[7], 3);
}

TEST(LabelMapFiles, BadFilesSayWhatIsWrong) {
  const test::ScratchFolder folder;
  const auto read = [&] { read_label_map(folder / "a.nii"); };
  const auto table = [&](const char* rows) {
    io::write_file(folder / "labels.csv", std::string("file,label,tissue\n") + rows);
  };
  write_map(folder / "a.nii", 2.5f);
  EXPECT_EQ(
      test::message_of(read),
      "a.nii: a voxel has the value 2.500000; labels are whole numbers from 0 to 255. Give a label map, "
      "not an image.");
  write_map(folder / "a.nii", 4);
  EXPECT_EQ(test::message_of(read),
            "a.nii: what its labels are is not known; there is no labels.csv beside it. Write one with the "
            "columns file, label, tissue.");
  table("b.nii,0,outside\n");
  EXPECT_EQ(test::message_of(read),
            "labels.csv: it has no row for a.nii; what its labels mean is not known.");
  table("a.nii,zero,outside\n");
  EXPECT_EQ(test::message_of(read),
            "labels.csv: row 1 has the label \"zero\"; labels are whole numbers from 0 to 255.");
  table("a.nii,0,outside\n");
  EXPECT_EQ(
      test::message_of(read),
      "label map: label 4 (7 voxels) is not in the table; its tissue is not known. Add a row that names "
      "its tissue.");
}

double volume_ml(const phantom::TissueRaster& raster, Tissue tissue) {
  double sum = 0;
  for (const auto& mix : raster.voxels) sum += phantom::share_of(mix, static_cast<Material>(tissue));
  return sum * raster.grid.voxel_volume_ml();
}

Grid around(const Grid& map, double spacing_mm) {
  Grid grid = map;
  for (int axis = 0; axis < 3; ++axis)
    grid.size[axis] = static_cast<int>(map.size[axis] * map.spacing_mm[axis] / spacing_mm) + 3;
  grid.spacing_mm = {spacing_mm, spacing_mm, spacing_mm};
  const Vec3 shift{0.5 * map.spacing_mm.x + 0.7 * spacing_mm, 0.5 * map.spacing_mm.y + 0.7 * spacing_mm,
                   0.5 * map.spacing_mm.z + 0.7 * spacing_mm};
  grid.origin_mm = map.origin_mm - map.direction * shift;
  return grid;
}

// The volumes are those of the map's README: 806.6 ml of breast with its skin, gland by its shares.
TEST(LabelMapFiles, TheMeasuredBreastKeepsItsVolumesOnOtherGrids) {
  LOBULE_NEEDS_DATA(file, "breast_label_maps/uwm2_left_breast_0.5mm_labels.nii.gz");
  const phantom::LabelMap map = read_label_map(file);
  EXPECT_EQ(map.side, phantom::BreastSide::left);
  const double gland = 0.125e-3 * (0.25 * 121249 + 0.5 * 75175 + 0.75 * 23897 + 18391);
  const double skin = 0.125e-3 * 370844;
  const phantom::BreastTruth truth = phantom::measure_breast(map, phantom::BreastSide::left);
  EXPECT_NEAR(truth.breast_ml + skin, 806.6, 0.1);
  EXPECT_NEAR(truth.fgt_ml, gland, 1e-6);
  const phantom::TissueRaster raster = phantom::rasterize(map, around(map.labels.grid, 2.3));
  EXPECT_NEAR(volume_ml(raster, Tissue::gland), gland, 0.01 * gland);
  EXPECT_NEAR(volume_ml(raster, Tissue::skin), skin, 0.01 * skin);
  double breast = 0;
  for (const std::uint8_t side : raster.breast.voxels) breast += side == 2;
  EXPECT_NEAR(breast * raster.grid.voxel_volume_ml(), truth.breast_ml, 0.01 * truth.breast_ml);
  const phantom::LabelMap placed = phantom::place_prone(map);
  EXPECT_NEAR(phantom::measure_breast(placed, phantom::BreastSide::left).nipple_mm.y, -106, 4);
}

TEST(LabelMapFiles, DigiBreastKeepsItsVolumesOnOtherGrids) {
  LOBULE_NEEDS_DATA(file, "breast_label_maps/digibreast_1mm_labels.nii.gz");
  const phantom::LabelMap map = read_label_map(file);
  EXPECT_EQ(map.side, std::nullopt);
  const phantom::TissueRaster raster = phantom::rasterize(map, around(map.labels.grid, 1.7));
  EXPECT_NEAR(volume_ml(raster, Tissue::fat), 396.180, 4);
  EXPECT_NEAR(volume_ml(raster, Tissue::gland), 206.738, 2);
  EXPECT_NEAR(volume_ml(raster, Tissue::lesion), 0.131, 0.003);
}

}  // namespace
}  // namespace lobule::pipeline
