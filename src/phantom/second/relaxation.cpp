#include "phantom/second/relaxation.h"

#include <cmath>
#include <numbers>

#include "core/random.h"

namespace lobule::phantom::second {
namespace {

// All at 3 T. Gland and fat: Edden et al., J Magn Reson Imaging 32:982 (2010): T1 1680 and 423 ms, multi-echo
// T2 71 and 154 ms. T2* of both: Ryu et al., J Korean Soc Magn Reson Med 18:1 (2014): 22 and 36 ms. Muscle,
// myocardium, liver, blood: Stanisz et al., Magn Reson Med 54:507 (2005), table 1. Marrow: de Bazelaire et
// al., Radiology 230:652 (2004). Curves, diffusion's kurtosis and all other numbers: choices of this family.
struct Typical {
  Tissue tissue;
  Relaxation at_3t;
};
const std::vector<Typical>& typical() {
  static const std::vector<Typical> table = {
      //                    PD    T1    T2   T2*  fat   D    K   standing  curve
      {Tissue::skin, {0.55, 1100, 30, 10, 0, 1100, 0.9, 1, {0.25, 0.8, 1, 0, 0}}},
      {Tissue::fat, {0.90, 423, 154, 36, 0.96, 150, 0, 1, {0.02, 1, 1, 0, 0}}},
      {Tissue::ligament, {0.50, 1200, 32, 12, 0.1, 1000, 0.6, 1, {0.08, 0.4, 1, 0, 0}}},
      {Tissue::gland, {0.80, 1680, 71, 22, 0, 1850, 0.45, 1, {0.42, 0.32, 1, 0.004, 0}}},
      {Tissue::nipple, {0.70, 1300, 45, 20, 0, 1300, 0.7, 1, {1.20, 0.8, 1, 0.01, 0}}},
      {Tissue::vessel, {0.92, 1932, 200, 40, 0, 2500, 0, 0.5, {2.6, 5, 1, 0.10, 0.4}}},
      {Tissue::muscle, {0.78, 1412, 50, 28, 0.02, 1450, 0.6, 1, {0.25, 0.9, 1, 0.02, 0}}},
      {Tissue::bone, {0.06, 1000, 15, 2, 0.2, 400, 0, 1, {}}},
      {Tissue::marrow, {0.78, 586, 49, 12, 0.55, 420, 0.5, 1, {0.25, 1, 1, 0.02, 0}}},
      {Tissue::lung, {0.09, 1300, 25, 2, 0, 1500, 0, 0.5, {1.0, 3, 1, 0.08, 0}}},
      {Tissue::blood, {0.92, 1932, 275, 60, 0, 2600, 0, 0.08, {3.4, 7, 1, 0.09, 0.7}}},
      {Tissue::myocardium, {0.80, 1471, 47, 25, 0, 1500, 0.5, 0.7, {1.5, 3.5, 1, 0.07, 0.2}}},
      {Tissue::lesion, {0.88, 1560, 84, 30, 0, 1050, 0.75, 1, {1.9, 2.3, 1.4, 0.06, 0}}},
      {Tissue::cyst, {1.00, 3600, 900, 200, 0, 2550, 0, 1, {}}},
      {Tissue::fibroadenoma, {0.88, 1700, 95, 35, 0, 1650, 0.5, 1, {1.3, 0.8, 1, 0, 0}}},
      {Tissue::node, {0.82, 1450, 80, 30, 0, 1050, 0.8, 1, {1.7, 1.6, 1, 0.05, 0}}},
      {Tissue::liver, {0.76, 812, 42, 20, 0.05, 1150, 0.8, 1, {0.9, 1.3, 1, 0.02, 0}}},
      {Tissue::implant, {0.9, 1100, 110, 60, 0.9, 60, 0, 1, {}}},
      {Tissue::calcification, {0.01, 1000, 8, 1, 0, 400, 0, 1, {}}},
  };
  return table;
}

// T1 falls with the field as ν^B (Bottomley et al., Med Phys 11:425, 1984), B about 1/3 in watery tissues and
// 0.17 in fat; T2 hardly changes, T2* grows.
Relaxation at_field(Relaxation r, double tesla) {
  if (tesla >= 2.25) return r;
  r.t1_ms *= std::pow(0.5, r.fat > 0.5 ? 0.17 : 1.0 / 3);
  r.t2_star_ms = std::min(r.t2_ms, 1.5 * r.t2_star_ms);
  return r;
}

SignalCurve lesion_curve(const ExamOptions& options, std::size_t n) {
  const LesionPlan& plan = options.anatomy.lesions[n];
  const CurveType type = n < options.curves.size() ? options.curves[n] : usual_curve(plan.kind);
  SignalCurve curve = type == CurveType::persistent ? SignalCurve{1.5, 0.75, 1, 0, 0}
                      : type == CurveType::plateau  ? SignalCurve{1.75, 2.0, 1.2, 0.015, 0}
                                                    : SignalCurve{2.2, 2.8, 1.4, 0.085, 0};
  curve.amplitude *= plan.uptake_scale;
  return curve;
}

double excitation_steady_state(const Relaxation& r, const Sequence& s) {
  const double flip = s.flip_degrees * std::numbers::pi / 180, e1 = std::exp(-s.tr_ms / r.t1_ms);
  return std::sin(flip) * (1 - e1) / (1 - e1 * std::cos(flip)) * std::exp(-s.te_ms / r.t2_star_ms);
}

// Longitudinal magnetisation before the excitation, over its equilibrium: recovery over TR from zero, or from
// an inversion TI earlier.
double recovered(const Relaxation& r, const Sequence& s) {
  const double recovery = 1 - std::exp(-s.tr_ms / r.t1_ms);
  if (s.ti_ms <= 0) return recovery;
  return std::abs(1 - (1 + recovery) * std::exp(-s.ti_ms / r.t1_ms));
}

}  // namespace

double SignalCurve::at(double t) const {
  if (t <= 0 || amplitude == 0) return 0;
  return amplitude * std::pow(1 - std::exp(-uptake_per_min * t), power) * std::exp(-washout_per_min * t) *
         (1 + std::exp(-early_per_min * t)) / 2;
}

RelaxationTable::RelaxationTable(const ExamOptions& options) {
  const RandomStream random(options.anatomy.seed, "second relaxation");
  std::uint64_t draw = 0;
  for (const Typical& t : typical()) {
    Relaxation r = at_field(t.at_3t, options.tesla);
    if (options.random_tissues) {
      r.t1_ms *= std::exp(0.09 * random.normal(draw));
      r.t2_ms *= std::exp(0.09 * random.normal(draw + 1));
      r.proton_density *= std::exp(0.05 * random.normal(draw + 2));
      r.diffusion_um2_per_s *= std::exp(0.08 * random.normal(draw + 3));
      r.curve.amplitude *= std::exp(0.35 * random.normal(draw + 4));
    }
    draw += 5;
    r.curve.amplitude *= options.dose * options.input_scale;
    entries_[material(t.tissue)] = r;
  }
  for (std::size_t n = 0; n < options.anatomy.lesions.size() && n < kMostLesions; ++n) {
    const Tissue tissue = tissue_of(options.anatomy.lesions[n].kind);
    Relaxation r = entries_[material(tissue)];
    if (tissue != Tissue::cyst && tissue != Tissue::calcification) r.curve = lesion_curve(options, n);
    r.curve.amplitude *= options.dose * options.input_scale;
    entries_[kBulk + n] = r;
    // The core of a rim: necrosis, watery and without blood.
    r.t1_ms *= 1.5;
    r.t2_ms *= 2;
    r.diffusion_um2_per_s = 2000;
    r.curve = {0.15 * options.dose * options.input_scale, 0.3, 1, 0, 0};
    entries_[kCore + n] = r;
  }
}

TissueTable RelaxationTable::as_tissues() const {
  TissueTable table{};
  for (int t = 0; t < kTissueCount; ++t) {
    const auto n = static_cast<std::size_t>(t);
    const Relaxation& r = entries_[n];
    table[n].name = properties(static_cast<Tissue>(t)).name;
    table[n].proton_density = r.proton_density;
    table[n].t1_ms = r.t1_ms;
    table[n].t2_ms = table[n].t2_echo_train_ms = r.t2_ms;
    table[n].fat_fraction = r.fat;
    table[n].adc_um2_per_s = r.diffusion_um2_per_s;
    table[n].standing = r.standing;
  }
  return table;
}

Contrast contrast_of(const RelaxationTable& table, const Sequence& s, const ExamOptions& options,
                     double minutes, double scale) {
  Contrast out;
  const double fat_hz = 3.4 * 42.577 * options.tesla;  // fat's main peak lies 3.4 ppm below water
  for (int m = 1; m < kMaterials; ++m) {
    const auto n = static_cast<std::size_t>(m);
    const Relaxation& r = table[static_cast<Material>(m)];
    if (r.proton_density <= 0) continue;
    double signal = 0;
    if (s.weighting == Weighting::gradient_echo) {
      signal = excitation_steady_state(r, s) * (1 + r.curve.at(minutes));
    } else {
      signal = recovered(r, s) * std::exp(-s.te_ms / r.t2_ms) * r.standing;
      const double bd = s.b_s_per_mm2 * r.diffusion_um2_per_s * 1e-6;
      if (s.weighting == Weighting::diffusion) signal *= std::exp(-bd + bd * bd * r.kurtosis / 6);
    }
    out.water[n] = static_cast<float>(scale * r.proton_density * (1 - r.fat) * signal);
    out.fat[n] = static_cast<float>(scale * r.proton_density * r.fat * signal);
  }
  out.suppressed = s.fat_suppressed;
  if (s.weighting == Weighting::gradient_echo)
    out.fat_turn_rad = 2 * std::numbers::pi * fat_hz * s.te_ms / 1000;
  // Pixel bandwidths of this family: 420 Hz in gradient echoes, 250 Hz in echo trains; EPI's is 20 Hz along
  // the phase direction.
  const double shift = s.weighting == Weighting::gradient_echo ? fat_hz / 420 : fat_hz / 250;
  if (s.weighting == Weighting::diffusion) {
    out.epi = options.artefacts.epi_distortion * 42.577 * options.tesla / 20;
  } else {
    out.fat_shift_voxels = options.artefacts.chemical_shift * shift;
  }
  return out;
}

}  // namespace lobule::phantom::second
