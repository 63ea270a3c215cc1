#include "phantom/signal.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lobule::phantom {
namespace {

TEST(Signal, SpoiledGradientEchoAtNinetyDegreesIsSaturationRecovery) {
  const double half_pi = 1.5707963267948966;
  EXPECT_NEAR(spoiled_gradient_echo(1000, 1e12, 500, 0, half_pi), 1 - std::exp(-0.5), 1e-12);
}

TEST(Signal, SpoiledGradientEchoIsLargestAtTheErnstAngle) {
  const double t1_ms = 1266, tr_ms = 4.3;
  const double ernst_rad = std::acos(std::exp(-tr_ms / t1_ms));
  const double top = spoiled_gradient_echo(t1_ms, 58, tr_ms, 1.7, ernst_rad);
  EXPECT_GT(top, spoiled_gradient_echo(t1_ms, 58, tr_ms, 1.7, 1.02 * ernst_rad));
  EXPECT_GT(top, spoiled_gradient_echo(t1_ms, 58, tr_ms, 1.7, 0.98 * ernst_rad));
}

TEST(Signal, SpoiledGradientEchoEqualsTheSteadyStateOfItsRecursion) {
  // Mz before the next pulse: Mz' = 1 + (Mz cos α − 1) E1, iterated until it stands still.
  const double t1_ms = 700, tr_ms = 5, flip_rad = 0.2;
  const double e1 = std::exp(-tr_ms / t1_ms);
  double mz = 1;
  for (int pulse = 0; pulse < 20000; ++pulse) mz = 1 + (mz * std::cos(flip_rad) - 1) * e1;
  EXPECT_NEAR(spoiled_gradient_echo(t1_ms, 1e12, tr_ms, 0, flip_rad), mz * std::sin(flip_rad), 1e-12);
}

TEST(Signal, InversionRecoveryNullsTheTissueOfItsInversionTime) {
  // With full relaxation the null lies at T1 ln 2.
  // A pulse that only saturates leaves a saturation recovery.
  EXPECT_NEAR(inversion_recovery(300, 50, 1e9, 0, 200, 0), 1 - std::exp(-200.0 / 300), 1e-12);
  EXPECT_NEAR(inversion_recovery(300, 50, 1e9, 0, 300 * std::log(2.0)), 0, 1e-12);
}

TEST(Signal, TheAgentShortensT1ByItsRelaxivity) {
  EXPECT_NEAR(1000 / t1_with_agent_ms(1000, 0.5, 4.78) - 1, 4.78 * 0.5, 1e-9);
  EXPECT_DOUBLE_EQ(t1_with_agent_ms(1000, 0, 4.78), 1000);
}

TEST(Signal, NoAgentMeansNoEnhancement) {
  for (int t = 0; t < kTissueCount; ++t)
    EXPECT_DOUBLE_EQ(percent_enhancement(properties(Tissue(t)), dynamic_sequence({}), 0), 0);
}

TEST(Signal, TwoFlipAnglesGiveBackT1AndProtonDensity) {
  // S / sin α against S / tan α is a line of slope E1 (Gupta, J Magn Reson 25:231, 1977).
  TissueProperties tissue = properties(Tissue::gland);
  Sequence low, high;
  low.flip_degrees = 3, high.flip_degrees = 15;
  const double degree = 3.14159265358979 / 180;
  const double s1 = pure_signal(tissue, low).water, s2 = pure_signal(tissue, high).water;
  const double y1 = s1 / std::sin(3 * degree), x1 = s1 / std::tan(3 * degree);
  const double y2 = s2 / std::sin(15 * degree), x2 = s2 / std::tan(15 * degree);
  const double e1 = (y2 - y1) / (x2 - x1);
  EXPECT_NEAR(-low.tr_ms / std::log(e1), tissue.t1_ms, 1e-6 * tissue.t1_ms);
  const double density = (y1 - e1 * x1) / (1 - e1) * std::exp(low.te_ms / tissue.t2_ms);
  EXPECT_NEAR(density, tissue.proton_density * (1 - tissue.fat_fraction), 1e-9);
}

TEST(Signal, TwoBValuesGiveBackTheDiffusionCoefficient) {
  const TissueProperties& tissue = properties(Tissue::lesion);
  Sequence sequence{Weighting::diffusion, 7000, 70, 0, 90, 37, 50, true};
  const double low = pure_signal(tissue, sequence).water;
  sequence.b_s_per_mm2 = 1200;
  const double high = pure_signal(tissue, sequence).water;
  EXPECT_NEAR(1e6 * std::log(low / high) / 1150, tissue.adc_um2_per_s, 1e-6);
}

TEST(Signal, TwoEchoTimesGiveBackT2) {
  const TissueProperties& tissue = properties(Tissue::gland);
  Sequence sequence{Weighting::turbo_spin_echo, 5800, 20, 0, 150, 15, 0, false};
  const double first = pure_signal(tissue, sequence).water;
  sequence.te_ms = 100;
  EXPECT_NEAR(80 / std::log(first / pure_signal(tissue, sequence).water), tissue.t2_ms, 1e-9);
}

TEST(Signal, ContrastsAreThoseOfTheClinic) {
  const auto total = [](Tissue tissue, const Sequence& sequence) {
    const PureSignal s = pure_signal(properties(tissue), sequence);
    return s.water + s.fat;
  };
  const Sequence t1{Weighting::turbo_spin_echo, 780, 10, 0, 150, 3, 0, false};
  const Sequence t2{Weighting::turbo_spin_echo, 5800, 101, 0, 150, 15, 0, false};
  const Sequence stir{Weighting::inversion_recovery, 4170, 74, 170, 150, 15, 0, false};
  EXPECT_GT(total(Tissue::fat, t1), 1.5 * total(Tissue::gland, t1));
  EXPECT_GT(total(Tissue::gland, t1), total(Tissue::cyst, t1));
  EXPECT_GT(total(Tissue::cyst, t2), total(Tissue::fat, t2));
  EXPECT_GT(total(Tissue::fat, t2), total(Tissue::gland, t2));
  EXPECT_GT(total(Tissue::gland, t2), total(Tissue::muscle, t2));
  EXPECT_LT(total(Tissue::fat, stir), 0.5 * total(Tissue::gland, stir));
  EXPECT_GT(total(Tissue::cyst, stir), total(Tissue::gland, stir));
}

}  // namespace
}  // namespace lobule::phantom
