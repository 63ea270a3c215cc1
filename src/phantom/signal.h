#pragma once
// Signal equations of the sequences of a breast MRI exam, for pure tissues. Signals are relative to a fully
// relaxed, unit proton density; times in milliseconds, angles in radians, b in s/mm².

#include "phantom/tissue.h"

namespace lobule::phantom {

// Spoiled gradient echo in its steady state: sin α (1 − E1) / (1 − cos α E1) · exp(−TE/T2), E1 = exp(−TR/T1)
// (Ernst and Anderson, Rev Sci Instrum 37:93, 1966; T2 stands for T2*).
double spoiled_gradient_echo(double t1_ms, double t2_ms, double tr_ms, double te_ms, double flip_rad);

// Spin echo: (1 − exp(−TR/T1)) exp(−TE/T2).
double spin_echo(double t1_ms, double t2_ms, double tr_ms, double te_ms);

// Magnitude of an inversion recovery spin echo: |1 − 2 exp(−TI/T1) + exp(−TR/T1)| exp(−TE/T2).
double inversion_recovery(double t1_ms, double t2_ms, double tr_ms, double te_ms, double ti_ms);

// exp(−b · ADC).
double diffusion_weight(double b_s_per_mm2, double adc_um2_per_s);

// T1 with contrast agent: 1/T1 = 1/T10 + r1 C.
double t1_with_agent_ms(double t1_ms, double concentration_mm);

// r1 of gadobutrol in blood plasma at 1.5 T, 37 °C, in 1/(mM s): Szomolanyi et al., Invest Radiol 54:559
// (2019).
inline constexpr double kRelaxivityPerMmSecond = 4.78;

// The dynamic's sequence: a 3D spoiled gradient echo with spectral fat suppression.
struct GradientEcho {
  double tr_ms = 4.3, te_ms = 1.7, flip_degrees = 10;
};

// What one tissue gives in the dynamic `minutes` after the agent arrives (negative: before). `fat_left` is
// the share of fat's signal that the suppression leaves (1: no suppression); `uptake_scale` multiplies the
// agent's concentration.
double dynamic_signal(Tissue tissue, const GradientEcho& sequence, double minutes, double fat_left,
                      double uptake_scale = 1);

// 100 (S(t) − S(before)) / S(before) of a pure tissue.
double percent_enhancement(Tissue tissue, const GradientEcho& sequence, double minutes,
                           double uptake_scale = 1);

}  // namespace lobule::phantom
