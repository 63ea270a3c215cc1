#include "phantom/tissue.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lobule::phantom {
namespace {

TEST(TissueProperties, RelaxationAtThreeTeslaIsTheLiteraturesAndElsewhereTheSame) {
  EXPECT_EQ(properties(Tissue::gland, 3).t1_ms, 1445);
  EXPECT_EQ(properties(Tissue::gland, 1.5).t1_ms, 1266);
  EXPECT_EQ(properties(Tissue::fat, 3).t1_ms, 367);
  for (int t = 0; t < kTissueCount; ++t) {
    const Tissue tissue = static_cast<Tissue>(t);
    EXPECT_GE(properties(tissue, 3).t1_ms, properties(tissue).t1_ms);
    EXPECT_EQ(properties(tissue, 3).adc_um2_per_s, properties(tissue).adc_um2_per_s);
    EXPECT_EQ(properties(tissue, 1.5).t2_ms, properties(tissue).t2_ms);
  }
}

TEST(TissueProperties, ARandomPatientStaysWithinTheLiteraturesRanges) {
  double lowest = 1e9, highest = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const TissueTable table = random_properties(seed);
    for (const TissueProperties& p : table) {
      EXPECT_GT(p.t1_ms, 0) << p.name;
      EXPECT_LE(p.proton_density, 1) << p.name;
      EXPECT_GE(p.fat_fraction, 0) << p.name;
      EXPECT_LT(p.kinetics.ve + p.kinetics.vp, 1) << p.name;
    }
    const TissueProperties& gland = table[static_cast<std::size_t>(Tissue::gland)];
    EXPECT_GT(gland.adc_um2_per_s, 1500);
    EXPECT_LT(gland.adc_um2_per_s, 2100);
    lowest = std::min(lowest, gland.kinetics.ktrans_per_min);
    highest = std::max(highest, gland.kinetics.ktrans_per_min);
  }
  EXPECT_LT(lowest, 0.007);
  EXPECT_GT(highest, 0.022);
}

TEST(TissueProperties, OnePatientDeviatesAlikeAtBothFieldStrengths) {
  const TissueTable low = random_properties(7, 1.5), high = random_properties(7, 3);
  for (int t = 0; t < kTissueCount; ++t) {
    const Tissue tissue = static_cast<Tissue>(t);
    EXPECT_NEAR(low[t].t1_ms / properties(tissue, 1.5).t1_ms, high[t].t1_ms / properties(tissue, 3).t1_ms,
                1e-12);
  }
}

}  // namespace
}  // namespace lobule::phantom
