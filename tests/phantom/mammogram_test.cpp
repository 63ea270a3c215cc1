#include "phantom/mammogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/parallel.h"
#include "io/nifti.h"
#include "phantom/mammogram_body.h"
#include "phantom/mammogram_look.h"
#include "phantom/mammogram_texture.h"
#include "phantom/xray_image.h"
#include "support/test_support.h"

namespace lobule::phantom {
namespace {

AnatomyOptions small_breast() {
  AnatomyOptions options;
  options.half_width_mm = 45, options.depth_mm = 55, options.half_height_mm = 45;
  options.lesions.clear();
  return options;
}

MammogramOptions coarse() {
  MammogramOptions options;
  options.pixel_mm = 1, options.anatomy_mm = 1.5;
  options.sides = {BreastSide::left};
  return options;
}

TEST(XraySignal, InterpolatesTheIntegralOverTheSpectrum) {
  const XraySignal table(tungsten_rhodium_28());
  for (const double adipose : {0.0, 3.3, 21.1, 48.9, 80.0})
    for (const double glandular : {-2.5, 0.0, 7.7, 33.3, 60.4})
      EXPECT_NEAR(table.log_attenuation(adipose, glandular), table.exact_log_attenuation(adipose, glandular),
                  4e-4);
}

TEST(XraySignal, FindsTheGlandularPartOfAKnownThickness) {
  const XraySignal table(tungsten_rhodium_30());
  for (const double thickness : {5.0, 40.0, 70.0})
    for (const double share : {0.0, 0.1, 0.5, 1.0}) {
      const double signal = table.exact_log_attenuation(thickness * (1 - share), thickness * share);
      EXPECT_NEAR(table.glandular_mm(signal, thickness), thickness * share, 0.01);
    }
}

TEST(VolumetricDensity, IsRecoveredFromANoiseFreeRawImageAndItsThickness) {
  Grid grid;
  grid.size = {40, 30, 1};
  Image<float> share(grid), thickness(grid);
  double dense = 0, all = 0;
  for (int y = 0; y < 30; ++y)
    for (int x = 0; x < 40; ++x) {
      thickness.at(x, y, 0) = x < 5 ? -1.0f : static_cast<float>(20 + x);
      share.at(x, y, 0) = 0.5f + 0.4f * std::sin(0.3f * static_cast<float>(x * y));
      if (x < 5) continue;
      dense += thickness.at(x, y, 0) * share.at(x, y, 0);
      all += thickness.at(x, y, 0);
    }
  share.at(20, 20, 0) = kMissing;
  dense -= thickness.at(20, 20, 0) * (0.5 + 0.4 * std::sin(0.3 * 400));
  const XraySignal table(tungsten_rhodium_28());
  const Image<float> raw = project_glandularity(share, thickness, table);
  thickness.at(20, 20, 0) = 0;
  all -= 40;
  EXPECT_NEAR(volumetric_density(raw, thickness, {}, table), 100 * dense / all, 0.01 * 100 * dense / all);
}

// A real breast's measured glandularity and thickness; 0.2415 is their thickness-weighted mean.
TEST(VolumetricDensity, OfDigiBreastIsRecoveredFromItsSimulatedMammogram) {
  LOBULE_NEEDS_DATA(folder, "breast_label_maps");
  const Image<float> share = io::read_nifti(folder / "digibreast_2d_glandularity.nii.gz");
  const Image<float> thickness = io::read_nifti(folder / "digibreast_2d_thickness_mm.nii.gz");
  for (const XraySpectrum* tube : {&tungsten_rhodium_28(), &tungsten_rhodium_30()}) {
    const XraySignal table(*tube);
    const Image<float> raw = project_glandularity(share, thickness, table);
    EXPECT_NEAR(volumetric_density(raw, thickness, {}, table) / 24.15, 1, 0.03);
  }
}

TEST(VolumetricDensity, ImagesOfDifferentSizesAreRefused) {
  Grid small, large;
  small.size = {2, 2, 1}, large.size = {3, 2, 1};
  try {
    volumetric_density(Image<float>(small), Image<float>(large), {}, XraySignal(tungsten_rhodium_28()));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "volumetric density: the raw image and its thickness differ in size; 2×2×1 voxels of "
                 "1.000×1.000×1.000 mm and "
                 "3×2×1 voxels of 1.000×1.000×1.000 mm. give images of one size.");
  }
}

TEST(Mammogram, BothViewsShowBreastAndTheObliqueOneMuscle) {
  const MammogramExam exam = make_mammograms(Anatomy(small_breast()), coarse());
  ASSERT_EQ(exam.images.size(), 2u);
  for (const Mammogram& image : exam.images) {
    const bool oblique = image.view == MammogramView::mlo;
    std::size_t labels[4] = {};
    for (const std::uint8_t label : image.labels.voxels) ++labels[label];
    EXPECT_GT(labels[1], 1000u);
    EXPECT_GT(labels[2], 200u);
    EXPECT_EQ(labels[3] > 200, oblique);
    EXPECT_GT(image.volumetric_density, 5);
    EXPECT_LT(image.volumetric_density, image.percent_density);
    // Left breasts touch the left edge; there is air on the other side.
    const int middle = image.labels.grid.size[1] / 2;
    EXPECT_GT(image.labels.at(2, middle, 0), 0);
    EXPECT_EQ(image.labels.at(image.labels.grid.size[0] - 2, middle, 0), 0);
    EXPECT_GT(image.raw.at(image.labels.grid.size[0] - 2, middle, 0), 5 * image.raw.at(20, middle, 0));
  }
}

TEST(Mammogram, IsTheSameForAnyNumberOfThreads) {
  MammogramOptions options = coarse();
  options.views = {MammogramView::mlo};
  const Anatomy anatomy(small_breast());
  set_thread_count(1);
  const MammogramExam one = make_mammograms(anatomy, options);
  set_thread_count(2);
  const MammogramExam two = make_mammograms(anatomy, options);
  set_thread_count(0);
  EXPECT_EQ(one.images[0].raw.voxels, two.images[0].raw.voxels);
  EXPECT_EQ(one.images[0].presentation.voxels, two.images[0].presentation.voxels);
}

TEST(Mammogram, RightBreastsAreMirrored) {
  MammogramOptions options = coarse();
  options.sides = {BreastSide::right};
  options.views = {MammogramView::cc};
  const Mammogram image = make_mammograms(Anatomy(small_breast()), options).images.at(0);
  const int middle = image.labels.grid.size[1] / 2;
  EXPECT_EQ(image.labels.at(2, middle, 0), 0);
  EXPECT_GT(image.labels.at(image.labels.grid.size[0] - 3, middle, 0), 0);
}

TEST(Mammogram, LesionsAreOutlinedWhereTheyAreAndStandOutMoreInFatThanInGland) {
  double contrast[2];
  for (const bool dense : {false, true}) {
    AnatomyOptions options = small_breast();
    options.density_percent = dense ? 60 : 5;
    options.lesions = {{.kind = LesionKind::mass, .side = BreastSide::left, .diameter_mm = 14}};
    MammogramOptions how = coarse();
    how.pixel_mm = 0.5;
    how.views = {MammogramView::cc};
    const Mammogram image = make_mammograms(Anatomy(options), how).images.at(0);
    ASSERT_EQ(image.lesions.size(), 1u);
    const MammogramLesion& lesion = image.lesions[0];
    EXPECT_TRUE(lesion.malignant);
    EXPECT_NEAR(lesion.diameter_mm, 15, 3.5);
    EXPECT_GT(lesion.outline.size(), 40u);
    EXPECT_GT(
        image.labels.at(static_cast<int>(lesion.center_pixel.x), static_cast<int>(lesion.center_pixel.y), 0),
        0);
    contrast[dense] = lesion.contrast_to_noise;
  }
  EXPECT_GT(contrast[0], 1.5 * contrast[1]);
}

TEST(Mammogram, CalcificationsAreDrawnFinerThanTheAnatomysVoxels) {
  AnatomyOptions options = small_breast();
  options.density_percent = 5;
  MammogramOptions how = coarse();
  how.pixel_mm = 0.2, how.noise = 0, how.scatter = 0, how.blur = 0;
  how.views = {MammogramView::cc};
  const Mammogram without = make_mammograms(Anatomy(options), how).images.at(0);
  options.lesions = {{.kind = LesionKind::calcifications, .side = BreastSide::left, .diameter_mm = 10}};
  const Mammogram with = make_mammograms(Anatomy(options), how).images.at(0);
  ASSERT_EQ(with.lesions.size(), 1u);
  std::size_t darker = 0;
  double deepest = 1;
  for (std::size_t i = 0; i < with.raw.voxels.size(); ++i) {
    const double ratio = with.raw.voxels[i] / without.raw.voxels[i];
    darker += ratio < 0.99;
    deepest = std::min(deepest, ratio);
  }
  EXPECT_GT(darker, 5u);
  EXPECT_LT(darker, 2000u);
  EXPECT_LT(deepest, 0.92);
}

// What they absorb, summed over the image, is their volume's times what calcium absorbs more than fat.
TEST(Mammogram, BenignCalcificationsAreDrawnWithTheirWholeVolume) {
  AnatomyOptions options = small_breast();
  options.density_percent = 5;
  MammogramOptions how = coarse();
  how.pixel_mm = 0.2, how.noise = 0, how.scatter = 0, how.blur = 0;
  how.views = {MammogramView::cc};
  const Mammogram without = make_mammograms(Anatomy(options), how).images.at(0);
  options.calcified_vessels = 2, options.coarse_calcifications = 2;
  const Anatomy anatomy(options);
  const Mammogram with = make_mammograms(anatomy, how).images.at(0);
  EXPECT_TRUE(with.lesions.empty());
  double absorbed = 0, wanted = 0;
  for (std::size_t i = 0; i < with.raw.voxels.size(); ++i)
    absorbed += std::log(without.raw.voxels[i] / with.raw.voxels[i]) * how.pixel_mm * how.pixel_mm;
  for (const Speck& speck : anatomy.specks(BreastSide::left))
    wanted += 4 * std::numbers::pi / 3 * speck.radius_mm * speck.radius_mm * speck.radius_mm;
  // Energy-weighted and behind a breast, the beam is that of some 21 keV; image areas are magnified by 1.08.
  const double calcium = 1.781 / 2.12 * attenuation_per_mm(XrayMaterial::calcium_oxalate, 21.0);
  const double fat = attenuation_per_mm(XrayMaterial::adipose, 21.0);
  EXPECT_NEAR(absorbed / (1.08 * 1.08 * (calcium - fat) * wanted), 1, 0.1);
}

TEST(Mammogram, EveryLookKeepsToItsRangeAndShowsDenseTissueBright) {
  MammogramOptions options = coarse();
  options.views = {MammogramView::cc};
  Mammogram image = make_mammograms(Anatomy(small_breast()), options).images.at(0);
  for (const MammogramLook look : {MammogramLook::ge, MammogramLook::hologic, MammogramLook::siemens,
                                   MammogramLook::fuji, MammogramLook::philips, MammogramLook::film}) {
    image.presentation = present(image.raw, look, image.side, image.view, 7);
    double sum[4] = {}, count[4] = {};
    for (std::size_t i = 0; i < image.labels.voxels.size(); ++i) {
      EXPECT_GE(image.presentation.voxels[i], 0);
      EXPECT_LE(image.presentation.voxels[i], 4095);
      sum[image.labels.voxels[i]] += image.presentation.voxels[i], count[image.labels.voxels[i]] += 1;
    }
    EXPECT_GT(sum[2] / count[2], 1.3 * sum[1] / count[1]);
    EXPECT_GT(sum[1] / count[1], 2 * sum[0] / count[0]);
  }
}

// What a two-material measurement finds in the noise-free image is what lies in the breast.
// The variance of means over boxes of `side` voxels.
double box_variance(const MammogramBody& body, int side) {
  const int n = body.grid.size[0] / side;
  double sum = 0, squares = 0;
  for (int k = 0; k < n; ++k)
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i) {
        double box = 0;
        for (int z = k * side; z < (k + 1) * side; ++z)
          for (int y = j * side; y < (j + 1) * side; ++y)
            for (int x = i * side; x < (i + 1) * side; ++x)
              box += body.voxels[body.grid.offset(x, y, z)].dense / BodyVoxel::kUnit;
        box /= side * side * side;
        sum += box, squares += box * box;
      }
  const double count = static_cast<double>(n) * n * n;
  return squares / count - sum * sum / (count * count);
}

