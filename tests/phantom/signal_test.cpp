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
  EXPECT_NEAR(inversion_recovery(300, 50, 1e9, 0, 300 * std::log(2.0)), 0, 1e-12);
}

TEST(Signal, TheAgentShortensT1ByItsRelaxivity) {
  EXPECT_NEAR(1000 / t1_with_agent_ms(1000, 0.5) - 1, 4.78 * 0.5, 1e-9);
  EXPECT_DOUBLE_EQ(t1_with_agent_ms(1000, 0), 1000);
}

TEST(Signal, NoAgentMeansNoEnhancement) {
  for (int t = 0; t < kTissueCount; ++t)
    EXPECT_DOUBLE_EQ(percent_enhancement(static_cast<Tissue>(t), {}, -1), 0) << properties(Tissue(t)).name;
}

TEST(Signal, FatIsPartlySuppressedInTheDynamic) {
  const double fat = dynamic_signal(Tissue::fat, {}, -1, 0.16),
               gland = dynamic_signal(Tissue::gland, {}, -1, 0.16);
  EXPECT_GT(fat / gland, 0.3);
  EXPECT_LT(fat / gland, 0.5);
}

TEST(Signal, LesionWashesOutGlandPersistsAndBloodIsFast) {
  const double early = 100.0 / 60 - 20.0 / 60, late = 350.0 / 60;
  EXPECT_LT(percent_enhancement(Tissue::lesion, {}, late),
            0.95 * percent_enhancement(Tissue::lesion, {}, early));
  EXPECT_GT(percent_enhancement(Tissue::gland, {}, late),
            1.3 * percent_enhancement(Tissue::gland, {}, early));
  EXPECT_GT(percent_enhancement(Tissue::blood, {}, early), 200);
}

}  // namespace
}  // namespace lobule::phantom
