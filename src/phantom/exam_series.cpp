// What the exam's images are to a scanner: sequences, timing, order.

#include <algorithm>

#include "phantom/exam.h"

namespace lobule::phantom {
namespace {

// Typical protocol values.
constexpr int kSpinEchoTrain = 15, kEpiTrain = 37;

// Starts and durations before the dynamic, in seconds after the pre-contrast phase starts.
struct Timing {
  double start_s, duration_s;
};
constexpr Timing kLocalizer{-1140, 20}, kT2{-960, 180}, kT1{-720, 150}, kStir{-500, 170},
    kDiffusion{-240, 180};

}  // namespace

Sequence t1_sequence() {
  return {Weighting::turbo_spin_echo, 780, 10, 0, 150, 3, 0, false};
}

Sequence t2_sequence(bool fat_suppressed) {
  return {Weighting::turbo_spin_echo, 5800, 101, 0, 150, kSpinEchoTrain, 0, fat_suppressed};
}

Sequence stir_sequence(double tesla) {
  // The TI that nulls fat: T1 ln 2 where TR is long; longer at 3 T.
  return {
      Weighting::inversion_recovery, 4170, 74, tesla < 2.25 ? 170.0 : 220.0, 150, kSpinEchoTrain, 0, false};
}

Sequence diffusion_sequence(double b_s_per_mm2) {
  return {Weighting::diffusion, 7000, 70, 0, 90, kEpiTrain, b_s_per_mm2, true};
}

Sequence t1_volume_sequence(bool fat_suppressed) {
  return {Weighting::gradient_echo, 5.5, 2.4, 0, 12, 1, 0, fat_suppressed};
}

Sequence t1_sequence(const ExamOptions& options) {
  Sequence sequence = t1_sequence();
  sequence.tr_ms *= options.protocol.t1_tr;
  sequence.te_ms *= options.protocol.t1_te;
  return sequence;
}

Sequence t2_sequence(const ExamOptions& options, bool fat_suppressed) {
  Sequence sequence = t2_sequence(fat_suppressed);
  sequence.tr_ms *= options.protocol.t2_tr;
  sequence.te_ms *= options.protocol.t2_te;
  return sequence;
}

Sequence stir_sequence(const ExamOptions& options) {
  Sequence sequence = stir_sequence(options.tesla);
  sequence.tr_ms *= options.protocol.stir_tr;
  sequence.te_ms *= options.protocol.stir_te;
  sequence.ti_ms *= options.protocol.stir_ti;
  sequence.inversion = options.protocol.inversion;
  return sequence;
}

double phase_gain(const ExamOptions& options, int phase) {
  if (phase <= 0) return 1;
  return options.drift.gain_step * (1 + options.drift.gain_slope * phase / options.post_phases);
}

std::vector<SeriesImage> Exam::series() const {
  std::vector<SeriesImage> list;
  const auto add = [&](const char* role, const char* name, const Image<float>& image, Timing timing,
                       const Sequence& sequence) -> SeriesImage& {
    SeriesImage out;
    out.role = role, out.name = name, out.image = &image;
    out.start_s = timing.start_s, out.duration_s = timing.duration_s;
    out.sequence = sequence;
    list.push_back(std::move(out));
    return list.back();
  };
  for (const Image<float>& stack : localizer)
    add("localizer", "localizer", stack, kLocalizer,
        {Weighting::gradient_echo, 7.6, 3.5, 0, 20, 1, 0, false});
  if (!t2.empty()) add("t2", "t2_tse", t2, kT2, t2_sequence(options, false));
  if (!t1.empty()) add("t1", "t1_tse", t1, kT1, t1_sequence(options));
  if (!stir.empty()) add("t2_fatsat", "stir", stir, kStir, stir_sequence(options));
  for (const DiffusionImage& d : diffusion)
    add("dwi", "dwi", d.image, kDiffusion, diffusion_sequence(d.b_s_per_mm2)).b_s_per_mm2 = d.b_s_per_mm2;
  if (!adc.empty()) add("adc", "adc", adc, kDiffusion, diffusion_sequence(0));
  for (const DynamicPhase& phase : phases) {
    SeriesImage& out = add(phase.phase_index == 0 ? "dce_pre" : "dce_post", "dynamic", phase.image,
                           {phase.start_s, kPhase_s}, dynamic_sequence(options.sequence));
    out.phase_index = phase.phase_index;
    out.contrast = phase.phase_index > 0;
  }
  for (const OtherImage& other : others) {
    SeriesImage out;
    out.role = other.role, out.name = other.name, out.image = &other.image;
    out.start_s = other.start_s, out.duration_s = other.duration_s;
    out.contrast = other.contrast;
    out.sequence = other.sequence;
    out.phase_index = other.phase_index;
    list.push_back(out);
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const SeriesImage& a, const SeriesImage& b) { return a.start_s < b.start_s; });
  return list;
}

}  // namespace lobule::phantom
