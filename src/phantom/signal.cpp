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

double inversion_recovery(double t1_ms, double t2_ms, double tr_ms, double te_ms, double ti_ms) {
  return std::abs(1 - 2 * std::exp(-ti_ms / t1_ms) + std::exp(-tr_ms / t1_ms)) * std::exp(-te_ms / t2_ms);
}

double diffusion_weight(double b_s_per_mm2, double adc_um2_per_s) {
  return std::exp(-b_s_per_mm2 * adc_um2_per_s * 1e-6);
}

double t1_with_agent_ms(double t1_ms, double concentration) {
  return 1000 / (1000 / t1_ms + kRelaxivityPerMmSecond * concentration);
}

double dynamic_signal(Tissue tissue, const GradientEcho& sequence, double minutes, double fat_left,
                      double uptake_scale) {
  const TissueProperties& p = properties(tissue);
  const double concentration = uptake_scale * concentration_mm(p.uptake, minutes);
  const double flip_rad = sequence.flip_degrees * std::numbers::pi / 180;
  const double suppression = 1 - p.fat_fraction * (1 - fat_left);
  return p.proton_density * suppression *
         spoiled_gradient_echo(t1_with_agent_ms(p.t1_ms, concentration), p.t2_ms, sequence.tr_ms,
                               sequence.te_ms, flip_rad);
}

double percent_enhancement(Tissue tissue, const GradientEcho& sequence, double minutes, double uptake_scale) {
  const double before = dynamic_signal(tissue, sequence, -1, 1);
  if (before <= 0) return 0;
  return 100 * (dynamic_signal(tissue, sequence, minutes, 1, uptake_scale) - before) / before;
}

}  // namespace lobule::phantom
