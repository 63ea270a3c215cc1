#include "measure/candidates.h"

#include <gtest/gtest.h>

#include <cmath>

#include "breast_phantom.h"
#include "core/error.h"
#include "core/resample.h"
#include "measure/vessels.h"

namespace lobule::measure {
namespace {

Grid box_grid() {
  Grid grid;
  grid.size = {60, 30, 30};
  grid.spacing_mm = {2, 2, 2};
  grid.origin_mm = {-59, -40, -29};
  return grid;
}

// Two block-shaped breasts; pre 100, early and late set by shapes.
struct Exam {
  Image<float> pre{box_grid(), 100}, early{box_grid(), 105}, late{box_grid(), 108};
  Mask breast{box_grid()};

  Exam() {
    for (int k = 0; k < 30; ++k)
      for (int j = 2; j < 28; ++j)
        for (int i = 0; i < 60; ++i)
          if (i < 28 || i >= 32) breast.at(i, j, k) = i < 30 ? 1 : 2;
  }
  template <class Inside>
  void plant(const Inside& inside, float early_signal, float late_signal) {
    for (int k = 0; k < 30; ++k)
      for (int j = 0; j < 30; ++j)
        for (int i = 0; i < 60; ++i)
          if (inside(point_from_index(pre.grid, {double(i), double(j), double(k)}))) {
            early.at(i, j, k) = early_signal;
            late.at(i, j, k) = late_signal;
          }
  }
  std::vector<Region> find(const Mask* vessels = nullptr, const Image<float>* adc = nullptr) const {
    const Image<float> percent = percent_enhancement(pre, early, 0);
    const Image<float> ser = signal_enhancement_ratio(pre, early, late, 0, 1);
    CandidateInput in;
    in.phases = {&pre, &early, &late};
    in.early_percent = &percent;
    in.ser = &ser;
    in.breast = &breast;
    in.vessels = vessels;
    in.adc_um2_per_s = adc;
    return find_candidates(in);
  }
};

const Vec3 kLesion{31, -8, 1};  // in the left breast, away from its surface

bool in_ball(Vec3 p) {
  return norm(p - kLesion) < 7;
}

bool in_tube(Vec3 p) {
  return std::hypot(p.x + 31, p.y + 10) < 2.1 && std::abs(p.z) < 20;
}

TEST(FindCandidates, MeasuresAPlantedBall) {
  Exam exam;
  exam.plant(in_ball, 280, 220);
  const auto found = exam.find();
  ASSERT_EQ(found.size(), 1u);
  const Region& r = found[0];
  EXPECT_EQ(r.side, 2);
  EXPECT_LT(norm(r.center_mm - kLesion), 1);
  EXPECT_NEAR(r.volume_ml, 4.0 / 3 * 3.14159 * 343 / 1000, 0.15);
  EXPECT_NEAR(r.longest_diameter_mm, 15, 1);
  EXPECT_NEAR(r.peak_enhancement_percent, 180, 0.1);
  EXPECT_NEAR(r.mean_ser, 1.5, 0.01);
  EXPECT_EQ(r.curve, CurveType::washout);
  EXPECT_EQ(r.mean_signal, (std::vector<double>{100, 280, 220}));
  EXPECT_NEAR(r.asymmetry_percent, 175, 0.1);
  EXPECT_NEAR(r.elongation, 1, 0.1);
  EXPECT_TRUE(std::isnan(r.adc_median_um2_per_s));
  EXPECT_GT(r.score, 0.5);
}

TEST(FindCandidates, RanksAWashoutMassBeforeAVesselAndSaysWhy) {
  Exam exam;
  exam.plant(in_ball, 280, 220);
  exam.plant(in_tube, 300, 290);
  Mask vessels(exam.breast.grid);
  for (int k = 0; k < 30; ++k)
    for (int j = 0; j < 30; ++j)
      for (int i = 0; i < 60; ++i)
        vessels.at(i, j, k) = in_tube(point_from_index(vessels.grid, {double(i), double(j), double(k)}));
  const auto found = exam.find(&vessels);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].side, 2);
  EXPECT_GT(found[1].elongation, 4);
  EXPECT_LT(found[1].score, 0.1);
  EXPECT_NE(found[1].remark.find("vessel-like (elongation"), std::string::npos);
}

TEST(FindCandidates, AMassIsCompactAlthoughAVesselEntersIt) {
  Exam alone, fed;
  alone.plant(in_ball, 280, 220);
  fed.plant([](Vec3 p) { return std::hypot(p.y - kLesion.y, p.z - kLesion.z) < 2.1 && p.x > kLesion.x; }, 330,
            320);
  fed.plant(in_ball, 280, 220);
  const Region a = alone.find()[0], b = fed.find()[0];
  EXPECT_LT(norm(b.center_mm - kLesion), 2);
  EXPECT_NEAR(b.volume_ml, a.volume_ml, 0.15 * a.volume_ml);
  EXPECT_LT(b.elongation, 1.3);
  EXPECT_GT(b.score, 0.5);
}

