// Physics, types and geometry in headers.

#include "exam/sort_rules.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "core/text.h"

namespace lobule::exam {
namespace {

// SOP classes that hold no signal (PS3.4 B.5).
constexpr const char* kSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";

using Test = std::function<std::string(const SeriesFacts&)>;  // the evidence in words; "" where it is not so

struct Rule {
  std::vector<Trait> traits;
  double weight;
  Test test;
};

// "ImageType (0008,0008) has SUB" where one of the values is among `values`.
Test image_type_has(std::initializer_list<const char*> values, const char* meaning) {
  return [values = std::vector<std::string>(values.begin(), values.end()),
          meaning = std::string(meaning)](const SeriesFacts& f) -> std::string {
    for (const std::string& value : values)
      if (f.image_type.count(value) != 0) return "ImageType (0008,0008) has " + value + ": " + meaning;
    return "";
  };
}

std::string milliseconds(const char* name, const std::optional<double>& value) {
  return std::string(name) + " " + (value ? format_number(*value) + " ms" : "unknown");
}

std::string tr_and_te(const SeriesFacts& f) {
  return milliseconds("TR", f.repetition_time_ms) + ", " + milliseconds("TE", f.echo_time_ms);
}

bool spin_echo(const SeriesFacts& f) {
  return f.scanning_sequence.count("SE") != 0;
}
bool gradient_echo(const SeriesFacts& f) {
  return f.scanning_sequence.count("GR") != 0;
}
bool diffusion(const SeriesFacts& f) {
  return f.image_type.count("DIFFUSION") != 0 || f.image_type.count("TRACEW") != 0 ||
         (!f.b_values.empty() && f.b_values.back() > 0);
}

std::string fat_option(const SeriesFacts& f) {
  // Siemens FS, SFS (spectral), WE; GE FS, FAT_SAT, SPECIAL; Philips FS, SPIR, SPAIR; Canon FS.
  for (const char* option : {"FS", "SFS", "FAT_SAT", "FATSAT", "SPIR", "SPAIR", "SPECIAL", "WE", "CHEMSAT"})
    if (f.scan_options.count(option) != 0) return std::string("ScanOptions (0018,0022) has ") + option;
  if (f.spectral_fat_suppression) return "spectrally selective suppression of fat is on";
  return "";
}

std::string no_fat_option(const SeriesFacts& f) {
  if (f.no_spectral_suppression && !f.echo_planar && f.inversion_time_ms.value_or(0) == 0 &&
      fat_option(f).empty())
    return "SpectrallySelectedSuppression (0018,9025) is NONE";
  if (f.scan_options.empty() || f.echo_planar || !fat_option(f).empty() || f.scan_options.count("IR") != 0)
    return "";
  return "ScanOptions (0018,0022) " + join({f.scan_options.begin(), f.scan_options.end()}, "\\") +
         " names no fat suppression";
}

std::string type_starts_with(const SeriesFacts& f, const char* part) {
  for (const std::string& value : f.image_type)
    if (value.starts_with(part)) return value;
  return "";
}

// TR and TE bounds: spin echo T2 weighting needs TE near the tissues' T2 (54–58 ms in glandular tissue,
// Rakow-Penner 2006) and above, T1 weighting TE well below it and TR below T1 (1.3 s). STIR nulls fat at
// ln 2 × T1 of fat: 205 ms at 1.5 T and 254 ms at 3 T for T1 296 and 367 ms (same source), less with
// short TR; 130–270 ms covers it.
std::string t2_spin_echo(const SeriesFacts& f) {
  // Philips calls echo planar diffusion SE alone.
  const bool it_is = spin_echo(f) && !f.echo_planar && !diffusion(f) && f.echo_time_ms.value_or(0) >= 60 &&
                     f.repetition_time_ms.value_or(0) >= 1500;
  return it_is ? tr_and_te(f) + ", spin echo: T2 weighting" : "";
}
std::string t1_spin_echo(const SeriesFacts& f) {
  const bool it_is = spin_echo(f) && !f.echo_planar && f.echo_time_ms && *f.echo_time_ms <= 30 &&
                     f.repetition_time_ms && *f.repetition_time_ms <= 1300;
  return it_is ? tr_and_te(f) + ", spin echo: T1 weighting" : "";
}
std::string t1_gradient_echo(const SeriesFacts& f) {
  const bool it_is = gradient_echo(f) && !f.echo_planar && f.acquisition_type != "2D" && f.echo_time_ms &&
                     *f.echo_time_ms <= 8 && f.repetition_time_ms && *f.repetition_time_ms <= 40;
  return it_is ? tr_and_te(f) + ", 3D gradient echo: T1 weighting" : "";
}
std::string t1_gradient_echo_2d(const SeriesFacts& f) {
  const bool it_is = gradient_echo(f) && !f.echo_planar && f.acquisition_type == "2D" && f.echo_time_ms &&
                     *f.echo_time_ms <= 10 && f.repetition_time_ms && *f.repetition_time_ms <= 600;
  return it_is ? tr_and_te(f) + ", 2D gradient echo: T1 weighting" : "";
}
std::string stir(const SeriesFacts& f) {
  const bool it_is = f.inversion_time_ms && *f.inversion_time_ms >= 130 && *f.inversion_time_ms <= 270 &&
                     !gradient_echo(f) && !f.echo_planar;
  return it_is ? milliseconds("InversionTime (0018,0082)", f.inversion_time_ms) +
                     " within 130–270: inversion nulls fat"
               : "";
}
std::string echo_planar_with_b(const SeriesFacts& f) {
  if (f.b_values.empty() || (f.b_values.size() == 1 && f.b_values[0] == 0)) return "";
  std::vector<std::string> values;
  for (const double b : f.b_values) values.push_back(format_number(b));
  return "b-values " + join(values, ", ") + " s/mm² from " + f.b_value_source;
}
// A map is made of all b-values and has none of its own.
std::string several_b_values(const SeriesFacts& f) {
  std::set<double> own;
  for (const FrameFacts& frame : f.frames)
    if (frame.b_value_s_per_mm2) own.insert(*frame.b_value_s_per_mm2);
  return own.size() < 2 ? "" : std::to_string(own.size()) + " b-values among its images";
}
std::string three_orientations(const SeriesFacts& f) {
  if (f.orientation_count < 2) return "";
  const double an_orientation = static_cast<double>(f.frames.size()) / f.orientation_count;
  if (f.orientation_count > 5 || an_orientation > 40) return "";
  return std::to_string(f.orientation_count) + " slice directions in one series";
}
std::string rotating(const SeriesFacts& f) {
  return f.orientation_count > 5
             ? std::to_string(f.orientation_count) + " slice directions in one series: rotating projections"
             : "";
}
// No slice of a clinical protocol is thicker than 60 mm; a slab of a whole body part is a projection.
std::string thick(const SeriesFacts& f) {
  return f.slice_thickness_mm.value_or(0) > 60
             ? "SliceThickness (0018,0050) " + format_number(*f.slice_thickness_mm) + " mm: a projection"
             : "";
}
std::string one_position(const SeriesFacts& f) {
  return f.frames.size() > 1 && f.position_count == 1 && f.b_values.size() < 2
             ? std::to_string(f.frames.size()) + " images at one position"
             : "";
}
// A magnitude image of Siemens or GE is stored as it is; Philips rescales all its images, so that slopes say
// nothing where the vendor is unknown.
std::string rescaled(const SeriesFacts& f) {
  const double slope = f.rescale_slope.value_or(1), intercept = f.rescale_intercept.value_or(0);
  if ((slope == 1 && intercept == 0) || f.vendor == "Philips" || f.vendor.empty() || diffusion(f)) return "";
  return "rescale slope " + format_number(slope) + ", intercept " + format_number(intercept) +
         " (0028,1053, 0028,1052): a calculated map";
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> kRules = {
      // Types that the scanner writes.
      {{Trait::derived}, 8, image_type_has({"SUB", "SUBTRACT", "SUBTRACTION"}, "a subtraction")},
      {{Trait::derived},
       8,
       image_type_has({"WI", "WO", "PEI", "TTP", "AUC", "WASHIN", "WASHOUT"}, "a map of kinetics")},
      {{Trait::derived},
       6,
       image_type_has(
           {"MPR", "REFORMATTED", "REFORMAT", "RESAMPLED", "COMPOSED", "SUM", "FA", "FA_MAP", "EADC", "EXP"},
           "calculated from other images")},
      {{Trait::derived},
       8,
       [](const SeriesFacts& f) -> std::string {
         for (const char* part : {"MIP", "MINIP", "PROJECTION", "MAX_IP", "MNIP"})
           if (const std::string hit = type_starts_with(f, part); !hit.empty())
             return "ImageType (0008,0008) has " + hit + ": a projection";
         return "";
       }},
      {{Trait::adc}, 8, image_type_has({"ADC", "ADC_UNSPECIFIED", "ADC MAP"}, "an ADC map")},
      {{Trait::diffusion}, 6, image_type_has({"DIFFUSION", "TRACEW", "TRACE"}, "diffusion")},
      {{Trait::localizer}, 8, image_type_has({"LOCALIZER", "LOCALISER", "SCOUT"}, "a localizer")},
      {{Trait::unusable}, 8, image_type_has({"FAT", "F"}, "the fat part of a Dixon image")},
      {{Trait::unusable},
       6,
       image_type_has({"OPP_PHASE", "OUT_PHASE", "OP", "OPP"}, "the opposed-phase part of a Dixon image")},
      {{Trait::fat_suppressed}, 5, image_type_has({"WATER", "W"}, "the water part of a Dixon image")},
      {{Trait::fat_bright}, 5, image_type_has({"IN_PHASE", "IP"}, "the in-phase part of a Dixon image")},
      {{Trait::unusable}, 5, image_type_has({"PHASE MAP", "B0 MAP", "B1 MAP", "FIELD MAP"}, "a field map")},
      {{Trait::unusable},
       6,
       image_type_has({"SCREEN SAVE", "CSA REPORT", "CSA RESULT", "SPLASH"}, "no image of the patient")},
      {{Trait::unusable},
       6,
       [](const SeriesFacts& f) -> std::string {
         return f.sop_class_uid.starts_with(kSecondaryCapture)
                    ? "SOP class is Secondary Capture: a picture without acquisition"
                    : "";
       }},
      {{Trait::derived},
       1.5,
       [](const SeriesFacts& f) -> std::string {
         return f.image_type_text.starts_with("DERIVED") && !diffusion(f)
                    ? "ImageType (0008,0008) begins with DERIVED"
                    : "";
       }},
      // Geometry and rescale.
      {{Trait::localizer}, 7, three_orientations},
      {{Trait::derived}, 6, rotating},
      {{Trait::derived}, 6, thick},
      {{Trait::derived}, 2, one_position},
      {{Trait::derived}, 5, rescaled},
      // Contrast.
      {{Trait::diffusion}, 5, echo_planar_with_b},
      {{Trait::acquired}, 5, several_b_values},
      {{Trait::diffusion},
       4,
       [](const SeriesFacts& f) -> std::string {
         return f.acquisition_contrast == "DIFFUSION" ? "AcquisitionContrast (0008,9209) DIFFUSION" : "";
       }},
      {{Trait::t1},
       3,
       [](const SeriesFacts& f) -> std::string {
         return f.acquisition_contrast == "T1" ? "AcquisitionContrast (0008,9209) T1" : "";
       }},
      {{Trait::t2},
       3,
       [](const SeriesFacts& f) -> std::string {
         return f.acquisition_contrast == "T2" ? "AcquisitionContrast (0008,9209) T2" : "";
       }},
      {{Trait::t2}, 4, t2_spin_echo},
      {{Trait::t1}, 4, t1_spin_echo},
      {{Trait::t1}, 4, t1_gradient_echo},
      {{Trait::t1}, 2, t1_gradient_echo_2d},
      {{Trait::t2, Trait::fat_suppressed}, 3.5, stir},
      {{Trait::fat_suppressed}, 2.5, fat_option},
      {{Trait::fat_bright}, 1.5, no_fat_option},
      {{Trait::late},
       2,
       [](const SeriesFacts& f) -> std::string {
         return f.has_contrast_agent ? f.contrast_agent_tag + ": after contrast agent" : "";
       }},
  };
  return kRules;
}

}  // namespace

Claims header_claims(const SeriesFacts& facts) {
  Claims claims;
  for (const Rule& rule : rules()) {
    const std::string text = rule.test(facts);
    if (text.empty()) continue;
    for (const Trait trait : rule.traits) claims.push_back({trait, rule.weight, "header", text});
  }
  for (Claim& claim : word_claims(facts)) claims.push_back(std::move(claim));
  return claims;
}

}  // namespace lobule::exam
