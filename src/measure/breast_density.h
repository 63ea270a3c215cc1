#pragma once
// Numbers from a mammogram whose pixels are labelled: areas, percent density, categories, and how much of the
// breast could hide a lesion.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/image.h"

namespace lobule::measure {

// The values of label images of mammograms.
enum MammogramLabel : std::uint8_t { kBackground = 0, kAdipose = 1, kDense = 2, kPectoral = 3 };

struct BreastDensity {
  double percent_density = 0;  // dense over adipose and dense, 0 to 100; the muscle counts for
                               // neither
  std::optional<double> breast_cm2, dense_cm2;  // nothing without spacing
  double masking = 0;                           // see MaskingMap
  int birads4 = 1;                              // 1 to 4, see birads4_of
  char birads5 = 'a';                           // a to d, see birads5_of
  bool dense = false;                           // birads5 c or d
};

// BI-RADS, 4th edition (ACR 2003): below 25 %, 25 to 50 %, above 50 to 75 %, above 75 %.
int birads4_of(double percent_density);

// Where percent density is cut into the categories a to d of BI-RADS, 5th edition, which are judged by
// masking and not by a percentage. The usual ones are an estimate, uncalibrated: midway between the medians
// of percent density that three readers' a to d had on film, 6.0, 14.8, 51.2 and 78.4 % (Accuracy of assigned
// BI-RADS breast density category definitions, Acad Radiol 2006, 13:1143).
struct DensityCuts {
  std::array<double, 3> percent = {10.4, 33.0, 64.8};  // a|b, b|c, c|d; a value at a cut belongs above it
  bool calibrated = false;                             // by a site's readers
  std::string source = {};                             // of calibrated ones: by whom, in words
};
char birads5_of(double percent_density, const DensityCuts& cuts = {});

// Of one slice of MammogramLabel values; spacing in mm. Nothing where no pixel is breast.
std::optional<BreastDensity> breast_density(const Mask& labels, std::optional<double> spacing_mm,
                                            const DensityCuts& cuts = {});

// "extremely dense", for 'd'; the words of BI-RADS, 5th edition.
std::string words_of_birads5(char category);

// How much of the surroundings of each breast pixel is dense: of a disc of 15 mm, the usual size of a screen-
// detected cancer; without spacing, of an eighth of the square root of the breast's area. `score` is the
// share of the breast, 0 to 100 %, where three quarters of the disc are dense: what could hide such a lesion.
// An areal relative of the measure by which Holland et al. 2017 (Breast Cancer Res Treat 162:541) found women
// with interval cancers best, the area where dense tissue is thicker than 1 cm; which ours cannot know.
struct MaskingMap {
  static constexpr double kLesion_mm = 15, kDenseShare = 0.75;
  Image<float> dense_share;  // 0 to 1, on coarse pixels; NaN outside the breast
  double score = 0;
};
MaskingMap masking_map(const Mask& labels, std::optional<double> spacing_mm);

// One view of an exam, for comparison.
struct DensityView {
  std::string side, view;  // "R", "CC"; empty ones are compared with none
  double percent_density = 0;
};

// Warnings where the same view of both breasts, or both views of one breast, differ by more than this many
// points of percent density; ours. `where` names the exam.
inline constexpr double kUsualDifference = 15;
Findings density_differences(const std::vector<DensityView>& views, const std::string& where);

}  // namespace lobule::measure
