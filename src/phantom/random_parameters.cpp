#include "phantom/random_parameters.h"

#include <algorithm>

namespace lobule::phantom {
namespace {

// Relative signals of a bright tissue, so that channels come out near 1: the ones of typical protocols.
constexpr double kBrightGradientEcho = 0.12, kBrightSpinEcho = 0.35, kBrightDiffusion = 0.25;

// ADC in the channel `adc`, whose unit is 1e-3 mm²/s halved: free water at 37 °C gives about 1.5.
constexpr double kAdcUnit = 2000;

Sequence random_dynamic(Draw& draw) {
  Sequence s;
  s.tr_ms = draw.uniform(3.6, 7.5);
  s.te_ms = draw.uniform(1.2, 2.8);
  s.flip_degrees = draw.uniform(8, 18);
  s.fat_suppressed = draw.chance(0.8);
  return s;
}

Sequence random_spin_echo(Draw& draw, double tr_low, double tr_high, double te_low, double te_high,
                          bool fat_suppressed) {
  Sequence s;
  s.weighting = Weighting::turbo_spin_echo;
  s.tr_ms = draw.uniform(tr_low, tr_high);
  s.te_ms = draw.uniform(te_low, te_high);
  s.echo_train = 15;
  s.fat_suppressed = fat_suppressed;
  return s;
}

const Sequence& sequence_of(const MriParameters& p, MriContrast contrast) {
  switch (contrast) {
    case MriContrast::t1: return p.t1;
    case MriContrast::t1_fatsat: return p.t1_volume;
    case MriContrast::t2: return p.t2;
    case MriContrast::t2_fatsat: return p.t2_fatsat;
    case MriContrast::stir: return p.stir;
    case MriContrast::dwi:
    case MriContrast::adc: return p.diffusion;
    case MriContrast::dce: break;
  }
  return p.dynamic;
}

double bright(Weighting weighting) {
  if (weighting == Weighting::gradient_echo) return kBrightGradientEcho;
  return weighting == Weighting::diffusion ? kBrightDiffusion : kBrightSpinEcho;
}

Tissue tissue_of_material(int material) {
  return material < kTissueCount ? static_cast<Tissue>(material) : Tissue::lesion;
}

double minutes_of_phase(const MriParameters& p, int phase) {
  return p.first_post_min + (phase - 1) * p.interval_min;
}

// The plasma curve in steps of a second and the extended Tofts model by the trapezoidal rule: within 2 % of
// tissue_concentrations_mm, at a hundredth of its time.
class AgentCurve {
 public:
  AgentCurve(const ArterialInput& input, double minutes) {
    const int steps = static_cast<int>(std::lround(60 * std::max(0.0, minutes)));
    for (int n = 0; n <= steps; ++n) plasma_.push_back(input.plasma_mm(n / 60.0));
  }
  double concentration_mm(const Pharmacokinetics& kinetics, double minutes) const {
    const std::size_t last =
        std::min(plasma_.size() - 1, static_cast<std::size_t>(std::lround(60 * std::max(0.0, minutes))));
    const double rate = kinetics.ve > 0 ? kinetics.ktrans_per_min / kinetics.ve : 0;
    const double keep = std::exp(-rate / 60);
    double integral = 0;
    for (std::size_t n = 1; n <= last; ++n)
      integral = keep * integral + (keep * plasma_[n - 1] + plasma_[n]) / 120;
    return kinetics.vp * plasma_[last] + kinetics.ktrans_per_min * integral;
  }