TEST(FindCandidates, ATubeAloneIsNotSuspicious) {
  for (const double radius : {1.6, 2.1, 3.1}) {
    Exam exam;
    exam.plant([=](Vec3 p) { return std::hypot(p.x + 31, p.y + 10) < radius && std::abs(p.z) < 25; }, 300,
               260);
    for (const Region& r : exam.find()) EXPECT_LT(r.score, 0.2) << radius << " " << r.remark;
  }
}

TEST(FindCandidates, AThinPieceOfVesselSaysThatItIsThin) {
  Exam exam;
  exam.plant([](Vec3 p) { return std::hypot(p.x + 31, p.y + 10) < 1.5 && std::abs(p.z) < 6; }, 300, 260);
  const auto found = exam.find();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_LT(found[0].score, 0.5);
  EXPECT_NE(found[0].remark.find("no thicker than a vessel"), std::string::npos);
}

TEST(FindCandidates, SaysThatARegionIsNearTheNipple) {
  Exam exam;
  const Vec3 nipple = nipple_points(exam.breast)[2];
  exam.plant([&](Vec3 p) { return norm(p - nipple - Vec3{0, 6, 0}) < 5; }, 280, 220);
  const auto found = exam.find();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].remark.find("near the nipple"), std::string::npos);
  EXPECT_LT(found[0].score, 0.5);
}

TEST(FindCandidates, NipplesThatEnhanceAlikeScoreBelowOneAlone) {
  Exam exam;
  const auto nipple = nipple_points(exam.breast);
  const auto plant = [&](int side) {
    exam.plant([&](Vec3 p) { return norm(p - nipple[side] - Vec3{0, 6, 6}) < 5; }, 280, 220);
  };
  plant(2);
  const auto alone = exam.find();
  ASSERT_EQ(alone.size(), 1u);
  plant(1);
  const auto both = exam.find();
  ASSERT_EQ(both.size(), 2u);
  // Odds of +0.5 became −0.7.
  const auto log_odds = [](const Region& r) { return std::log(r.score / (1 - r.score)); };
  for (const Region& r : both)
    if (r.side == 2) {
      EXPECT_NEAR(log_odds(alone[0]) - log_odds(r), 1.2, 1e-6);
    }
}

TEST(FindCandidates, APersistentCurveScoresBelowWashout) {
  Exam washout, persistent;
  washout.plant(in_ball, 280, 220);
  persistent.plant(in_ball, 280, 340);
  EXPECT_GT(washout.find()[0].score, persistent.find()[0].score + 0.3);
}

TEST(FindCandidates, ReadsTheAdcFromAnotherGrid) {
  Exam exam;
  exam.plant(in_ball, 280, 220);
  Grid coarse;
  coarse.size = {30, 15, 12};
  coarse.spacing_mm = {4, 4, 5};
  coarse.origin_mm = {-58, -38, -27};
  const Image<float> low(coarse, 900), high(coarse, 1900), blank(coarse, 0);
  const auto at = [&](const Image<float>& adc) { return exam.find(nullptr, &adc)[0]; };
  EXPECT_DOUBLE_EQ(at(low).adc_median_um2_per_s, 900);
  EXPECT_GT(at(low).score, at(high).score);
  EXPECT_TRUE(std::isnan(at(blank).adc_median_um2_per_s));
}

TEST(FindCandidates, TakesNoAdcFromLessThanThreeOfItsVoxels) {
  Exam exam;
  exam.plant(in_ball, 280, 220);
  Grid huge;
  huge.size = {12, 8, 8};
  huge.spacing_mm = {10, 10, 10};
  huge.origin_mm = {-58, -38, -27};
  const Image<float> adc(huge, 900);
  EXPECT_TRUE(std::isnan(exam.find(nullptr, &adc)[0].adc_median_um2_per_s));
}

TEST(FindCandidates, FindsAMassThatEnhancesByLessThanHundredPercent) {
  Exam exam;
  exam.plant(in_ball, 165, 140);
  const auto found = exam.find();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_LT(norm(found[0].center_mm - kLesion), 1);
  EXPECT_NEAR(found[0].volume_ml, 4.0 / 3 * 3.14159 * 343 / 1000, 0.2);
}

