#include "phantom/kinetics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "phantom/signal.h"

namespace lobule::phantom {
namespace {

std::vector<double> seconds(int from, int to, int step) {
  std::vector<double> minutes;
  for (int s = from; s <= to; s += step) minutes.push_back(s / 60.0);
  return minutes;
}

TEST(ArterialInput, HasParkersPeakAndTail) {
  const ArterialInput input;
  EXPECT_EQ(input.blood_mm(0), 0);
  // The first Gaussian's crest, by hand: 0.809 / (0.0563 √2π) = 5.7325, the second adds 0.3361.
  EXPECT_NEAR(input.blood_mm(0.17046), 5.7325 + 0.3361 + 1.050 * std::exp(-0.1685 * 0.17046) * 6.8e-6, 2e-3);
  EXPECT_NEAR(input.blood_mm(5), 1.050 * std::exp(-0.1685 * 5), 1e-9);
  EXPECT_NEAR(input.plasma_mm(5) * 0.58, input.blood_mm(5), 1e-12);
  EXPECT_NEAR(ArterialInput{2}.blood_mm(1), 2 * input.blood_mm(1), 1e-12);
}

TEST(Kinetics, BloodHoldsTheArterialConcentration) {
  const auto times = seconds(-30, 300, 30);
  const auto blood = tissue_concentrations_mm({0, 0, 0.58}, {}, times);
  for (std::size_t i = 0; i < times.size(); ++i)
    EXPECT_NEAR(blood[i], ArterialInput{}.blood_mm(times[i]), 1e-12);
}

TEST(Kinetics, TheTissueObeysItsDifferentialEquation) {
  // dCt/dt = Ktrans Cp − (Ktrans/ve) Ct without plasma, by central differences.
  const Pharmacokinetics pk{0.3, 0.4, 0};
  for (const double t : {0.2, 0.5, 1.0, 3.0, 8.0}) {
    const double h = 0.005;
    const auto c = tissue_concentrations_mm(pk, {}, std::vector{t - h, t, t + h});
    const double expected = 0.3 * ArterialInput{}.plasma_mm(t) - 0.3 / 0.4 * c[1];
    EXPECT_NEAR((c[2] - c[0]) / (2 * h), expected, 0.005 * std::abs(expected) + 1e-3) << t;
  }
}

TEST(Kinetics, WithoutReturnTheTissueIntegratesThePlasma) {
  // The area of both Gaussians is 0.809 + 0.330 but for what lies before t = 0; the tail by its closed form.
  const double t = 10, tail = 1.050 / 0.1685 * (std::exp(-0.1685 * 0.483) - std::exp(-0.1685 * t));
  const double c = tissue_concentrations_mm({0.1, 0, 0}, {}, std::vector{t})[0];
  EXPECT_NEAR(c, 0.1 / 0.58 * (0.809 + 0.330 + tail), 0.002);
}

TEST(Kinetics, AskingForManyTimesOrOneIsTheSame) {
  const Pharmacokinetics pk{0.25, 0.5, 0.03};
  const auto times = seconds(0, 400, 7);
  const auto all = tissue_concentrations_mm(pk, {}, times);
  for (std::size_t i = 0; i < times.size(); i += 9)
    EXPECT_NEAR(tissue_concentrations_mm(pk, {}, std::span(&times[i], 1))[0], all[i], 1e-4);
}

TEST(Kinetics, CurveTypesAreThoseOfBiRads) {
  const double early = 70.0 / 60, late = 330.0 / 60;
  const auto delayed = [&](CurveType type) {
    const auto c = tissue_concentrations_mm(shaped(properties(Tissue::lesion).kinetics, type, 1), {},
                                            std::vector{early, late});
    const auto pe = [&](double mm) {
      return percent_enhancement(properties(Tissue::lesion), dynamic_sequence({}), 4.78 * mm);
    };
    return 100 * (100 + pe(c[1])) / (100 + pe(c[0])) - 100;
  };
  EXPECT_GT(delayed(CurveType::persistent), 10);
  EXPECT_LT(std::abs(delayed(CurveType::plateau)), 10);
  EXPECT_LT(delayed(CurveType::washout), -10);
}

// Ktrans, ve and vp from concentrations by Murase's linear form (Magn Reson Med 51:858, 2004):
// Ct = (Ktrans + kep vp) ∫Cp − kep ∫Ct + vp Cp, least squares.
Pharmacokinetics murase(const std::vector<double>& minutes, const std::vector<double>& tissue) {
  std::array<std::array<double, 4>, 3> m{};
  double plasma_area = 0, tissue_area = 0;
  for (std::size_t i = 1; i < minutes.size(); ++i) {
    const double h = minutes[i] - minutes[i - 1];
    const double cp = ArterialInput{}.plasma_mm(minutes[i]);
    plasma_area += h * (cp + ArterialInput{}.plasma_mm(minutes[i - 1])) / 2;
    tissue_area += h * (tissue[i] + tissue[i - 1]) / 2;
    const double row[3] = {plasma_area, -tissue_area, cp};
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 3; ++c) m[r][c] += row[r] * row[c];
      m[r][3] += row[r] * tissue[i];
    }
  }
  for (int p = 0; p < 3; ++p)
    for (int r = 0; r < 3; ++r)
      if (r != p) {
        const double f = m[r][p] / m[p][p];
        for (int c = 0; c < 4; ++c) m[r][c] -= f * m[p][c];
      }
  const double vp = m[2][3] / m[2][2], kep = m[1][3] / m[1][1];
  const double ktrans = m[0][3] / m[0][0] - kep * vp;
  return {ktrans, ktrans / kep, vp};
}

TEST(Kinetics, ToftsParametersAreRecoveredFromSignals) {
  const std::vector<double> times = seconds(0, 420, 1);
  for (const Tissue tissue : {Tissue::lesion, Tissue::fibroadenoma, Tissue::gland, Tissue::muscle}) {
    const TissueProperties& p = properties(tissue);
    const Sequence sequence = dynamic_sequence({});
    std::vector<double> recovered;
    for (const double c : tissue_concentrations_mm(p.kinetics, {}, times)) {
      // Back from the signal: E1 = (s − sin α) / (s cos α − sin α) of the signal relative to M0.
      const double s =
          pure_signal(p, sequence, 4.78 * c).water / p.proton_density / std::exp(-sequence.te_ms / p.t2_ms);
      const double flip = sequence.flip_degrees * 3.14159265358979 / 180;
      const double e1 = (s - std::sin(flip)) / (s * std::cos(flip) - std::sin(flip));
      recovered.push_back((-1000 * std::log(e1) / sequence.tr_ms - 1000 / p.t1_ms) / 4.78);
    }
    const Pharmacokinetics found = murase(times, recovered);
    EXPECT_NEAR(found.ktrans_per_min, p.kinetics.ktrans_per_min, 0.01 * p.kinetics.ktrans_per_min) << p.name;
    EXPECT_NEAR(found.ve, p.kinetics.ve, 0.01 * p.kinetics.ve) << p.name;
    EXPECT_NEAR(found.vp, p.kinetics.vp, 0.01 * p.kinetics.vp) << p.name;
  }
}

TEST(Kinetics, RelaxivityIsThatOfTheAgentAndTheField) {
  EXPECT_EQ(relaxivity(Agent::gadobutrol, 1.5), 4.78);
  EXPECT_EQ(relaxivity(Agent::gadoterate, 3), 3.00);
}

}  // namespace
}  // namespace lobule::phantom
