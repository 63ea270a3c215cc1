#include "report/fixture.h"

#include <cmath>

namespace lobule::report::fixture {
namespace {

using exam::Side;

// 1 inside an ellipsoid, growing beyond 1 outside.
double ellipsoid(Vec3 point, Vec3 center, Vec3 half_axes) {
  const Vec3 d = point - center;
  return std::hypot(d.x / half_axes.x, d.y / half_axes.y, d.z / half_axes.z);
}

enum class Tissue { air, chest, heart, skin, fat, gland, lesion, vessel };

struct Place {
  Tissue tissue = Tissue::air;
  Side side = Side::both;
};

Place place_at(Vec3 p) {
  if (norm(p - kLesion_mm) < 6 + 1.2 * std::sin(p.x) * std::sin(0.7 * p.y))
    return {Tissue::lesion, Side::left};
  for (const Side side : {Side::right, Side::left}) {
    const double sign = side == Side::right ? -1 : 1;
    const Vec3 center{sign * 78, -10, 0};
    const double shell = ellipsoid(p, center, {58, 82, 66});
    if (shell > 1 || p.y > -10) continue;
    if (shell > 0.955) return {Tissue::skin, Side::both};
    const double vessel_y = -40 + 12 * std::sin(p.z / 18);
    if (std::hypot(p.x - sign * 110, p.y - vessel_y) < 1.8) return {Tissue::vessel, side};
    const double strands = 0.16 * std::sin(p.x / 7) * std::sin(p.y / 8 + 1) * std::sin(p.z / 9 + 2);
    const double cone = ellipsoid(p, {sign * 76, -45, 2}, {34, 38, 38}) + 2.2 * strands;
    return {cone < 0.85 ? Tissue::gland : Tissue::fat, side};
  }
  if (ellipsoid(p, {20, 60, -15}, {42, 36, 48}) < 1) return {Tissue::heart, Side::both};
  if (ellipsoid(p, {0, 75, 0}, {170, 87, 300}) < 1) return {Tissue::chest, Side::both};
  return {};
}

double baseline(Tissue tissue) {
  switch (tissue) {
    case Tissue::air: return 2;
    case Tissue::chest: return 38;
    case Tissue::heart: return 30;
    case Tissue::skin: return 60;
    case Tissue::fat: return 22;
    case Tissue::gland: return 55;
    case Tissue::lesion: return 50;
    case Tissue::vessel: return 40;
  }
  return 0;
}

// Fraction of the baseline added at a phase 0 … 5.
double enhancement(Tissue tissue, int phase) {
  if (phase == 0) return 0;
  const double late = phase / 5.0;
  switch (tissue) {
    case Tissue::heart: return 3.2 - 0.8 * late;
    case Tissue::vessel: return 2.2 - 0.4 * late;
    case Tissue::lesion: return 1.9 - 0.5 * late;
    case Tissue::gland: return 0.15 + 0.35 * late;
    case Tissue::skin: return 0.2 + 0.2 * late;
    case Tissue::chest: return 0.1 + 0.1 * late;
    case Tissue::air:
    case Tissue::fat: return 0.01;
  }
  return 0;
}

Grid dynamic_grid(double voxel_mm) {
  Grid grid;
  grid.spacing_mm = {voxel_mm, voxel_mm, 2 * voxel_mm};
  grid.size = {static_cast<int>(330 / voxel_mm), static_cast<int>(230 / voxel_mm),
               static_cast<int>(150 / (2 * voxel_mm))};
  grid.origin_mm = {-165 + voxel_mm / 2, -115 + voxel_mm / 2, -75 + voxel_mm};
  return grid;
}

// Calls visit(i, j, k, point) for each voxel.
template <class Visit>
void each_voxel(const Grid& grid, const Visit& visit) {
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i)
        visit(i, j, k, point_from_index(grid, {double(i), double(j), double(k)}));
}

std::vector<double> signal_of(Tissue tissue) {
  std::vector<double> signal;
  for (int phase = 0; phase < 6; ++phase)
    signal.push_back(baseline(tissue) * (1 + enhancement(tissue, phase)));
  return signal;
}

void add_images(exam::Analysis& a, double voxel_mm) {
  const Grid grid = dynamic_grid(voxel_mm);
  a.breast = Mask(grid);
  a.fgt = Mask(grid);
  Image<float> subtraction(grid), percent(grid);
  for (int phase = 0; phase < 6; ++phase) {
    exam::Volume volume;
    volume.image = Image<float>(grid);
    volume.phase_index = phase;
    volume.series_uid = "1.2.3." + std::to_string(8 + phase);
    a.dynamic.phases.push_back(volume);
  }
  each_voxel(grid, [&](int i, int j, int k, Vec3 point) {
    const Place place = place_at(point);
    const bool in_breast = place.side != Side::both;
    a.breast.at(i, j, k) = in_breast ? static_cast<std::uint8_t>(place.side) : 0;
    if (place.tissue == Tissue::gland || place.tissue == Tissue::lesion)
      a.fgt.at(i, j, k) = static_cast<std::uint8_t>(place.side);
    // Smooth texture stands for noise: exact and the same everywhere.
    const double texture = 1 + 0.06 * std::sin(point.x * 1.7 + point.z) * std::sin(point.y * 1.3);
    for (int phase = 0; phase < 6; ++phase)
      a.dynamic.phases[phase].image.at(i, j, k) =
          static_cast<float>(baseline(place.tissue) * texture * (1 + enhancement(place.tissue, phase)));
    const float pre = a.dynamic.phases[0].image.at(i, j, k), post = a.dynamic.phases[1].image.at(i, j, k);
    subtraction.at(i, j, k) = post - pre;
    percent.at(i, j, k) = pre > 5 ? 100 * (post - pre) / pre : kMissing;
  });
  a.corrected = a.dynamic;
  a.maps.push_back(
      {"sub_1", "Subtraction, phase 1 − phase 0", "1", subtraction, {}, 1, {}, "1.2.3.9", "1.2.9"});
  a.maps.push_back({"pe_1", "Percent enhancement, phase 1", "%", percent, {}, 1, {}, "1.2.3.9", "1.2.9"});
}

void add_adc(exam::Analysis& a) {
  Grid grid = dynamic_grid(6);
  grid.spacing_mm.z = 6;
  grid.size[2] = 24;
  grid.origin_mm.z = -69;
  Image<float> adc(grid);
  each_voxel(grid, [&](int i, int j, int k, Vec3 point) {
    switch (place_at(point).tissue) {
      case Tissue::gland: adc.at(i, j, k) = 1820; break;
      case Tissue::lesion: adc.at(i, j, k) = 1010; break;
      case Tissue::fat: adc.at(i, j, k) = 330; break;
      case Tissue::chest: adc.at(i, j, k) = 1450; break;
      case Tissue::heart: adc.at(i, j, k) = 2500; break;
      default: adc.at(i, j, k) = kMissing;
    }
  });
  a.maps.push_back({"adc", "Apparent diffusion coefficient", "um2/s", adc, {}, -1, {}, "1.2.3.6", "1.2.9"});
}

void add_measurements(exam::Analysis& a) {
  const auto add = [&](Side side, const char* name, double value, const char* unit, const char* source) {
    a.measurements.push_back({side, name, value, unit, source});
  };
  add(Side::right, "breast_volume", 612.4, "ml", "masks/breast");
  add(Side::left, "breast_volume", 598.1, "ml", "masks/breast");
  add(Side::right, "fgt_volume", 74.2, "ml", "masks/fgt");
  add(Side::left, "fgt_volume", 71.9, "ml", "masks/fgt");
  add(Side::right, "percent_density", 12.116, "%", "masks/fgt, masks/breast");
  add(Side::left, "percent_density", 12.021, "%", "masks/fgt, masks/breast");
  add(Side::right, "bpe_mean", 22.7, "%", "maps/pe_1 in masks/fgt");
  add(Side::left, "bpe_mean", 23.9, "%", "maps/pe_1 in masks/fgt");
  add(Side::right, "bpe_fraction", 31.3, "%", "maps/pe_1 in masks/fgt");
  add(Side::left, "bpe_fraction", 33.4, "%", "maps/pe_1 in masks/fgt");
  add(Side::right, "adc_fgt_median", 1823, "um2/s", "maps/adc in masks/fgt");
  add(Side::left, "adc_fgt_median", kMissing, "um2/s", "maps/adc in masks/fgt");
  add(Side::both, "ftv", 0.91, "ml", "maps/pe_1, maps/ser in the box");
  add(Side::both, "motion_before", 3.18, "mm", "phases 1 to 5 against phase 0");
  add(Side::both, "motion_after", 0.64, "mm", "phases 1 to 5 against phase 0");
}

void add_candidates(exam::Analysis& a) {
  exam::Candidate lesion;
  lesion.rank = 1;
  lesion.score = 0.87;
  lesion.suspicious = true;
  lesion.side = Side::left;
  lesion.center_mm = kLesion_mm;
  lesion.volume_ml = 0.91;
  lesion.longest_diameter_mm = 12.6;
  lesion.peak_enhancement_percent = 181;
  lesion.mean_ser = 1.21;
  lesion.curve_type = "washout";
  lesion.adc_median_um2_per_s = 1010;
  lesion.slice = {"1.2.840.10008.5.1.4.1.1.4", "1.2.3.9.40", 0};
  lesion.series_uid = "1.2.3.9";
  lesion.curve = signal_of(Tissue::lesion);
  a.candidates.push_back(lesion);

  exam::Candidate vessel = lesion;
  vessel.rank = 2;
  vessel.score = 0.18;
  vessel.suspicious = false;
  vessel.side = Side::right;
  vessel.center_mm = {-110, -40, 0};
  vessel.volume_ml = 1.1;
  vessel.longest_diameter_mm = 48.2;
  vessel.mean_ser = kMissing;
  vessel.curve_type = "plateau";
  vessel.adc_median_um2_per_s = kMissing;
  vessel.remark = "vessel-like (elongation 6.1), <b>near the skin</b>";
  vessel.curve = signal_of(Tissue::vessel);
  vessel.curve[3] = kMissing;
  a.candidates.push_back(vessel);
  a.suspicious_threshold = 0.5;
}

void add_series(exam::Analysis& a) {
  const auto add = [&](int number, const char* description, exam::Role role, int phase, int images) {
    exam::Series series;
    series.series_uid = "1.2.3." + std::to_string(number);
    series.series_number = number;
    series.description = description;
    series.role = role;
    series.phase_index = phase;
    series.confidence = 0.97;
    series.images.resize(static_cast<std::size_t>(images));
    series.evidence.push_back({"header", "SequenceVariant SP, 3D, TR 4.3 ms", role, 2.0});
    series.evidence.push_back({"pixels", "the heart enhances by 310 %", role, 3.0});
    a.exam.series.push_back(series);
  };
  add(3, "t2_tse_tra", exam::Role::t2, -1, 58);
  add(6, "ep2d_diff <b50/800> & \"ADC\"", exam::Role::dwi, -1, 108);
  a.exam.series.back().b_values = {50, 400, 800};
  a.exam.series.back().warnings = {"b-values stand in SequenceName only"};
  add(8, "fl3d_tra", exam::Role::dce_pre, 0, 160);
  for (int phase = 1; phase < 6; ++phase) add(8 + phase, "fl3d_tra", exam::Role::dce_post, phase, 160);
  a.exam.series.back().conflicts = {"AcquisitionNumber 1 says pre-contrast, the pixels say phase 5"};
}

}  // namespace