// Power of f^-3 in space is the same variance in each octave; means over boxes take octaves away one by one.
TEST(FineStructure, HasTheSameVarianceInEveryOctaveAndLeavesTheMean) {
  MammogramBody body;
  body.grid.size = {128, 128, 128}, body.grid.spacing_mm = {0.3, 0.3, 0.3};
  body.voxels.assign(128 * 128 * 128, {});
  const auto half = static_cast<std::int16_t>(BodyVoxel::kUnit / 2);
  for (BodyVoxel& voxel : body.voxels) voxel.dense = voxel.glandular = voxel.adipose = half;
  add_fine_structure(body, 7);
  double mean = 0;
  for (const BodyVoxel& voxel : body.voxels) {
    mean += voxel.dense / BodyVoxel::kUnit / static_cast<double>(body.voxels.size());
    ASSERT_EQ(voxel.adipose + voxel.dense, 2 * half);
    ASSERT_EQ(voxel.glandular, voxel.dense);
  }
  EXPECT_NEAR(mean, 0.5, 0.005);
  const double v1 = box_variance(body, 1), v2 = box_variance(body, 2), v4 = box_variance(body, 4),
               v8 = box_variance(body, 8);
  for (const double octave : {v1 - v2, v2 - v4, v4 - v8}) EXPECT_NEAR(octave / (v2 - v4), 1, 0.4);
}

TEST(Mammogram, ItsVolumetricDensityIsRecoveredFromTheRawImage) {
  MammogramOptions options = coarse();
  options.noise = 0, options.scatter = 0, options.blur = 0;
  options.views = {MammogramView::cc};
  const Mammogram image = make_mammograms(Anatomy(small_breast()), options).images.at(0);
  const XraySignal table(image.exposure.kvp == 28 ? tungsten_rhodium_28() : tungsten_rhodium_30());
  const double found = volumetric_density(image.raw, image.breast_mm, image.skin_mm, table);
  EXPECT_NEAR(found / image.volumetric_density, 1, 0.01);
}

TEST(Mammogram, OptionsOutOfRangeAreRefused) {
  MammogramOptions options;
  options.pixel_mm = 0;
  try {
    make_mammograms(Anatomy(small_breast()), options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "mammogram options: detector pixels of 0 mm; allowed is 0.04 to 2 mm. choose a value in that range.");
  }
}

}  // namespace
}  // namespace lobule::phantom
