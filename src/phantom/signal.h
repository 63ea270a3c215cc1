#pragma once
// Signal equations of the sequences of a breast MRI exam, for pure tissues. Signals are relative to a fully
// relaxed, unit proton density; times in milliseconds, angles in radians, b in s/mm².

#include "phantom/kinetics.h"
#include "phantom/tissue.h"

namespace lobule::phantom {

// Spoiled gradient echo in its steady state: sin α (1 − E1) / (1 − cos α E1) · exp(−TE/T2), E1 = exp(−TR/T1)
// (Ernst and Anderson, Rev Sci Instrum 37:93, 1966; T2 stands for T2*).
double spoiled_gradient_echo(double t1_ms, double t2_ms, double tr_ms, double te_ms, double flip_rad);

// Spin echo: (1 − exp(−TR/T1)) exp(−TE/T2).
double spin_echo(double t1_ms, double t2_ms, double tr_ms, double te_ms);

// Magnitude of an inversion recovery spin echo: |1 − (1 + e) exp(−TI/T1) + e exp(−TR/T1)| exp(−TE/T2), e
// being the pulse's efficiency: 1 turns the magnetization over, 0 saturates it.
double inversion_recovery(double t1_ms, double t2_ms, double tr_ms, double te_ms, double ti_ms,
                          double efficiency = 1);

// exp(−b · ADC).
double diffusion_weight(double b_s_per_mm2, double adc_um2_per_s);

// T1 with contrast agent: 1/T1 = 1/T10 + r1 C, r1 in 1/(mM s).
double t1_with_agent_ms(double t1_ms, double concentration_mm, double relaxivity);

enum class Weighting { gradient_echo, turbo_spin_echo, inversion_recovery, diffusion };

// A sequence as its protocol states it.
struct Sequence {
  Weighting weighting = Weighting::gradient_echo;
  double tr_ms = 4.3, te_ms = 1.7, ti_ms = 0, flip_degrees = 10;
  int echo_train = 1;
  double b_s_per_mm2 = 0;
  bool fat_suppressed = false;  // by a spectral pulse; inversion recovery suppresses fat by its TI instead
  double inversion = 1;         // efficiency of the inversion pulse
};

// The dynamic's sequence: a 3D spoiled gradient echo with spectral fat suppression.
struct GradientEcho {
  double tr_ms = 4.3, te_ms = 1.7, flip_degrees = 10;
};
Sequence dynamic_sequence(const GradientEcho& echo);

// What one pure tissue gives: of its water, and of its fat before any suppression. An image shows water +
// the share of fat that suppression leaves · fat. `rate_per_s` is what the agent adds to 1/T1. Spins that
// flow away give no signal in the echo trains.
struct PureSignal {
  double water = 0, fat = 0;
};
PureSignal pure_signal(const TissueProperties& tissue, const Sequence& sequence, double rate_per_s = 0);

// 100 (S(t) − S(before)) / S(before) of a pure tissue without fat suppression; 0 where it gives no signal.
double percent_enhancement(const TissueProperties& tissue, const Sequence& sequence, double rate_per_s);

}  // namespace lobule::phantom