 private:
  std::vector<double> plasma_;
};

// What the agent adds to 1/T1 of a material at some phase.
double agent_rate(const MriParameters& p, const AgentCurve& curve, int material, int phase) {
  if (phase <= 0) return 0;
  Pharmacokinetics kinetics = p.tissues[static_cast<std::size_t>(tissue_of_material(material))].kinetics;
  if (material >= kTissueCount) {
    const std::size_t lesion = static_cast<std::size_t>(material - kTissueCount);
    kinetics = shaped(kinetics, p.lesion_curve[lesion], p.lesion_uptake[lesion]);
  }
  return relaxivity(p.agent, p.tesla) * curve.concentration_mm(kinetics, minutes_of_phase(p, phase));
}

MaterialSignals physical(const MriParameters& p, const AgentCurve& curve, const MriChannel& channel) {
  MaterialSignals out;
  if (channel.contrast == MriContrast::adc) {
    for (int m = 0; m < kMaterialTable; ++m) {
      const TissueProperties& t = p.tissues[static_cast<std::size_t>(tissue_of_material(m))];
      // Bone, lung and metal leave nothing to fit.
      if (t.proton_density > 0.15) out.water[m] = static_cast<float>(t.adc_um2_per_s / kAdcUnit);
    }
    return out;
  }
  Sequence sequence = sequence_of(p, channel.contrast);
  if (channel.contrast == MriContrast::dwi) sequence.b_s_per_mm2 = channel.b_s_per_mm2;
  out.fat_suppressed = sequence.fat_suppressed;
  const double scale = 1 / bright(sequence.weighting);
  const int phase = channel.contrast == MriContrast::dce ? channel.phase : 0;
  for (int m = 0; m < kMaterialTable; ++m) {
    const TissueProperties& tissue = p.tissues[static_cast<std::size_t>(tissue_of_material(m))];
    const PureSignal signal = pure_signal(tissue, sequence, agent_rate(p, curve, m, phase));
    out.water[m] = static_cast<float>(scale * signal.water);
    out.fat[m] = static_cast<float>(scale * signal.fat);
  }
  return out;
}

// Ranges of the relative enhancement that invented dynamics give a tissue early, and the late one's share.
struct EnhancementRange {
  double low, high, late_low, late_high;
};
EnhancementRange enhancement_range(Tissue tissue) {
  switch (tissue) {
    case Tissue::lesion: return {0.6, 3.0, 0.6, 1.3};
    case Tissue::blood:
    case Tissue::vessel: return {1.0, 4.0, 0.5, 0.9};
    case Tissue::node:
    case Tissue::fibroadenoma:
    case Tissue::myocardium:
    case Tissue::liver: return {0.4, 1.8, 0.7, 1.4};
    case Tissue::nipple: return {0.1, 1.5, 0.9, 1.3};
    case Tissue::gland: return {0.0, 0.7, 1.0, 2.0};
    case Tissue::skin:
    case Tissue::muscle: return {0.0, 0.4, 1.0, 1.5};
    default: return {0.0, 0.05, 1.0, 1.0};
  }
}

bool is_dark(Tissue t) {
  return t == Tissue::air || t == Tissue::bone || t == Tissue::lung || t == Tissue::calcification ||
         t == Tissue::clip;
}

MaterialSignals invented(const MriChannel& channel, const RandomStream& rule) {
  MaterialSignals out;
  const std::uint64_t set = (static_cast<std::uint64_t>(channel.contrast) + 1) << 16;
  for (int m = 0; m < kMaterialTable; ++m) {
    const Tissue tissue = tissue_of_material(m);
    // Lesions share their unenhanced intensity, as they share their tissue.
    const std::uint64_t key = set + 8 * static_cast<std::uint64_t>(tissue);
    double value = is_dark(tissue) ? rule.uniform(key, 0, tissue == Tissue::air ? 0.02 : 0.2)
                                   : rule.uniform(key, 0.1, 1);
    if (channel.contrast == MriContrast::dce && channel.phase > 0) {
      const EnhancementRange range = enhancement_range(tissue);
      const std::uint64_t own = set + 4096 + 8 * static_cast<std::uint64_t>(m);
      const double early = rule.uniform(own, range.low, range.high);
      const double late = early * rule.uniform(own + 1, range.late_low, range.late_high);
      const double way = std::min(1.0, (channel.phase - 1) / 4.0);
      value *= 1 + early + way * (late - early);
    }
    out.water[m] = static_cast<float>(value);
  }
  return out;
}

}  // namespace

std::size_t Draw::below(std::size_t count) {
  const double u = stream_.uniform(next_++);
  return count == 0 ? 0 : std::min(count - 1, static_cast<std::size_t>(u * static_cast<double>(count)));
}

std::size_t Draw::weighted(const std::vector<double>& weights) {
  double total = 0;
  for (const double weight : weights) total += weight;
  double left = uniform(0, 1) * total;
  for (std::size_t n = 0; n < weights.size(); ++n) {
    if (left < weights[n]) return n;
    left -= weights[n];
  }
  return 0;
}

RandomStream sample_stream(std::uint64_t seed, std::string_view purpose, std::uint64_t index) {
  const auto words = RandomStream(seed, purpose).words(index);
  return RandomStream(std::uint64_t{words[0]} << 32 | words[1], purpose);
}

MriParameters random_mri_parameters(Draw& draw, const RandomStrength& strength) {
  MriParameters p;
  p.invented = draw.chance(strength.invented);
  p.tesla = draw.chance(0.5) ? 1.5 : 3.0;
  p.tissues = random_properties(draw.stream().words(draw.block())[0], p.tesla);
  p.agent = std::array{Agent::gadobutrol, Agent::gadoteridol, Agent::gadoterate}[draw.below(3)];
  p.input.dose = draw.uniform(0.8, 1.2);
  p.input.hematocrit = draw.uniform(0.36, 0.48);
  p.first_post_min = draw.uniform(0.7, 2.0);
  p.interval_min = draw.uniform(0.9, 1.8);
  for (std::size_t n = 0; n < p.lesion_uptake.size(); ++n) {
    p.lesion_uptake[n] = draw.log_uniform(0.5, 1.8);
    p.lesion_curve[n] =
        std::array{CurveType::persistent, CurveType::plateau, CurveType::washout}[draw.below(3)];
  }
  p.dynamic = random_dynamic(draw);
  p.t1_volume = random_dynamic(draw);
  p.t1_volume.fat_suppressed = true;
  p.t1 = random_spin_echo(draw, 450, 900, 7, 14, false);
  if (draw.chance(0.5)) {
    p.t1 = random_dynamic(draw);
    p.t1.fat_suppressed = false;
  }
  p.t2 = random_spin_echo(draw, 3500, 7000, 70, 120, false);
  p.t2_fatsat = random_spin_echo(draw, 3500, 7000, 60, 110, true);
  p.stir = random_spin_echo(draw, 3500, 6500, 50, 90, false);
  p.stir.weighting = Weighting::inversion_recovery;
  p.stir.ti_ms = (p.tesla < 2.25 ? 165 : 215) * draw.uniform(0.93, 1.07);
  p.diffusion = random_spin_echo(draw, 5000, 9000, 55, 95, true);
  p.diffusion.weighting = Weighting::diffusion;
  const double a = strength.appearance;
  p.fat_left = draw.uniform(0.02, 0.25);
  p.fat_left_spread = a * draw.uniform(0.1, 0.8);
  p.fat_failure = draw.chance(0.3) ? a * draw.uniform(0.2, 0.9) : 0;
  p.bias = a * draw.uniform(0.05, 0.5);
  p.texture = a * draw.uniform(0.02, 0.12);
  p.noise = strength.noise * draw.log_uniform(0.005, 0.08);
  p.in_plane_mm = 1 + a * draw.uniform(-0.4, 0.6);
  p.slice_mm = 1 + a * draw.uniform(0, 1.5);
  p.ringing = draw.uniform(0.05, 0.5);
  p.motion_mm = strength.motion * draw.uniform(0, 2);
  p.epi_shift_mm = strength.motion * draw.uniform(0, 5);
  return p;
}

std::vector<MaterialSignals> material_signals(const MriParameters& parameters,
                                              const std::vector<MriChannel>& channels,
                                              const RandomStream& rule) {
  int last_phase = 0;
  for (const MriChannel& channel : channels)
    if (channel.contrast == MriContrast::dce) last_phase = std::max(last_phase, channel.phase);
  const AgentCurve curve(parameters.input, minutes_of_phase(parameters, last_phase));
  std::vector<MaterialSignals> out;
  for (const MriChannel& channel : channels)
    out.push_back(parameters.invented && channel.contrast != MriContrast::adc
                      ? invented(channel, rule)
                      : physical(parameters, curve, channel));
  return out;
}

}  // namespace lobule::phantom
