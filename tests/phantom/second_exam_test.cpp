// The second family's exam: what was asked for is there, and its truth is true of its images.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/parallel.h"
#include "core/resample.h"
#include "phantom/second/exam.h"
#include "phantom/second/grow.h"
#include "phantom/second/scanner.h"

namespace lobule::phantom::second {
namespace {

ExamOptions small() {
  ExamOptions options;
  options.dynamic_size = 72;
  options.dynamic_slices = 24;
  options.dynamic_spacing_mm = 5;
  options.dynamic_slice_mm = 6;
  options.post_phases = 2;
  options.truth_spacing_mm = 4;
  options.anatomy.lesions[0].diameter_mm = 24;
  return options;
}

ExamOptions small_and_clean() {
  ExamOptions options = small();
  options.noise = 0;
  options.only_dynamic = true;
  options.shading.coil = 0;
  options.artefacts = ArtefactOptions::none();
  return options;
}

// Voxels of one label whose neighbours, two deep, have it too.
std::vector<std::size_t> deep_inside(const Image<std::uint8_t>& labels, Tissue tissue) {
  std::vector<std::size_t> found;
  const auto& n = labels.grid.size;
  for (int k = 1; k < n[2] - 1; ++k)
    for (int j = 2; j < n[1] - 2; ++j)
      for (int i = 2; i < n[0] - 2; ++i) {
        bool all = true;
        for (int c = -1; c <= 1; ++c)
          for (int b = -2; b <= 2; ++b)
            for (int a = -2; a <= 2; ++a)
              all = all && labels.at(i + a, j + b, k + c) == static_cast<std::uint8_t>(tissue);
        if (all) found.push_back(labels.grid.offset(i, j, k));
      }
  return found;
}

TEST(SecondFamily, GlandFillsTheShareThatWasAskedFor) {
  for (const double percent : {6.0, 25.0, 60.0}) {
    AnatomyOptions options;
    options.density_percent = percent;
    options.lesions.clear();
    const Patient patient(options);
    const BreastVoxels breast = grow_breast(patient, BreastSide::left, 2);
    EXPECT_NEAR(breast.truth.percent_density, percent, 0.01);
    EXPECT_NEAR(breast.truth.fgt_ml, percent / 100 * breast.truth.breast_ml, 0.1);
  }
}

TEST(SecondFamily, BreastVolumeHardlyDependsOnTheVoxels) {
  const Patient patient({});
  const double coarse = grow_breast(patient, BreastSide::right, 2.5).truth.breast_ml;
  const double fine = grow_breast(patient, BreastSide::right, 1.25).truth.breast_ml;
  EXPECT_NEAR(coarse, fine, 0.03 * fine);
  EXPECT_GT(fine, 300);
  EXPECT_LT(fine, 1500);
}

TEST(SecondFamily, APatientIsMeasuredWithoutImages) {
  ExamOptions options = small();
  options.brief = options.only_dynamic = true;
  const Exam exam = second::make_exam(options);
  const PatientMeasures measures = measure_patient(options.anatomy, 2);
  ASSERT_EQ(measures.lesions.size(), 1u);
  EXPECT_NEAR(measures.lesions[0].volume_ml, exam.truth.lesions[0].volume_ml,
              0.05 * exam.truth.lesions[0].volume_ml);
  for (std::size_t n = 0; n < 2; ++n)
    EXPECT_NEAR(measures.breasts[n].breast_ml, exam.truth.breasts[n].breast_ml,
                0.03 * measures.breasts[n].breast_ml);
}

TEST(SecondFamily, LesionsHaveTheVolumeOfTheirSphereAndLieInTheBreast) {
  for (const LesionKind kind :
       {LesionKind::mass, LesionKind::rim_mass, LesionKind::fibroadenoma, LesionKind::cyst}) {
    AnatomyOptions options;
    options.lesions[0].kind = kind;
    options.lesions[0].diameter_mm = 16;
    const Patient patient(options);
    const LesionTruth truth = patient.lesions[0].measure(0.5);
    const double sphere_ml = 4.0 / 3 * std::numbers::pi * 8 * 8 * 8 / 1000;
    EXPECT_NEAR(truth.volume_ml, sphere_ml, 0.06 * sphere_ml) << to_text(kind);
    EXPECT_TRUE(patient.form(BreastSide::left).contains(truth.center_mm, 0)) << to_text(kind);
    EXPECT_GE(truth.longest_diameter_mm, 15.5) << to_text(kind);
  }
}

TEST(SecondFamily, OneSeedGivesTheSameVoxelsForAnyThreadCount) {
  ExamOptions options = small();
  options.brief = true;
  set_thread_count(1);
  const Exam one = second::make_exam(options);
  set_thread_count(3);
  const Exam three = second::make_exam(options);
  set_thread_count(0);
  ASSERT_EQ(one.phases.size(), three.phases.size());
  for (std::size_t p = 0; p < one.phases.size(); ++p)
    EXPECT_EQ(one.phases[p].image.voxels, three.phases[p].image.voxels);
  EXPECT_EQ(one.adc.voxels, three.adc.voxels);
  EXPECT_EQ(one.truth.labels.voxels, three.truth.labels.voxels);
  options.anatomy.seed = 2;
  EXPECT_NE(second::make_exam(options).truth.labels.voxels, one.truth.labels.voxels);
}

TEST(SecondFamily, TissuesEnhanceAsTheTruthSaysAndTheLesionIsInTheBreast) {
  ExamOptions options = small_and_clean();
  options.motion_mm = options.breathing_mm = 0;
  const Exam exam = second::make_exam(options);
  for (const Tissue tissue : {Tissue::blood, Tissue::lesion}) {
    const auto voxels = deep_inside(exam.truth.labels, tissue);
    if (tissue == Tissue::blood) {
      ASSERT_FALSE(voxels.empty());
    }
    for (const std::size_t v : voxels) {
      const double pre = exam.phases[0].image.voxels[v], post = exam.phases[1].image.voxels[v];
      EXPECT_NEAR(100 * (post - pre) / pre,
                  exam.truth.percent_enhancement[1][static_cast<std::size_t>(tissue)], 4);
    }
  }
  double before = 0, after = 0;
  for (std::size_t v = 0; v < exam.truth.labels.voxels.size(); ++v)
    if (exam.truth.labels.voxels[v] == static_cast<std::uint8_t>(Tissue::lesion)) {
      EXPECT_EQ(exam.truth.breast.voxels[v], 2);
      before += exam.phases[0].image.voxels[v];
      after += exam.phases[1].image.voxels[v];
    }
  EXPECT_GT(after, 1.5 * before);
}

TEST(SecondFamily, TheMotionOfTheTruthCarriesThePreContrastImageOntoTheLaterOne) {
  ExamOptions options = small_and_clean();
  options.motion_mm = 6;
  options.post_phases = 1;
  options.dynamic_size = 100;
  options.dynamic_spacing_mm = options.dynamic_slice_mm = 3;
  options.breathing_mm = 1;
  options.dose = 0;
  const Exam exam = second::make_exam(options);
  const DynamicPhase& last = exam.phases.back();
  const Image<float>& pre = exam.phases[0].image;
  const Grid& grid = pre.grid;
  double still = 0, moved = 0;
  for (int k = 4; k < grid.size[2] - 4; ++k)
    for (int j = 2; j < grid.size[1] / 2; ++j)
      for (int i = 2; i < grid.size[0] - 2; ++i) {
        const Vec3 p = point_from_index(grid, {double(i), double(j), double(k)});
        const Vec3 from = p + last.motion.backward_mm(p);
        EXPECT_NEAR(norm(last.motion.displacement_mm(from) + from - p), 0, 1e-3);
        const double now = last.image.at(i, j, k);
        moved += std::abs(
            now - static_cast<double>(sample(pre, index_from_point(grid, from), Interpolation::cubic)));
        still += std::abs(now - static_cast<double>(pre.at(i, j, k)));
      }
  EXPECT_LT(moved, 0.5 * still);
}

TEST(SecondFamily, DiffusionOfBloodIsRecoveredFromNoiseFreeImages) {
  ExamOptions options = small_and_clean();
  options.only_dynamic = false;
  options.brief = true;
  options.choice.b_values = {0, 500, 1000};
  const Exam exam = second::make_exam(options);
  const Tissue blood = Tissue::blood;
  const Vec3 heart = [&] {
    const auto inside = deep_inside(exam.truth.labels, blood);
    const auto& n = exam.truth.labels.grid.size;
    const std::size_t v = inside.at(inside.size() / 2);
    return point_from_index(exam.truth.labels.grid,
                            {double(v % n[0]), double(v / n[0] % n[1]), double(v / n[0] / n[1])});
  }();
  const Vec3 at = index_from_point(exam.adc.grid, heart);
  const double adc = exam.adc.at(static_cast<int>(std::lround(at.x)), static_cast<int>(std::lround(at.y)),
                                 static_cast<int>(std::lround(at.z)));
  const double planted = exam.truth.tissues[static_cast<std::size_t>(blood)].adc_um2_per_s;
  EXPECT_NEAR(adc, planted, 0.01 * planted);
}

TEST(SecondFamily, CoilNoiseHasTheSecondMomentsOfANoncentralChi) {
  Grid grid;
  grid.size = {64, 64, 16};
  Image<float> air(grid), tissue(grid, 60.0f);
  add_coil_noise(air, 5, 1, "test");
  add_coil_noise(tissue, 5, 2, "test");
  double air_mean = 0, air_square = 0, tissue_square = 0;
  const double n = static_cast<double>(grid.voxel_count());
  for (std::size_t i = 0; i < grid.voxel_count(); ++i) {
    air_mean += air.voxels[i] / n;
    air_square += std::pow(air.voxels[i], 2) / n;
    tissue_square += std::pow(tissue.voxels[i], 2) / n;
  }
  EXPECT_NEAR(air_square, 8 * 25, 1.5);
  EXPECT_NEAR(tissue_square, 60 * 60 + 8 * 25, 12);
  // The chi distribution's mean: √2 Γ(4.5) / Γ(4).
  EXPECT_NEAR(air_mean, 5 * std::sqrt(2.0) * std::tgamma(4.5) / std::tgamma(4.0), 0.05);
}

TEST(SecondFamily, RefusesWhatCannotBeGrown) {
  const auto message = [](const AnatomyOptions& options) -> std::string {
    try {
      grow_breast(Patient(options), BreastSide::left, 3);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  AnatomyOptions options;
  options.density_percent = 90;
  EXPECT_EQ(message(options),
            "phantom of the second family: density is not a share of gland; outside what can be grown. "
            "Choose 0 to 75 "
            "percent.");
  options = {};
  options.depth_mm = 0;
  EXPECT_EQ(message(options),
            "phantom of the second family: the breast's size is none; outside what can be grown. Choose half "
            "widths of "
            "25 to 90 mm and a depth of 20 to 150 mm.");
  options = {};
  options.lesions.resize(33);
  EXPECT_EQ(message(options),
            "phantom of the second family: too many lesions; outside what can be grown. Choose at most 32.");
}

TEST(RandomField, HasUnitVarianceAndTheAskedPowerLaw) {
  constexpr int kCount = 128;
  const RandomField field(7, "test", {3, 2, 1000}, 1, kCount, 2);
  std::vector<std::complex<float>> f;
  double squares = 0;
  for (int j = 0; j < kCount; ++j)
    for (int i = 0; i < kCount; ++i) {
      const float value = field({double(i), double(j), 0});
      EXPECT_EQ(value, field({double(i + kCount), double(j - kCount), 0}));
      squares += static_cast<double>(value) * static_cast<double>(value);
      f.emplace_back(value);
    }
  EXPECT_NEAR(squares / f.size(), 1, 1e-3);
  for (int j = 0; j < kCount; ++j) fourier(&f[static_cast<std::size_t>(j) * kCount], kCount, 1);
  for (int i = 0; i < kCount; ++i) fourier(&f[static_cast<std::size_t>(i)], kCount, kCount);
  const auto power = [&](double low, double high) {
    double sum = 0, count = 0;
    for (int j = -kCount / 2 + 1; j < kCount / 2; ++j)
      for (int i = -kCount / 2 + 1; i < kCount / 2; ++i) {
        const double r = std::hypot(i, j);
        if (r < low || r >= high) continue;
        sum += std::norm(f[static_cast<std::size_t>((j & (kCount - 1)) * kCount + (i & (kCount - 1)))]);
        ++count;
      }
    return sum / count;
  };
  const double slope = std::log(power(7, 9) / power(28, 36)) / std::log(4.0);
  EXPECT_NEAR(slope, 3, 0.4);
}

TEST(Distances, GrowFromASetVoxel) {
  Grid grid;
  grid.size = {9, 9, 9};
  grid.spacing_mm = {2, 2, 2};
  Mask set(grid);
  set.at(4, 4, 4) = 1;
  const Image<float> distance = distance_to(set);
  EXPECT_EQ(distance.at(4, 4, 4), 0);
  EXPECT_FLOAT_EQ(distance.at(7, 4, 4), 6);
  EXPECT_FLOAT_EQ(distance.at(6, 6, 4), 4 * std::sqrt(2.0f));
  EXPECT_FLOAT_EQ(distance.at(3, 3, 3), 2 * std::sqrt(3.0f));
}

}  // namespace
}  // namespace lobule::phantom::second
