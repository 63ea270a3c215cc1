#include "phantom/exam.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "core/resample.h"
#include "phantom/torso.h"

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
  options.breathing_mm = 0;
  options.shading.coil = 0;
  options.artefacts = ArtefactOptions::none();
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

TEST(Exam, AdcOfPureTissueIsRecoveredFromNoiseFreeImages) {
  const ExamOptions options = small_and_clean();
  const Exam exam = make_exam(options);
  const TissueRaster raster = rasterize(*exam.anatomy, dynamic_grid(options));
  const Grid &fine = raster.grid, &grid = exam.adc.grid;
  int judged = 0;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const Vec3 at = index_from_point(fine, point_from_index(grid, Vec3{double(i), double(j), double(k)}));
        const TissueMix* first = nullptr;
        bool pure = true;  // every voxel that this one averages
        for (int dz = -2; dz <= 2; ++dz)
          for (int dy = -2; dy <= 2; ++dy)
            for (int dx = -2; dx <= 2; ++dx) {
              const int x = int(at.x) + dx, y = int(at.y) + dy, z = int(at.z) + dz;
              if (!fine.contains(x, y, z)) continue;
              const TissueMix& mix = raster.voxels[fine.offset(x, y, z)];
              if (first == nullptr) first = &mix;
              pure = pure && mix.share[0] == 255 && mix.material[0] == first->material[0];
            }
        if (!pure || static_cast<Tissue>(first->material[0]) == Tissue::air) continue;
        ++judged;
        const double adc = properties(static_cast<Tissue>(first->material[0])).adc_um2_per_s;
        EXPECT_NEAR(exam.adc.at(i, j, k), adc, 0.001 * adc + 0.5);
      }
  EXPECT_GT(judged, 10);
}

TEST(Exam, WithoutAgentAndMotionPhasesDifferByNothing) {
  ExamOptions options = small_and_clean();
  options.artefacts = {};
  options.only_dynamic = true;
  options.dose = 0;
  const Exam exam = make_exam(options);
  EXPECT_EQ(exam.phases[0].image.voxels, exam.phases[2].image.voxels);
}

TEST(Exam, ALesionFollowsItsPlannedCurve) {
  ExamOptions options = small_and_clean();
  options.only_dynamic = true;
  options.anatomy.lesions[0].diameter_mm = 30;
  options.anatomy.lesions[0].irregularity = 0;
  options.curves = {CurveType::persistent};
  const Exam exam = make_exam(options);
  EXPECT_EQ(exam.truth.kinetics[0].type, CurveType::persistent);
  const Vec3 at = index_from_point(exam.phases[0].image.grid, exam.truth.lesions[0].center_mm);
  const int i = int(std::lround(at.x)), j = int(std::lround(at.y)), k = int(std::lround(at.z));
  const double pre = exam.phases[0].image.at(i, j, k);
  for (std::size_t p = 1; p < exam.phases.size(); ++p)
    EXPECT_NEAR(100 * (exam.phases[p].image.at(i, j, k) - pre) / pre,
                exam.truth.percent_enhancement[p][static_cast<std::size_t>(Tissue::lesion)], 0.02);
  EXPECT_GT(exam.phases[2].image.at(i, j, k), exam.phases[1].image.at(i, j, k));
}

// The concentration in a voxel of pure blood, back from its ultrafast signals: E1 from the law of spoiled
// gradient echoes, with the signal before arrival as the scale.
std::vector<double> blood_concentrations_mm(const std::vector<double>& signals, const ExamOptions& options) {
  const Sequence sequence = dynamic_sequence(options.sequence);
  const double flip = sequence.flip_degrees * 3.14159265358979 / 180, t1_ms = properties(Tissue::blood).t1_ms;
  const double e1_before = std::exp(-sequence.tr_ms / t1_ms);
  const double before = std::sin(flip) * (1 - e1_before) / (1 - std::cos(flip) * e1_before);
  std::vector<double> found;
  for (const double value : signals) {
    const double s = before * value / signals.front();
    const double e1 = (s - std::sin(flip)) / (s * std::cos(flip) - std::sin(flip));
    const double rate_per_s = -1000 * std::log(e1) / sequence.tr_ms - 1000 / t1_ms;
    found.push_back(rate_per_s / relaxivity(options.agent, options.tesla));
  }
  return found;
}