exam::Analysis analysis(double voxel_mm) {
  exam::Analysis a;
  a.exam_number = 3;
  a.exam.patient_id = "SECRET-ID-77";
  a.exam.study_uid = "1.2.826.0.1.99";
  a.exam.modality = "MR";
  a.exam.kind = exam::ExamKind::breast_mri;
  a.exam.early_phase_index = 1;
  a.study.patient_id = a.exam.patient_id;
  a.study.patient_name = "Vandermeulen^Secret";
  a.study.patient_birth_date = "19640229";
  a.study.study_uid = a.exam.study_uid;
  a.study.study_date = "20240131";
  a.study.study_description = "MAMMA^<routine>";
  a.study.manufacturer = "SIEMENS";
  a.study.model_name = "Aera";
  a.study.field_strength_tesla = 1.5;
  a.dynamic.early_phase_index = 1;
  add_series(a);
  add_images(a, voxel_mm);
  add_adc(a);
  add_measurements(a);
  add_candidates(a);
  a.curves.push_back({"fibroglandular tissue, right", signal_of(Tissue::gland)});
  a.curves.push_back({"fibroglandular tissue, left", signal_of(Tissue::gland)});
  for (double& value : a.curves.back().signal) value *= value > 60 ? 1.08 : 1;
  a.curves.push_back({"heart", signal_of(Tissue::heart)});
  for (int phase = 1; phase < 6; ++phase)
    a.motion.push_back({phase, 0.4 + 0.2 * phase, 1.1 + 0.4 * phase, 0.2, 0.5 + 0.03 * phase, 0.71});
  a.masks_source = "automatic, network";
  a.outline = {"network breast_mri, SHA-256 0f1e2d3c4b5a",
               0.93,
               {"sureness around the outline 0.93 (right 0.94, left 0.92)"},
               {"3 ml that the network calls breast lie outside the body and are left out"}};
  a.landmarks = {{"nipple", Side::right, {-80, -60, 4}, 0.9}};
  a.findings = {
      {Severity::note, "series 1 \"localizer\"", "three orientations make no volume", "", ""},
      {Severity::warning, "dynamic series", "no usable acquisition times",
       "AcquisitionTime is absent in all phases; rates are given per phase",
       "Pass --phase-times with the seconds after injection"},
      {Severity::error, "measurement adc_fgt_median, L", "not measured",
       "the diffusion series covers 3 of 71 ml of the tissue", "Check the field of view of series 6"}};
  return a;
}

Provenance& provenance() {
  static Provenance value;
  if (value.command.empty()) {
    value.version = "0.1.0";
    value.command = "analyze";
    value.options = {{"phase-times", ""}, {"suspicious-threshold", "0.5"}};
    value.inputs = {{"series 8", std::string(64, 'a')}, {"series 9", std::string(64, 'b')}};
    value.add({"exam 3: read", 1.21, 310, false});
    value.add({"exam 3: register phase 1", 12.5, 812, true});
  }
  return value;
}

}  // namespace lobule::report::fixture
