#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "measure/kinetics.h"
#include "pipeline/analyze_stages.h"

namespace lobule::pipeline {
namespace {

using exam::Side;

constexpr int kFeetHead = 2;
// The I-SPY protocol takes FTV's early phase about 2.5 min and its late one about 7.5 min after injection.
constexpr double kFtvEarly_s = 150, kFtvLate_s = 450;

exam::Map dynamic_map(const exam::Analysis& analysis, std::string name, std::string title, std::string unit,
                      Image<float> image, int phase_index) {
  const exam::Volume& pre = analysis.dynamic.phases.front();
  exam::Map map;
  map.name = std::move(name);
  map.title = std::move(title);
  map.unit = std::move(unit);
  if (same_grid(image.grid, pre.image.grid)) map.slices = pre.slices;
  map.image = std::move(image);
  map.phase_index = phase_index;
  map.series_uid = pre.series_uid;
  map.frame_of_reference_uid = pre.frame_of_reference_uid;
  return map;
}

bool covers(const Image<float>& image) {
  return std::any_of(image.voxels.begin(), image.voxels.end(), [](float v) { return !std::isnan(v); });
}

// The last phase that covers as much of the grid as the early one does; a slab would leave the map empty.
int last_whole_phase(const exam::Dynamic& dynamic) {
  const auto measured = [](const exam::Volume& phase) {
    return std::count_if(phase.image.voxels.begin(), phase.image.voxels.end(),
                         [](float v) { return !std::isnan(v); });
  };
  const auto early = measured(dynamic.phases[dynamic.early_phase_index]);
  for (int p = static_cast<int>(dynamic.phases.size()) - 1; p > dynamic.early_phase_index; --p)
    if (measured(dynamic.phases[p]) >= 0.9 * static_cast<double>(early)) return p;
  return static_cast<int>(dynamic.phases.size()) - 1;
}

std::vector<double> times_of(const exam::Dynamic& dynamic) {
  std::vector<double> times;
  if (dynamic.times_known)
    for (const exam::Volume& phase : dynamic.phases) times.push_back(*phase.time_s);
  return times;
}

int phase_nearest(const exam::Dynamic& dynamic, double time_s) {
  int best = 1;
  for (int p = 2; p < static_cast<int>(dynamic.phases.size()); ++p)
    if (std::abs(*dynamic.phases[p].time_s - time_s) < std::abs(*dynamic.phases[best].time_s - time_s))
      best = p;
  return best;
}

exam::Measurement measure_ftv(const exam::Analysis& analysis, double noise_floor,
                              const AnalyzeOptions& options, Findings& findings) {
  exam::Measurement ftv{Side::both, "ftv", kMissing, "ml", "no box (--ftv-box) was given"};
  const std::vector<double>& box = options.ftv_box_mm;
  if (box.empty()) return ftv;
  if (box.size() != 6)
    throw Error("option --ftv-box", std::to_string(box.size()) + " numbers are given", "",
                "Give six: x low, x high, y low, y high, z low, z high, in LPS millimetres");
  const exam::Dynamic& dynamic = analysis.corrected;
  const int early = dynamic.times_known ? phase_nearest(dynamic, kFtvEarly_s) : dynamic.early_phase_index;
  const int late = dynamic.times_known ? phase_nearest(dynamic, kFtvLate_s) : last_whole_phase(dynamic);
  if (late <= early) {
    ftv.source = "no phase after the early one";
    return ftv;
  }
  if (!dynamic.times_known)
    findings.push_back({Severity::warning, "functional tumour volume", "the times of the phases are unknown",
                        "phases " + std::to_string(early) + " and " + std::to_string(late) +
                            " stand for 2.5 and 7.5 minutes after injection",
                        "Declare the times with --phase-times"});
  const Image<float>& pre = dynamic.phases[0].image;
  const Image<float> pe = measure::percent_enhancement(pre, dynamic.phases[early].image, noise_floor);
  const Image<float> ser = measure::signal_enhancement_ratio(
      pre, dynamic.phases[early].image, dynamic.phases[late].image, noise_floor, noise_floor);
  const measure::Box in{{box[0], box[2], box[4]}, {box[1], box[3], box[5]}};
  ftv.value = measure::functional_tumor_volume(pre, pe, ser, in).volume_ml;
  ftv.source = "phases 0, " + std::to_string(early) + ", " + std::to_string(late) + " in the box";
  return ftv;
}

}  // namespace

std::vector<const Image<float>*> phase_images(const exam::Dynamic& dynamic) {
  std::vector<const Image<float>*> images;
  for (const exam::Volume& phase : dynamic.phases) images.push_back(&phase.image);
  return images;
}

std::vector<exam::Map> enhancement_maps(const exam::Analysis& analysis, double noise_floor, bool all_phases) {
  std::vector<exam::Map> maps;
  const exam::Dynamic& raw = analysis.dynamic;
  const exam::Dynamic& moved = analysis.corrected;
  const Image<float>& pre = raw.phases.front().image;
  const auto add = [&](std::string name, std::string title, std::string unit, Image<float> image, int phase) {
    maps.push_back(
        dynamic_map(analysis, std::move(name), std::move(title), std::move(unit), std::move(image), phase));
  };
  for (int p = 1; p < static_cast<int>(raw.phases.size()); ++p) {
    if (!covers(raw.phases[p].image)) continue;
    const std::string number = std::to_string(p);
    const bool wanted = all_phases || p == 1 || p == raw.early_phase_index;
    Image<float> plain = measure::subtraction(pre, raw.phases[p].image);
    add("mip_sub_" + number + "_raw", "Feet–head projection of the plain subtraction, phase " + number, "1",
        measure::maximum_projection(plain, kFeetHead), p);
    if (wanted) {
      add("sub_" + number + "_raw", "Plain subtraction, phase " + number, "1", std::move(plain), p);
      Image<float> sub = measure::subtraction(pre, moved.phases[p].image);
      add("mip_sub_" + number, "Feet–head projection of the subtraction, phase " + number, "1",
          measure::maximum_projection(sub, kFeetHead), p);
      add("sub_" + number, "Subtraction, phase " + number, "1", std::move(sub), p);
      add("pe_" + number, "Percent enhancement, phase " + number, "%",
          measure::percent_enhancement(pre, moved.phases[p].image, noise_floor), p);
    }
  }
  const int early = moved.early_phase_index, late = last_whole_phase(moved);
  if (late > early)
    add("ser", "Signal enhancement ratio, phases " + std::to_string(early) + " and " + std::to_string(late),
        "1",
        measure::signal_enhancement_ratio(pre, moved.phases[early].image, moved.phases[late].image,
                                          noise_floor, noise_floor),
        -1);
  add("slope", "Maximum slope of enhancement", moved.times_known ? "%/s" : "%",
      measure::maximum_slope(phase_images(moved), times_of(moved), noise_floor), -1);
  return maps;
}

std::vector<exam::Measurement> measure_volumes(const Mask& breast, const Mask& fgt) {
  std::vector<exam::Measurement> list;
  const auto add = [&](Side side, const std::string& name, double value, const std::string& unit,
                       const std::string& source) {
    list.push_back({side, name, value, unit, source});
  };
  double breast_both = 0, fgt_both = 0;
  const auto add_side = [&](Side side, double breast_ml, double fgt_ml) {
    add(side, "breast_volume", breast_ml, "ml", "masks/breast");
    add(side, "fgt_volume", fgt_ml, "ml", "masks/fgt");
    add(side, "percent_density", breast_ml > 0 ? 100 * fgt_ml / breast_ml : kMissing, "%",
        "masks/fgt over masks/breast");
  };
  for (const Side side : {Side::right, Side::left}) {
    const double breast_ml = measure::volume_ml(breast, static_cast<int>(side));
    const double fgt_ml = measure::volume_ml(fgt, static_cast<int>(side));
    add_side(side, breast_ml, fgt_ml);
    breast_both += breast_ml;
    fgt_both += fgt_ml;
  }
  add_side(Side::both, breast_both, fgt_both);
  return list;
}

std::vector<exam::Measurement> measure_enhancement(const exam::Analysis& analysis, double noise_floor,
                                                   const AnalyzeOptions& options, Findings& findings) {
  std::vector<exam::Measurement> list;
  const int early = analysis.corrected.early_phase_index;
  const exam::Map* pe = analysis.map("pe_" + std::to_string(early));
  const std::string source = "maps/pe_" + std::to_string(early) + " in masks/fgt";
  if (pe != nullptr) {
    for (const Side side : {Side::right, Side::left, Side::both}) {
      const int label = side == Side::both ? 0 : static_cast<int>(side);
      const auto bpe =
          measure::background_enhancement(pe->image, analysis.fgt, label, options.bpe_threshold_percent);
      list.push_back({side, "bpe_mean", bpe.mean_percent, "%", source});
      list.push_back({side, "bpe_fraction", bpe.fraction_percent, "%",
                      source + ", above " + format_number(options.bpe_threshold_percent) + " %"});
    }
  }
  list.push_back(measure_ftv(analysis, noise_floor, options, findings));
  return list;
}

std::vector<exam::Curve> tissue_curves(const exam::Analysis& analysis) {
  const auto phases = phase_images(analysis.corrected);
  return {{"Fibroglandular tissue, right", measure::mean_curve(phases, analysis.fgt, 1)},
          {"Fibroglandular tissue, left", measure::mean_curve(phases, analysis.fgt, 2)}};
}

exam::Candidate to_candidate(const measure::Region& region, int rank, double suspicious_score,
                             const exam::Analysis& analysis) {
  exam::Candidate candidate;
  candidate.rank = rank;
  candidate.score = region.score;
  candidate.suspicious = region.score >= suspicious_score;
  candidate.side = region.side == 1 ? Side::right : Side::left;
  candidate.center_mm = region.center_mm;
  candidate.volume_ml = region.volume_ml;
  candidate.longest_diameter_mm = region.longest_diameter_mm;
  candidate.peak_enhancement_percent = region.peak_enhancement_percent;
  candidate.mean_ser = region.mean_ser;
  candidate.curve_type = measure::to_text(region.curve);
  candidate.adc_median_um2_per_s = region.adc_median_um2_per_s;
  candidate.remark = region.remark;
  const exam::Volume& pre = analysis.dynamic.phases.front();
  candidate.series_uid = pre.series_uid;
  if (const auto k = static_cast<std::size_t>(region.center_index[2]); k < pre.slices.size())
    candidate.slice = pre.slices[k];
  candidate.curve = region.mean_signal;
  candidate.voxels = region.voxels;
  return candidate;
}

}  // namespace lobule::pipeline