TEST(Exam, TheAgentReachesHeartAndAortaFirstAndItsPeakIsParkers) {
  ExamOptions options = small_and_clean();
  options.dynamic_size = 120, options.dynamic_slices = 36;
  options.dynamic_spacing_mm = 3, options.dynamic_slice_mm = 4;
  options.anatomy.lesions[0].diameter_mm = 30, options.anatomy.lesions[0].irregularity = 0;
  options.choice.t1 = options.choice.t2 = options.choice.stir = options.choice.diffusion = false;
  // The middle of one phase is the crest of Parker's first pass, 0.17046 min after the arrival.
  constexpr double kCrest_s = 0.17046 * 60;
  options.choice.ultrafast_phases = 30, options.ultrafast_interval_s = (kArrival_s + kCrest_s) / 12.5;
  const Exam exam = make_exam(options);
  const auto curve = [&](Vec3 point_mm) {
    std::vector<double> signals;
    for (const OtherImage& other : exam.others)
      if (other.role == "ultrafast")
        signals.push_back(
            sample(other.image, index_from_point(other.image.grid, point_mm), Interpolation::nearest));
    return signals;
  };
  // The phase in which a curve first shows a tenth of all that it gains.
  const auto arrival = [](const std::vector<double>& signals) {
    const double most = *std::max_element(signals.begin(), signals.end()), before = signals.front();
    return std::find_if(signals.begin(), signals.end(),
                        [&](double s) { return s - before >= 0.1 * (most - before); }) -
           signals.begin();
  };
  const auto heart = curve(Torso::kHeartBlood), aorta = curve({30, 136, 0});
  ASSERT_EQ(heart.size(), 30u);
  for (const auto& vessel : {heart, aorta}) {
    const auto found = blood_concentrations_mm(vessel, options);
    for (std::size_t n = 0; n < found.size(); ++n) {
      const double seconds = (static_cast<double>(n) + 0.5) * options.ultrafast_interval_s - kArrival_s;
      const double expected = ArterialInput{}.blood_mm(seconds / 60);
      EXPECT_NEAR(found[n], expected, 0.01 * expected + 0.01) << n;
    }
    EXPECT_EQ(std::max_element(found.begin(), found.end()) - found.begin(), 12);
    EXPECT_NEAR(found[12], 5.7325 + 0.3361, 0.03);  // by hand, as in ArterialInput.HasParkersPeakAndTail
    EXPECT_LT(found.back(), found[12] / 4);
  }
  const auto lesion = curve(exam.truth.lesions[0].center_mm);
  EXPECT_GT(lesion.back(), 1.3 * lesion.front());
  EXPECT_LT(arrival(aorta), arrival(lesion));
  EXPECT_EQ(arrival(heart), arrival(aorta));
  // The bolus has passed, the tissue keeps what it took up.
  const double most = *std::max_element(lesion.begin(), lesion.end());
  EXPECT_GT(lesion.back() - lesion.front(), 0.5 * (most - lesion.front()));
}

TEST(Exam, EverySeriesIsListedInTheOrderOfAcquisition) {
  ExamOptions options = small();
  options.choice.t1_fatsat = options.choice.t2_fatsat = options.choice.post_highres = true;
  options.choice.dixon = true;
  options.choice.ultrafast_phases = 2;
  const Exam exam = make_exam(options);
  std::vector<std::string> names;
  double start = -1e9;
  for (const SeriesImage& s : exam.series()) {
    names.push_back(s.name);
    EXPECT_GE(s.start_s, start);
    start = s.start_s;
    ASSERT_NE(s.image, nullptr);
    EXPECT_FALSE(s.image->empty()) << s.name;
    EXPECT_EQ(s.contrast, s.start_s > kInjection_s - 1) << s.name;
    EXPECT_GT(s.sequence.tr_ms, 0) << s.name;
  }
  const std::vector<std::string> expected = {
      "localizer",      "localizer",   "localizer", "t2_fatsat", "t2_tse",  "t1_tse",  "stir",
      "dixon_in_phase", "dixon_water", "dixon_fat", "dwi",       "dwi",     "dwi",     "adc",
      "t1_fatsat",      "dynamic",     "ultrafast", "ultrafast", "dynamic", "dynamic", "post_highres"};
  EXPECT_EQ(names, expected);
}

