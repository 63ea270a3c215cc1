#include "report/measurement_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/text.h"

namespace lobule::report {
namespace {

constexpr std::array<std::pair<const char*, const char*>, 13> kTitles{{
    {"breast_volume", "Breast volume"},
    {"fgt_volume", "Fibroglandular tissue"},
    {"percent_density", "Percent density"},
    {"bpe_mean", "Background enhancement"},
    {"bpe_fraction", "Enhancing part of the tissue"},
    {"adc_scanner_ratio_median", "ADC over the scanner's ADC"},
    {"adc_scanner_correlation", "ADC against the scanner's, r"},
    {"adc_fgt_median", "ADC of the tissue"},
    {"ftv", "Functional tumour volume"},
    {"motion_before", "Movement before correction"},
    {"motion_after", "Movement after correction"},
    {"motion_before_p95", "Movement before, 95th percentile"},
    {"motion_after_p95", "Movement after, 95th percentile"},
}};

// Three significant digits, but never fewer than the whole number.
std::string rounded(double value) {
  const double size = std::abs(value);
  return format_fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

std::string along_axis(double value, const char* positive, const char* negative) {
  return std::string(value >= 0 ? positive : negative) + " " + format_fixed(std::abs(value), 1);
}

}  // namespace

std::string title_of(const std::string& measurement_name) {
  for (const auto& [name, title] : kTitles)
    if (measurement_name == name) return title;
  std::string words = measurement_name;
  std::replace(words.begin(), words.end(), '_', ' ');
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z')
    words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

ShownValue shown(double value, const std::string& ucum_unit) {
  const bool diffusion = ucum_unit == "um2/s";  // 1 µm²/s is 10⁻⁶ mm²/s
  const std::string unit = diffusion ? "10⁻³ mm²/s" : ucum_unit == "1" ? "" : ucum_unit;
  if (!std::isfinite(value)) return {"", unit};
  return {diffusion ? format_fixed(value / 1000, 2) : rounded(value), unit};
}

std::string shown_text(double value, const std::string& ucum_unit) {
  const ShownValue result = shown(value, ucum_unit);
  if (result.value.empty()) return "not measured";
  return result.unit.empty() ? result.value : result.value + " " + result.unit;
}

std::string side_word(exam::Side side) {
  return side == exam::Side::right ? "right" : side == exam::Side::left ? "left" : "both";
}

std::string position_text(Vec3 point_mm) {
  return along_axis(point_mm.x, "L", "R") + ", " + along_axis(point_mm.y, "P", "A") + ", " +
         along_axis(point_mm.z, "H", "F") + " mm";
}

const exam::Measurement* find_measurement(const exam::Analysis& analysis, const std::string& name,
                                          exam::Side side) {
  for (const exam::Measurement& measurement : analysis.measurements)
    if (measurement.name == name && measurement.side == side) return &measurement;
  return nullptr;
}

}  // namespace lobule::report
