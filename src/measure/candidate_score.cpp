#include "measure/candidate_score.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "measure/candidate_adc.h"

namespace lobule::measure {
namespace {

// Liberman 2006, AJR 186:426: of 666 lesions that MRI alone had shown, malignant were 1 of 37 below 5 mm,
// 44 of 254 below 10, 37 of 151 below 15, 21 of 74 below 20 and 46 of 150 larger ones; as log-odds.
double prior_of_size(double diameter_mm) {
  return diameter_mm < 5    ? -3.6
         : diameter_mm < 10 ? -1.6
         : diameter_mm < 15 ? -1.1
         : diameter_mm < 20 ? -0.9
                            : -0.8;
}
constexpr double kFocusMm = 5;  // BI-RADS 2013

// Kuhl 1999, Radiology 211:101, abstract: shares of curve types in malignant and benign lesions, 57.4 / 33.6
// / 8.9 % and 5.5 / 11.5 / 83.0 %; logarithms of their ratios.
constexpr double kWashout = 2.3, kPlateau = 1.1, kPersistent = -2.2;

// ADC, µm²/s: means of malignant and benign lesions, 1030 and 1500 (Surov 2019, BMC Cancer 19:955, 13,847
// lesions). Pooled sensitivity 0.89 and specificity 0.82 (Baxter 2019, Radiology 291:632) put them 1.23 +
// 0.92 = 2.14 standard deviations apart; of two normal densities of one width the log-odds are a line through
// 0 half-way. It ends at the log-odds of a positive and a negative test of that accuracy.
constexpr double kMalignantAdc = 1030, kBenignAdc = 1500, kApart = 2.14, kLowAdc = 1.6, kHighAdc = -2.0;

double odds_of_adc(double adc_um2_per_s) {
  const double per_unit = kApart * kApart / (kBenignAdc - kMalignantAdc);
  return std::clamp(per_unit * (0.5 * (kMalignantAdc + kBenignAdc) - adc_um2_per_s), kHighAdc, kLowAdc);
}

// By design, so that the usual look-alikes fall behind any mass: vessel, nipple, skin rim, strand.
constexpr double kVessel = -3, kPiece = -3, kNipple = -3, kRim = -2.5, kPerElongation = -0.8,
                 kPerDoubledPeak = 0.7;
// Enhancement that the mirrored place does not share (by design; asymmetry is a reader's first cue).
constexpr double kAsymmetric = 0.5, kSymmetric = -0.7;
// A mass fills a fair part of the ball around it (a voxelled ball 0.6, a 3:2:2 ellipsoid 0.4); strands,
// vessel trees, rims and scattered noise do not. Full weight at the second share (by design).
constexpr double kSparse = -4, kCompactShare = 0.4, kSparseShare = 0.1;
// The widest breast vessels on MRI are about 3 mm: what holds no ball of that size is no mass (by design).
constexpr double kThin = -2, kVesselCalibreMm = 3;

constexpr double kNippleMm = 12;    // radius of the nipple and the ducts behind it
constexpr double kRimMm = 5;        // a rim this near to the skin or the chest wall …
constexpr double kRimFlatness = 2;  // … and this much wider than thick is motion or skin
constexpr double kStrandElongation = 2.5;
constexpr double kPieceShare = 0.5;

void add_remark(Region& r, const char* words, double value = std::nan("")) {
  char text[96];
  if (std::isnan(value)) {
    std::snprintf(text, sizeof text, "%s", words);
  } else {
    std::snprintf(text, sizeof text, words, value);
  }
  if (!r.remark.empty()) r.remark += "; ";
  r.remark += text;
}

}  // namespace

bool near_nipple(const Region& r) {
  return r.distance_to_nipple_mm < kNippleMm;
}

void score_region(Region& r) {
  const double diameter = std::cbrt(6000 * r.volume_ml / std::numbers::pi);
  double sum = prior_of_size(diameter);
  if (diameter < kFocusMm) add_remark(r, "focus");
  if (r.curve == CurveType::washout) sum += kWashout;
  if (r.curve == CurveType::plateau) sum += kPlateau;
  if (r.curve == CurveType::persistent) sum += kPersistent;
  sum += kPerDoubledPeak * std::clamp(std::log2(std::max(1.0, r.peak_enhancement_percent) / 100), -1.0, 1.5);
  const double adc = r.adc_unmixed_um2_per_s;  // NaN compares false
  if (adc >= kFatAdc_um2_per_s) {
    sum += odds_of_adc(adc);
    if (odds_of_adc(adc) > 0) add_remark(r, "low ADC (%.0f without its surroundings)", adc);
  }
  sum += kSparse * std::clamp((kCompactShare - r.sphericity) / (kCompactShare - kSparseShare), 0.0, 1.0);
  if (r.sphericity < 0.5 * (kCompactShare + kSparseShare)) add_remark(r, "not compact");
  if (r.inscribed_diameter_mm < kVesselCalibreMm) {
    sum += kThin;
    add_remark(r, "no thicker than a vessel");
  }
  if (r.neighbourhood_share < kPieceShare) {
    sum += kPiece * (1 - r.neighbourhood_share / kPieceShare);
    add_remark(r, "piece of something longer");
  }
  if (r.elongation > kStrandElongation) {
    sum += kVessel * r.vessel_share + kPerElongation * (std::min(r.elongation, 6.0) - 1.5);
    add_remark(r, "vessel-like (elongation %.1f)", r.elongation);
  }
  if (near_nipple(r)) {
    sum += kNipple;
    add_remark(r, "near the nipple");
  }
  const bool by_skin = r.distance_to_skin_mm < kRimMm;
  const bool by_wall = r.distance_to_chest_wall_mm < kRimMm;  // false for NaN
  if ((by_skin || by_wall) && r.flatness > kRimFlatness) {
    sum += kRim;
    add_remark(
        r, by_skin ? "thin rim under the skin (motion?)" : "thin rim at the chest wall (heart or motion?)");
  } else if (by_skin || by_wall) {
    add_remark(r, by_skin ? "under the skin" : "at the chest wall");
  }
  if (!std::isnan(r.asymmetry_percent))
    sum += r.asymmetry_percent > 0.5 * r.mean_enhancement_percent ? kAsymmetric : kSymmetric;
  r.score = 1 / (1 + std::exp(-sum));
}

}  // namespace lobule::measure
