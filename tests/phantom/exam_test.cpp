#include "phantom/exam.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/parallel.h"

namespace lobule::phantom {
namespace {

ExamOptions small() {
  ExamOptions options;
  options.dynamic_size = 72;
  options.dynamic_slices = 18;
  options.dynamic_spacing_mm = 5;
  options.dynamic_slice_mm = 8;
  options.post_phases = 2;
  options.truth_spacing_mm = 4;
  return options;
}

ExamOptions small_and_clean() {
  ExamOptions options = small();
  options.noise = 0;
  options.motion_mm = 0;
  options.shading.coil = 0;
  return options;
}

// Voxels that hold nothing but one tissue.
std::vector<std::size_t> pure_voxels(const Anatomy& anatomy, const Grid& grid, Tissue tissue, double width) {
  std::vector<std::size_t> found;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i)
        if (share(anatomy.at(point_from_index(grid, Vec3{double(i), double(j), double(k)}), width), tissue) >
            0.99999f)
          found.push_back(grid.offset(i, j, k));
  return found;
}

TEST(Exam, OneSeedGivesTheSameVoxelsForAnyThreadCount) {
  set_thread_count(1);
  const Exam one = make_exam(small());
  set_thread_count(3);
  const Exam three = make_exam(small());
  set_thread_count(0);
  ASSERT_EQ(one.phases.size(), three.phases.size());
  for (std::size_t p = 0; p < one.phases.size(); ++p)
    EXPECT_EQ(one.phases[p].image.voxels, three.phases[p].image.voxels);
  EXPECT_EQ(one.adc.voxels, three.adc.voxels);
  EXPECT_EQ(one.t2.voxels, three.t2.voxels);
  EXPECT_EQ(one.truth.labels.voxels, three.truth.labels.voxels);
  EXPECT_EQ(one.truth.breasts[0].fgt_ml, three.truth.breasts[0].fgt_ml);
}

TEST(Exam, AnotherSeedGivesAnotherPatient) {
  ExamOptions other = small();
  other.anatomy.seed = 2;
  EXPECT_NE(make_exam(small()).truth.labels.voxels, make_exam(other).truth.labels.voxels);
}

TEST(Exam, PureTissueEnhancesAsPlanted) {
  ExamOptions options = small_and_clean();
  options.only_dynamic = true;
  const Exam exam = make_exam(options);
  const Grid& grid = exam.phases[0].image.grid;
  const double width = std::cbrt(5.0 * 5.0 * 8.0);
  for (const Tissue tissue : {Tissue::blood, Tissue::muscle, Tissue::gland}) {
    const auto voxels = pure_voxels(*exam.anatomy, grid, tissue, width);
    ASSERT_FALSE(voxels.empty()) << properties(tissue).name;
    for (const std::size_t v : voxels)
      for (std::size_t p = 0; p < exam.phases.size(); ++p) {
        const double pre = exam.phases[0].image.voxels[v], now = exam.phases[p].image.voxels[v];
        EXPECT_NEAR(100 * (now - pre) / pre,
                    exam.truth.percent_enhancement[p][static_cast<std::size_t>(tissue)], 0.01);
      }
  }
}

TEST(Exam, AdcOfPureGlandIsRecoveredFromNoiseFreeImages) {
  // Gland that fills a whole diffusion voxel is rare, so the fit is judged on voxels whose tissues agree.
  const Exam exam = make_exam(small_and_clean());
  int judged = 0;
  const Grid& grid = exam.adc.grid;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        bool pure = true;
        for (int s = 0; s < 3; ++s) {
          const Vec3 p = point_from_index(grid, Vec3{double(i), double(j), k + (s + 0.5) / 3 - 0.5});
          pure = pure && share(exam.anatomy->at(p, grid.spacing_mm.x), Tissue::muscle) > 0.99999f;
        }
        if (!pure) continue;
        ++judged;
        EXPECT_NEAR(exam.adc.at(i, j, k), properties(Tissue::muscle).adc_um2_per_s, 1.5);
      }
  EXPECT_GT(judged, 10);
}

TEST(Exam, PhasesStartWhenTheDeclaredTimingSays) {
  ExamOptions options = small();
  options.only_dynamic = true;
  const Exam exam = make_exam(options);
  ASSERT_EQ(exam.phases.size(), 3u);
  EXPECT_EQ(exam.phases[0].start_s, 0);
  EXPECT_EQ(exam.phases[1].start_s, 120);
  EXPECT_EQ(exam.phases[2].start_s, 185);
  // The middle of post 1 lies 90 s after the injection and 70 s after the agent's arrival.
  EXPECT_NEAR(exam.phases[1].minutes_after_arrival, 70.0 / 60, 1e-12);
}

TEST(Exam, ABriefExamHasTheSameVoxelsInFewerImages) {
  ExamOptions options = small();
  options.post_phases = 3;
  const Exam whole = make_exam(options);
  options.brief = true;
  const Exam brief = make_exam(options);
  ASSERT_EQ(brief.phases.size(), 3u);
  EXPECT_EQ(brief.phases[2].phase_index, 3);
  EXPECT_EQ(brief.phases[1].image.voxels, whole.phases[1].image.voxels);
  EXPECT_EQ(brief.phases[2].image.voxels, whole.phases[3].image.voxels);
  EXPECT_EQ(brief.truth.percent_enhancement[2], whole.truth.percent_enhancement[3]);
  EXPECT_EQ(brief.adc.voxels, whole.adc.voxels);
  EXPECT_TRUE(brief.t1.empty());
}

TEST(Exam, RandomPatientsHaveTheLesionTheyWereAskedFor) {
  for (std::uint64_t seed = 1; seed < 6; ++seed) {
    EXPECT_TRUE(random_options(seed, false).anatomy.lesions.empty());
    const ExamOptions options = random_options(seed, true);
    ASSERT_EQ(options.anatomy.lesions.size(), 1u);
    const Anatomy anatomy(options.anatomy);
    const LesionTruth lesion = anatomy.measure_lesions(0.5)[0];
    EXPECT_EQ(anatomy.breast_at(lesion.center_mm), lesion.side);
    const double sphere_ml = 3.14159265 / 6 * std::pow(options.anatomy.lesions[0].diameter_mm, 3) / 1000;
    EXPECT_GT(lesion.volume_ml, 0.5 * sphere_ml);
    EXPECT_LT(lesion.volume_ml, 2.0 * sphere_ml);
  }
}

TEST(Noise, RicianBackgroundHasTheRayleighMeanAndSignalItsSecondMoment) {
  Grid grid;
  grid.size = {64, 64, 8};
  Image<float> air(grid), tissue(grid, 100.0f);
  add_rician_noise(air, 5, 1, "test");
  add_rician_noise(tissue, 5, 1, "test");
  double mean = 0, second = 0;
  for (std::size_t i = 0; i < air.voxels.size(); ++i) {
    mean += air.voxels[i] / static_cast<double>(air.voxels.size());
    second += std::pow(tissue.voxels[i], 2) / static_cast<double>(air.voxels.size());
  }
  EXPECT_NEAR(mean, 5 * std::sqrt(3.14159265 / 2), 0.05);
  EXPECT_NEAR(second, 100.0 * 100 + 2 * 25, 30);
}

}  // namespace
}  // namespace lobule::phantom