TEST(Exam, AShareOfFatAndWaterMakesTheWholeOfADixonImage) {
  ExamOptions options = small_and_clean();
  options.choice.dixon = true;
  const Exam exam = make_exam(options);
  const auto& o = exam.others;
  ASSERT_EQ(o.size(), 3u);
  for (std::size_t v = 0; v < o[0].image.voxels.size(); ++v)
    ASSERT_NEAR(o[0].image.voxels[v], o[1].image.voxels[v] + o[2].image.voxels[v], 1e-3);
}

TEST(Exam, OptionsOutOfRangeAreRefused) {
  ExamOptions options = small();
  options.tesla = 0;
  try {
    make_exam(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "digital patient: tesla is out of range; it must be above 0, at most 7. Give a value in this range.");
  }
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

TEST(Exam, LesionsArePlannedByWord) {
  EXPECT_TRUE(plan_lesions({}, 3, "none").empty());
  ASSERT_EQ(plan_lesions({}, 3, "nme").size(), 1u);
  EXPECT_EQ(plan_lesions({}, 3, "nme")[0].kind, LesionKind::non_mass);
  try {
    plan_lesions({}, 1, "lump");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "digital patient: there is no kind of lesion called 'lump'. Use none, mass, rim, "
                 "spiculated, nme, focus, cyst, fibroadenoma, calcifications or mixed.");
  }
}

TEST(Exam, PlannedLesionsLieWholeInsideTheirBreastAndOffTheImplantWhateverItsSize) {
  int without = 0, seen = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    AnatomyOptions options = random_options(seed, false).anatomy;
    if (seed % 4 == 0) options.implants = {{BreastSide::left, 150, seed % 8 == 0}};
    options.lesions = plan_lesions(options, seed, "mixed");
    EXPECT_LE(options.lesions.size(), 3u);
    without += options.lesions.empty() ? 1 : 0;
    if (options.lesions.empty()) continue;
    const Anatomy anatomy(options);
    for (const Lesion& lesion : anatomy.lesions()) {
      const BreastSide side = lesion.plan().side;
      const double step = lesion.reach_mm() / 10;
      int outside = 0, inside = 0;
      for (int n = 0; n < 21 * 21 * 21; ++n) {
        const Vec3 p =
            lesion.center_mm() + step * Vec3{n % 21 - 10.0, n / 21 % 21 - 10.0, n / 441 % 21 - 10.0};
        if (lesion.distance_mm(p) > 0) continue;
        const bool good = anatomy.breast_at(p) == side && anatomy.breast(side).implant_distance_mm(p) > 0;
        ++(good ? inside : outside);
      }
      EXPECT_EQ(outside, 0) << to_text(lesion.plan().kind) << ", patient " << seed;
      seen += inside > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(without, 0);
  EXPECT_LT(without, 12);
  EXPECT_GE(seen, 10);
}

TEST(Exam, RandomFieldsOfViewHoldBothBreastsOfEverySize) {
  double least = 1e9, most = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const ExamOptions options = random_options(seed, false);
    const AnatomyOptions& a = options.anatomy;
    least = std::min(least, a.half_width_mm), most = std::max(most, a.half_width_mm);
    const Grid grid = dynamic_grid(options);
    const Vec3 low = grid.origin_mm,
               high = point_from_index(grid, {grid.size[0] - 1.0, grid.size[1] - 1.0, grid.size[2] - 1.0});
    const BreastExtent extent = breast_extent(a);
    EXPECT_LE(std::max(a.half_width_mm, a.half_height_mm), 90 + 1e-9);  // as the second family allows
    EXPECT_LE(a.depth_mm, 150 + 1e-9);
    EXPECT_LT(low.y, extent.front_mm - 6);
    EXPECT_GT(high.y, 60);
    EXPECT_GT(high.x, extent.lateral_mm + 5);
    EXPECT_GT(high.z, a.half_height_mm + 3);
    EXPECT_LT(low.z, -a.half_height_mm - a.sag_mm - 3);
  }
  EXPECT_LT(least, 50);
  EXPECT_GT(most, 72);
}

