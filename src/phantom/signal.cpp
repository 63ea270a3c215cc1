#include "phantom/signal.h"

#include <cmath>
#include <numbers>

namespace lobule::phantom {

double spoiled_gradient_echo(double t1_ms, double t2_ms, double tr_ms, double te_ms, double flip_rad) {
  const double e1 = std::exp(-tr_ms / t1_ms);
  return std::sin(flip_rad) * (1 - e1) / (1 - std::cos(flip_rad) * e1) * std::exp(-te_ms / t2_ms);
}

double spin_echo(double t1_ms, double t2_ms, double tr_ms, double te_ms) {
  return (1 - std::exp(-tr_ms / t1_ms)) * std::exp(-te_ms / t2_ms);
}

double inversion_recovery(double t1_ms, double t2_ms, double tr_ms, double te_ms, double ti_ms,
                          double efficiency) {
  const double along =
      1 - (1 + efficiency) * std::exp(-ti_ms / t1_ms) + efficiency * std::exp(-tr_ms / t1_ms);
  return std::abs(along) * std::exp(-te_ms / t2_ms);
}

double diffusion_weight(double b_s_per_mm2, double adc_um2_per_s) {
  return std::exp(-b_s_per_mm2 * adc_um2_per_s * 1e-6);
}

double t1_with_agent_ms(double t1_ms, double concentration, double relaxivity) {
  return 1000 / (1000 / t1_ms + relaxivity * concentration);
}

Sequence dynamic_sequence(const GradientEcho& echo) {
  Sequence sequence;
  sequence.tr_ms = echo.tr_ms;
  sequence.te_ms = echo.te_ms;
  sequence.flip_degrees = echo.flip_degrees;
  sequence.fat_suppressed = true;
  return sequence;
}

PureSignal pure_signal(const TissueProperties& p, const Sequence& s, double rate_per_s) {
  const double t1_ms = 1000 / (1000 / p.t1_ms + rate_per_s);
  double signal = 0;
  switch (s.weighting) {
    case Weighting::gradient_echo:
      signal =
          spoiled_gradient_echo(t1_ms, p.t2_ms, s.tr_ms, s.te_ms, s.flip_degrees * std::numbers::pi / 180);
      break;
    case Weighting::turbo_spin_echo:
      signal = p.standing * spin_echo(t1_ms, p.t2_echo_train_ms, s.tr_ms, s.te_ms);
      break;
    case Weighting::inversion_recovery:
      signal =
          p.standing * inversion_recovery(t1_ms, p.t2_echo_train_ms, s.tr_ms, s.te_ms, s.ti_ms, s.inversion);
      break;
    case Weighting::diffusion:
      signal = p.standing * spin_echo(t1_ms, p.t2_ms, s.tr_ms, s.te_ms) *
               diffusion_weight(s.b_s_per_mm2, p.adc_um2_per_s);
      break;
  }
  signal *= p.proton_density;
  return {(1 - p.fat_fraction) * signal, p.fat_fraction * signal};
}

double percent_enhancement(const TissueProperties& tissue, const Sequence& sequence, double rate_per_s) {
  const PureSignal before = pure_signal(tissue, sequence), after = pure_signal(tissue, sequence, rate_per_s);
  const double base = before.water + before.fat;
  return base > 0 ? 100 * (after.water + after.fat - base) / base : 0;
}

}  // namespace lobule::phantom
