#pragma once
// How measurements and positions are worded for people.

#include <string>

#include "exam/analysis.h"

namespace lobule::report {

// The words for a measurement by its name: "fgt_volume" → "Fibroglandular tissue". An unknown name becomes
// its own words ("skin_area" → "Skin area").
std::string title_of(const std::string& measurement_name);

struct ShownValue {
  std::string value;  // "" for NaN
  std::string unit;
};

// A value in the unit that readers use, rounded to what is meaningful: 1234.5 "um2/s" → "1.23",
// "10⁻³ mm²/s"; 0.1 "ml" → "0.10", "ml".
ShownValue shown(double value, const std::string& ucum_unit);

// "1.23 10⁻³ mm²/s"; "not measured" for NaN.
std::string shown_text(double value, const std::string& ucum_unit);

// "right", "left", "both".
std::string side_word(exam::Side side);

// An LPS point in the letters of the patient: "R 52.0, A 14.0, H 3.1 mm".
std::string position_text(Vec3 point_mm);

// The measurement of a name and side; null where there is none.
const exam::Measurement* find_measurement(const exam::Analysis& analysis, const std::string& name,
                                          exam::Side side);

}  // namespace lobule::report
