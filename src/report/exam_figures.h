#pragma once
// The pictures of an exam's report, each made from an Analysis as it stands; a picture whose images are
// missing is absent.

#include <optional>
#include <string>
#include <vector>

#include "exam/analysis.h"
#include "report/figures.h"

namespace lobule::report {

struct Shot {
  io::Picture picture;
  EdgeMarks marks;
  std::string caption;  // "H 12.0 mm": towards the head
};

// "sub_1" of the early phase, else of phase 1; null where there is none.
const exam::Map* early_map(const exam::Analysis& analysis, const std::string& prefix);

// The early phase, motion-corrected where that was done; null without a dynamic series.
const Image<float>* early_phase(const exam::Analysis& analysis);

// Maximum projections of the early subtraction: along feet–head, and along right–left through one breast.
std::optional<Shot> axial_projection(const exam::Analysis& analysis);
std::optional<Shot> sagittal_projection(const exam::Analysis& analysis, exam::Side side);

// Axial slices spread over the breasts from head to feet: the early phase with contours of breasts and
// fibroglandular tissue, or with percent enhancement in colour.
std::vector<Shot> contour_slices(const exam::Analysis& analysis, int count);
std::vector<Shot> enhancement_slices(const exam::Analysis& analysis, int count);
inline constexpr Window kEnhancementWindow{20, 150};  // percent

// Axial slices of the ADC map with the contours of the breasts.
std::vector<Shot> adc_slices(const exam::Analysis& analysis, int count);
inline constexpr Window kAdcWindow{0, 3000};  // µm²/s; free water at 37 °C has about 3000

// From 0 to the brightest that is usual in the breasts on the early subtraction; {0, 1} without one.
Window subtraction_window(const exam::Analysis& analysis);

// The surroundings of a candidate on the early subtraction, its place marked.
std::optional<Shot> candidate_shot(const exam::Analysis& analysis, const exam::Candidate& candidate,
                                   Plane plane, Window window);

// A small axial projection for lists of many exams, at most `width_px` wide.
std::optional<io::Picture> exam_thumbnail(const exam::Analysis& analysis, int width_px);

}  // namespace lobule::report
