#include "phantom/random_parameters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace lobule::phantom {
namespace {

std::size_t at(Tissue tissue) {
  return static_cast<std::size_t>(tissue);
}

double full(const MaterialSignals& signals, Tissue tissue) {
  return static_cast<double>(signals.water[at(tissue)] + signals.fat[at(tissue)]);
}

TEST(Draw, NumbersDependOnTheStreamAloneAndStayInTheirRanges) {
  Draw a(sample_stream(1, "draw", 7)), b(sample_stream(1, "draw", 7)), c(sample_stream(1, "draw", 8));
  EXPECT_EQ(a.uniform(2, 3), b.uniform(2, 3));
  EXPECT_NE(a.uniform(2, 3), c.uniform(2, 3));
  std::array<int, 3> count{};
  for (int n = 0; n < 600; ++n) {
    const double value = a.log_uniform(0.5, 8);
    EXPECT_TRUE(value >= 0.5 && value <= 8);
    EXPECT_LT(a.below(5), 5u);
    ++count[a.weighted({1, 0, 3})];
  }
  EXPECT_EQ(a.below(0), 0u);
  EXPECT_EQ(count[1], 0);
  EXPECT_NEAR(count[0], 150, 45);
  EXPECT_NE(a.block(), a.block());
}

// By the signal equations, whatever the draw: what every reader of breast MRI expects of each contrast.
TEST(MaterialSignals, ContrastsAreThoseOfTheSequences) {
  const std::vector<MriChannel> channels{{MriContrast::t1, 0, 0},       {MriContrast::t2, 0, 0},
                                         {MriContrast::stir, 0, 0},     {MriContrast::dwi, 0, 0},
                                         {MriContrast::dwi, 0, 1000},   {MriContrast::adc, 0, 0},
                                         {MriContrast::t1_fatsat, 0, 0}};
  RandomStrength strength;
  strength.invented = 0;
  for (std::uint64_t n = 0; n < 50; ++n) {
    Draw draw(sample_stream(3, "contrasts", n));
    const MriParameters p = random_mri_parameters(draw, strength);
    const auto s = material_signals(p, channels, draw.stream());
    EXPECT_GT(full(s[0], Tissue::fat), full(s[0], Tissue::gland)) << n;
    EXPECT_GT(full(s[1], Tissue::cyst), full(s[1], Tissue::muscle)) << n;
    EXPECT_LT(full(s[2], Tissue::fat), full(s[2], Tissue::gland)) << n;
    EXPECT_LT(full(s[4], Tissue::gland), full(s[3], Tissue::gland)) << n;
    EXPECT_GT(full(s[4], Tissue::lesion) / full(s[3], Tissue::lesion),
              full(s[4], Tissue::gland) / full(s[3], Tissue::gland))
        << n;
    EXPECT_NEAR(full(s[5], Tissue::gland), p.tissues[at(Tissue::gland)].adc_um2_per_s / 2000, 1e-6);
    EXPECT_EQ(s[0].fat_suppressed, false);
    EXPECT_EQ(s[6].fat_suppressed, true);
    EXPECT_EQ(s[6].water[at(Tissue::fat)], 0);
  }
}

TEST(MaterialSignals, PhasesFollowTheExtendedToftsModel) {
  const std::vector<MriChannel> channels{
      {MriContrast::dce, 0, 0}, {MriContrast::dce, 1, 0}, {MriContrast::dce, 5, 0}};
  RandomStrength strength;
  strength.invented = 0;
  for (std::uint64_t n = 0; n < 10; ++n) {
    Draw draw(sample_stream(4, "phases", n));
    const MriParameters p = random_mri_parameters(draw, strength);
    const auto s = material_signals(p, channels, draw.stream());
    const double minutes[] = {p.first_post_min, p.first_post_min + 4 * p.interval_min};
    for (const Tissue t : {Tissue::gland, Tissue::lesion, Tissue::blood, Tissue::muscle}) {
      const auto held = tissue_concentrations_mm(p.tissues[at(t)].kinetics, p.input, minutes);
      const PureSignal before = pure_signal(p.tissues[at(t)], p.dynamic);
      for (std::size_t phase = 0; phase < 2; ++phase) {
        const PureSignal after =
            pure_signal(p.tissues[at(t)], p.dynamic, relaxivity(p.agent, p.tesla) * held[phase]);
        const double wanted = (after.water + after.fat) / (before.water + before.fat);
        EXPECT_NEAR(full(s[phase + 1], t) / full(s[0], t), wanted, 0.02 * wanted) << n;
      }
    }
  }
}

TEST(MaterialSignals, InventedLesionsEnhanceMoreThanFatAndKeepTheirUnenhancedSignal) {
  RandomStrength strength;
  strength.invented = 1;
  for (std::uint64_t n = 0; n < 20; ++n) {
    Draw draw(sample_stream(5, "invented", n));
    const MriParameters p = random_mri_parameters(draw, strength);
    const auto s = material_signals(p, {{MriContrast::dce, 0, 0}, {MriContrast::dce, 1, 0}}, draw.stream());
    EXPECT_GT(full(s[1], Tissue::lesion), 1.5 * full(s[0], Tissue::lesion));
    EXPECT_LT(full(s[1], Tissue::fat), 1.1 * full(s[0], Tissue::fat));
    EXPECT_EQ(s[0].water[kTissueCount], s[0].water[at(Tissue::lesion)]);
    EXPECT_NE(s[1].water[kTissueCount], s[1].water[kTissueCount + 1]);
  }
}

}  // namespace
}  // namespace lobule::phantom
