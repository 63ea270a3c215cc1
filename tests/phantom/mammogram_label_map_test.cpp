#include "phantom/mammogram_label_map.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace lobule::phantom {
namespace {

// A breast of skin, fat and a core that is half gland: an ellipsoid's front half, 120 mm wide, 80 mm deep.
LabelMap half_ellipsoid() {
  Grid grid;
  grid.size = {44, 34, 44};
  grid.spacing_mm = {3, 3, 3};
  grid.origin_mm = {-65, -90, -65};
  LabelMap map{Mask(grid),
               {label_tissue(0, "outside"), label_tissue(1, "skin"), label_tissue(2, "fat"),
                label_tissue(3, "50% FGT"), label_tissue(4, "subcutaneous fat of the chest (not breast)")},
               BreastSide::right};
  for (int k = 0; k < 44; ++k)
    for (int j = 0; j < 34; ++j)
      for (int i = 0; i < 44; ++i) {
        const Vec3 p = point_from_index(grid, Vec3{double(i), double(j), double(k)});
        const double r = std::hypot(p.x / 60, p.y / 80, p.z / 60);
        if (p.y > 0) {
          map.labels.at(i, j, k) = r < 1 && p.y < 6 ? 4 : 0;
        } else {
          map.labels.at(i, j, k) = r >= 1 ? 0 : r > 0.96 ? 1 : r > 0.6 ? 2 : 3;
        }
      }
  return map;
}

TEST(MammogramOfLabels, TheBodyHoldsTheMapsBreastAndNoChest) {
  const LabelMap map = half_ellipsoid();
  const MammogramBody body = make_body(map, {-80, -75, 3}, 3);
  double inside = 0, dense = 0;
  for (std::size_t v = 0; v < body.voxels.size(); ++v) {
    inside += body.inside[v] / 255.0;
    dense += body.voxels[v].dense / static_cast<double>(BodyVoxel::kUnit);
  }
  const BreastTruth truth = measure_breast(map, BreastSide::right);
  double skin = 0;
  for (const std::uint8_t label : map.labels.voxels) skin += label == 1;
  const double wanted = truth.breast_ml + skin * 0.027;
  EXPECT_NEAR(inside * 0.027, wanted, 0.03 * wanted);
  EXPECT_NEAR(dense * 0.027, truth.fgt_ml, 0.02 * truth.fgt_ml);
  EXPECT_EQ(body.nipple_mm.y, -75);
  EXPECT_NEAR(body.back_mm, 5, 4);
}

TEST(MammogramOfLabels, ViewsShowItsVolumesUnderCompression) {
  const LabelMap map = half_ellipsoid();
  MammogramOptions options;
  options.pixel_mm = options.anatomy_mm = 1.5;
  options.noise = 0;
  options.views = {MammogramView::cc};
  const MammogramExam exam = make_mammograms(map, options);
  ASSERT_EQ(exam.images.size(), 1u);
  const Mammogram& image = exam.images[0];
  EXPECT_EQ(image.side, BreastSide::right);
  double dense = 0, breast = 0;
  for (std::size_t i = 0; i < image.dense_mm.voxels.size(); ++i)
    dense += image.dense_mm.voxels[i], breast += image.breast_mm.voxels[i];
  // Paths are seen magnified: by 1.05 to 1.13 in each direction.
  const BreastTruth truth = measure_breast(map, BreastSide::right);
  const double ml = 1.5 * 1.5 / 1000;
  EXPECT_NEAR(dense * ml / truth.fgt_ml, 1.17, 0.12);
  EXPECT_GT(breast * ml, truth.breast_ml);
  EXPECT_LT(breast * ml, 1.45 * truth.breast_ml);
  EXPECT_GT(image.volumetric_density, 0.75 * truth.percent_density);
  EXPECT_LT(image.volumetric_density, 1.05 * truth.percent_density);
}

TEST(MammogramOfLabels, BadMapsSayWhatIsWrong) {
  LabelMap map = half_ellipsoid();
  map.side.reset();
  try {
    make_mammograms(map, {});
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(
        e.what(),
        "label map: it does not say which breast it is; a mammogram shows one breast. Give its side.");
  }
  map.side = BreastSide::left;
  for (std::uint8_t& label : map.labels.voxels) label = label == 0 ? 0 : 4;
  try {
    make_body(map, {}, 3);
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "label map: no label counts as breast; its place is not known.");
  }
}

}  // namespace
}  // namespace lobule::phantom
