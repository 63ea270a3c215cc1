// The second family's mammograms: tissue is neither lost nor made under the paddle, and the truth is true.

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/parallel.h"
#include "phantom/second/flatten.h"
#include "phantom/second/mammogram.h"

namespace lobule::phantom::second {
namespace {

AnatomyOptions patient_options() {
  AnatomyOptions options;
  options.half_width_mm = options.half_height_mm = 45;
  options.depth_mm = 55;
  options.lesions[0].diameter_mm = 16;
  LesionPlan grains;
  grains.kind = LesionKind::calcifications;
  options.lesions.push_back(grains);
  return options;
}

MammogramOptions coarse() {
  MammogramOptions options;
  options.pixel_mm = 0.8;
  options.anatomy_mm = 1.6;
  options.sides = {BreastSide::left};
  return options;
}

TEST(SecondMammogram, FlatteningKeepsTheVolumeOfEveryPart) {
  const Patient patient(patient_options());
  const BreastVoxels breast = grow_breast(patient, BreastSide::left, 1.6);
  Paddle cc, mlo;
  cc.thickness_mm = mlo.thickness_mm = 40;
  mlo.view = MammogramView::mlo;
  mlo.angle_rad = 0.8;
  mlo.pectoral_mm = 30;
  std::array<double, 2> dense{}, lesion{};
  for (const Paddle& paddle : {cc, mlo}) {
    const FlatBreast flat = flatten(breast, patient, BreastSide::left, paddle);
    const auto volume = [&](const std::vector<float>& mm) {
      return std::accumulate(mm.begin(), mm.end(), 0.0) * flat.spacing_mm * flat.spacing_mm / 1000;
    };
    const std::size_t n = paddle.view == MammogramView::mlo;
    dense[n] = volume(flat.mm[static_cast<std::size_t>(Part::dense)]);
    lesion[n] = volume(flat.lesion_mm[0]);
    float thickest = 0;
    for (std::size_t i = 0; i < flat.mm[0].size(); ++i) {
      float sum = 0;
      for (const auto& map : flat.mm) sum += map[i];
      thickest = std::max(thickest, sum);
    }
    EXPECT_LT(thickest, 40.8f);
    EXPECT_GT(thickest, 39.5f);
    EXPECT_EQ(flat.calcifications.size(), patient.lesions[1].calcifications().size());
  }
  // The paddle catches what lies in front of a plane 4 mm behind the middle of the base.
  const Grid& grid = breast.material.grid;
  const double plane = patient.form(BreastSide::left).base_mm().y + 4 + 0.5 * grid.spacing_mm.y;
  std::size_t gland_voxels = 0, dense_voxels = 0, lesion_voxels = 0;
  for (std::size_t v = 0; v < breast.material.voxels.size(); ++v) {
    const Material m = breast.material.voxels[v];
    const int row = static_cast<int>(v / grid.size[0] % grid.size[1]);
    lesion_voxels += is_lesion(m);
    if (is_lesion(m) || grid.origin_mm.y + row * grid.spacing_mm.y >= plane) continue;
    const auto tissue = static_cast<Tissue>(bare(m));
    gland_voxels += tissue == Tissue::gland;
    dense_voxels += tissue == Tissue::gland || tissue == Tissue::ligament || tissue == Tissue::vessel;
  }
  const double gland = static_cast<double>(gland_voxels) * grid.voxel_volume_ml();
  EXPECT_GT(gland, 0.85 * breast.truth.fgt_ml);
  const double expected = static_cast<double>(dense_voxels) * grid.voxel_volume_ml();
  EXPECT_NEAR(dense[0], expected, 0.02 * expected);
  EXPECT_NEAR(dense[1], expected, 0.02 * expected);
  const double lesion_ml = static_cast<double>(lesion_voxels) * breast.material.grid.voxel_volume_ml();
  EXPECT_NEAR(lesion[0], lesion_ml, 0.01 * lesion_ml);
  EXPECT_NEAR(lesion[1], lesion_ml, 0.03 * lesion_ml);
}

TEST(SecondMammogram, TruthHoldsDensityAndLesions) {
  const MammogramExam exam = make_mammograms(patient_options(), coarse());
  ASSERT_EQ(exam.images.size(), 2u);
  for (const Mammogram& image : exam.images) {
    // Gland is a quarter, more than of the whole breast, whose hindmost fat the paddle misses; ligaments are
    // an eighth.
    EXPECT_GT(image.volumetric_density, 32);
    EXPECT_LT(image.volumetric_density, 40);
    EXPECT_EQ(image.lesions.size(), 2u);
    EXPECT_GT(image.breast_cm2, image.dense_cm2);
    const bool muscle = std::count(image.labels.voxels.begin(), image.labels.voxels.end(), 3) > 0;
    EXPECT_EQ(muscle, image.view == MammogramView::mlo);
    for (const MammogramLesion& lesion : image.lesions) {
      const auto label = image.labels.at(static_cast<int>(lesion.center_pixel.x),
                                         static_cast<int>(lesion.center_pixel.y), 0);
      EXPECT_TRUE(label == 1 || label == 2 || label == 3);
    }
  }
}

TEST(SecondMammogram, WithoutNoiseAndScatterTheMuscleAbsorbsAsTheLawSays) {
  MammogramOptions options = coarse();
  options.noise = options.scatter = 0;
  options.views = {MammogramView::mlo};
  const Mammogram image = make_mammograms(patient_options(), options).images.at(0);
  // The chest's edge at the first row is muscle of 0.6 and fat of 0.4 of the thickness.
  const double air = image.raw.at(image.raw.grid.size[0] - 1, image.raw.grid.size[1] - 1, 0);
  const double a = image.exposure.compressed_mm * (0.6 * 0.0810 + 0.4 * 0.0456);
  EXPECT_NEAR(std::log(air / static_cast<double>(image.raw.at(1, 2, 0))), a - 0.014 * a * a, 0.02);
}

TEST(SecondMammogram, OneSeedGivesTheSamePixelsForAnyThreadCount) {
  set_thread_count(1);
  const MammogramExam one = make_mammograms(patient_options(), coarse());
  set_thread_count(3);
  const MammogramExam three = make_mammograms(patient_options(), coarse());
  set_thread_count(0);
  for (std::size_t n = 0; n < one.images.size(); ++n) {
    EXPECT_EQ(one.images[n].raw.voxels, three.images[n].raw.voxels);
    EXPECT_EQ(one.images[n].presentation.voxels, three.images[n].presentation.voxels);
  }
}

TEST(SecondMammogram, RefusesAPixelOfNoSize) {
  MammogramOptions options = coarse();
  options.pixel_mm = 0;
  try {
    make_mammograms(patient_options(), options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "mammogram of the second family: a pixel's size is none. Choose 0.03 to 2 mm.");
  }
}

}  // namespace
}  // namespace lobule::phantom::second