TEST(Exam, GainAndFatDriftFromPhaseToPhase) {
  ExamOptions options = ExamOptions();
  options.dynamic_size = 48, options.dynamic_slices = 8;
  options.dynamic_spacing_mm = 7.4, options.dynamic_slice_mm = 12;
  options.post_phases = 2;
  options.dose = options.motion_mm = options.breathing_mm = options.noise = 0;
  options.only_dynamic = true, options.truth_spacing_mm = 4;
  options.drift = {1.25, 0.1, 1};
  const Exam exam = make_exam(options);
  for (std::size_t v = 0; v < exam.phases[0].image.voxels.size(); ++v) {
    const float pre = exam.phases[0].image.voxels[v];
    EXPECT_NEAR(exam.phases[1].image.voxels[v], 1.25 * 1.05 * pre, 1e-4 * pre + 1e-3);
    EXPECT_NEAR(exam.phases[2].image.voxels[v], 1.25 * 1.10 * pre, 1e-4 * pre + 1e-3);
  }
  options.drift = {1, 0, 1.5};
  const Exam fatter = make_exam(options);
  double fat = 0, before = 0;
  for (std::size_t v = 0; v < fatter.truth.labels.voxels.size(); ++v) {
    if (fatter.truth.labels.voxels[v] != static_cast<std::uint8_t>(Tissue::fat)) continue;
    before += fatter.phases[0].image.voxels[v], fat += fatter.phases[2].image.voxels[v];
  }
  EXPECT_GT(fat, 1.15 * before);
  EXPECT_LT(fat, 1.51 * before);
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

TEST(Noise, RicianAirHasRayleighsMomentsAndSignalItsSecondMoment) {
  Grid grid;
  grid.size = {64, 64, 32};
  Image<float> air(grid), tissue(grid, 100.0f);
  add_rician_noise(air, 5, 1, "test");
  add_rician_noise(tissue, 5, 1, "test");
  const auto count = static_cast<double>(air.voxels.size());
  double mean = 0, square = 0, second = 0;
  for (std::size_t i = 0; i < air.voxels.size(); ++i) {
    mean += air.voxels[i] / count;
    square += std::pow(air.voxels[i], 2) / count;
    second += std::pow(tissue.voxels[i], 2) / count;
  }
  // Rayleigh: mean σ √(π/2) = 1.2533 σ, standard deviation σ √(2 − π/2) = 0.6551 σ.
  EXPECT_NEAR(mean / 5, 1.2533, 0.006);
  EXPECT_NEAR(std::sqrt(square - mean * mean) / 5, 0.6551, 0.004);
  EXPECT_NEAR(second, 100.0 * 100 + 2 * 25, 10);
}

TEST(Noise, NeighboursAndPurposesAreIndependent) {
  Grid grid;
  grid.size = {256, 64, 4};
  Image<float> a(grid, 1000.0f), b(grid, 1000.0f);
  add_rician_noise(a, 1, 1, "one");
  add_rician_noise(b, 1, 1, "two");
  double with_next = 0, with_other = 0, third = 0, fourth = 0;
  const std::size_t n = a.voxels.size() - 1;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = a.voxels[i] - 1000.0, y = a.voxels[i + 1] - 1000.0, z = b.voxels[i] - 1000.0;
    with_next += x * y / double(n), with_other += x * z / double(n);
    third += x * x * x / double(n), fourth += x * x * x * x / double(n);
  }
  EXPECT_NEAR(with_next, 0, 0.016);
  EXPECT_NEAR(with_other, 0, 0.016);
  EXPECT_NEAR(third, 0, 0.06);  // symmetric, and as heavy in its tails as a normal one: 3
  EXPECT_NEAR(fourth, 3, 0.15);
}

}  // namespace
}  // namespace lobule::phantom