TEST(FindCandidates, ItsEdgeLiesHalfWayDownToTheGland) {
  Exam exam;
  exam.plant([](Vec3 p) { return norm(p - kLesion) < 16; }, 140, 150);  // gland that enhances by 40 %
  exam.plant(in_ball, 170, 150);
  Mask gland(box_grid());
  for (std::size_t i = 0; i < gland.voxels.size(); ++i)
    gland.voxels[i] = exam.early.voxels[i] == 140 ? exam.breast.voxels[i] : 0;
  const Image<float> percent = percent_enhancement(exam.pre, exam.early, 0);
  CandidateInput in;
  in.phases = {&exam.pre, &exam.early, &exam.late};
  in.early_percent = &percent;
  in.breast = &exam.breast;
  in.fgt = &gland;
  const auto found = find_candidates(in);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NEAR(found[0].volume_ml, 4.0 / 3 * 3.14159 * 343 / 1000, 0.2);
}

TEST(FindCandidates, TheRimOfABrighterRegionIsNoneOfItsOwn) {
  Exam exam;
  exam.plant([](Vec3 p) { return norm(p - kLesion) < 9; }, 170, 150);
  exam.plant(in_ball, 400, 300);
  EXPECT_EQ(exam.find().size(), 1u);
}

TEST(FindCandidates, APeakThatMayBeNoiseIsNone) {
  Exam exam;
  exam.plant(in_ball, 165, 140);
  const Image<float> percent = percent_enhancement(exam.pre, exam.early, 0);
  CandidateInput in;
  in.phases = {&exam.pre, &exam.early, &exam.late};
  in.early_percent = &percent;
  in.breast = &exam.breast;
  in.noise_sigma = 5;
  EXPECT_EQ(find_candidates(in).size(), 1u);
  in.noise_sigma = 30;
  EXPECT_TRUE(find_candidates(in).empty());
}

TEST(FindCandidates, FindsNothingInTissueThatEnhancesMildly) {
  EXPECT_TRUE(Exam().find().empty());
}

TEST(FindCandidates, MirroredExamGivesMirroredCandidate) {
  Exam exam, mirrored;
  exam.plant(in_ball, 280, 220);
  mirrored.plant([](Vec3 p) { return in_ball({-p.x, p.y, p.z}); }, 280, 220);
  const Region a = exam.find()[0], b = mirrored.find()[0];
  EXPECT_EQ(b.side, 1);
  EXPECT_NEAR(a.center_mm.x, -b.center_mm.x, 1e-9);
  EXPECT_NEAR(a.score, b.score, 1e-9);
}

TEST(FindCandidates, RefusesImagesOnDifferentGrids) {
  const Exam exam;
  Grid other = box_grid();
  other.size = {2, 2, 2};
  const Image<float> percent(other);
  CandidateInput in;
  in.phases = {&exam.pre, &exam.early};
  in.early_percent = &percent;
  in.breast = &exam.breast;
  try {
    find_candidates(in);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "candidates: images lie on different grids: 60×30×30 voxels of 2.000×2.000×2.000 mm and 2×2×2 "
        "voxels of 2.000×2.000×2.000 mm.");
  }
}

TEST(NipplePoints, AreTheFrontmostPoints) {
  Mask breast(box_grid());
  breast.at(3, 9, 4) = breast.at(3, 10, 4) = 1;
  const auto nipple = nipple_points(breast);
  EXPECT_EQ(nipple[1], (Vec3{-53, -22, -21}));
  EXPECT_TRUE(std::isnan(nipple[2].x));
}

TEST(Vesselness, IsHighOnATubeAndLowOnABallAndAPlate) {
  Exam exam;
  exam.plant(in_tube, 300, 300);
  exam.plant(in_ball, 300, 300);
  exam.plant([](Vec3 p) { return std::abs(p.x - 50) < 1.1; }, 300, 300);
  const Image<float> v = vesselness(exam.early, Mask(box_grid(), 1), {2.0});
  const auto at = [&](Vec3 p) { return sample(v, index_from_point(v.grid, p), Interpolation::nearest); };
  EXPECT_GT(at({-31, -10, 1}), 0.6);
  EXPECT_LT(at(kLesion), 0.3);
  EXPECT_LT(at({50, -10, -15}), 0.1);
}

TEST(SegmentVessels, KeepsLongTubesAndDropsBalls) {
  Exam exam;
  exam.plant(in_tube, 300, 300);
  exam.plant(in_ball, 300, 300);
  const Mask found =
      segment_vessels(subtraction(exam.pre, exam.early), percent_enhancement(exam.pre, exam.early, 0),
                      exam.breast, {.scales_mm = {2.0}});
  const auto at = [&](Vec3 p) {
    const Vec3 i = index_from_point(found.grid, p);
    return found.at(int(i.x + 0.5), int(i.y + 0.5), int(i.z + 0.5));
  };
  EXPECT_EQ(at({-31, -10, 1}), 1);
  EXPECT_EQ(at(kLesion), 0);
}

}  // namespace
}  // namespace lobule::measure
