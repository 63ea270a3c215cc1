#include "phantom/kinetics.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lobule::phantom {
namespace {

// Parker 2006, table 1: two Gaussians (areas in mM min, centres and widths in minutes) and an exponential
// (mM, 1/min) switched on by a sigmoid (1/min, min).
constexpr double kArea[] = {0.809, 0.330}, kCenter[] = {0.17046, 0.365}, kWidth[] = {0.0563, 0.132};
constexpr double kAlpha = 1.050, kBeta = 0.1685, kSlope = 38.078, kTau = 0.483;

constexpr double kStepMinutes = 0.1 / 60;

// The exact response, after one step, of y' = −k y + c to a c that runs linearly from `from` to `to`.
struct LinearStep {
  double keep, from, to;

  explicit LinearStep(double rate_per_min) {
    const double x = rate_per_min * kStepMinutes;
    keep = std::exp(-x);
    // to = ∫ exp(−k (h − s)) s/h ds; both are series where x is small.
    to = x > 1e-4 ? kStepMinutes * (1 - (1 - keep) / x) / x : kStepMinutes * (0.5 - x / 6);
    from = (x > 1e-4 ? kStepMinutes * (1 - keep) / x : kStepMinutes * (1 - x / 2)) - to;
  }
};

}  // namespace

const char* to_text(Agent agent) {
  constexpr const char* kNames[] = {"gadobutrol", "gadoteridol", "gadoterate"};
  return kNames[static_cast<std::size_t>(agent)];
}

double relaxivity(Agent agent, double tesla) {
  constexpr double kAt15[] = {4.78, 3.80, 3.32}, kAt3[] = {4.97, 3.28, 3.00};
  const auto index = static_cast<std::size_t>(agent);
  return tesla < 2.25 ? kAt15[index] : kAt3[index];
}

double ArterialInput::blood_mm(double minutes) const {
  if (minutes <= 0) return 0;
  double sum = kAlpha * std::exp(-kBeta * minutes) / (1 + std::exp(-kSlope * (minutes - kTau)));
  for (int n = 0; n < 2; ++n) {
    const double z = (minutes - kCenter[n]) / kWidth[n];
    sum += kArea[n] / (kWidth[n] * std::sqrt(2 * std::numbers::pi)) * std::exp(-z * z / 2);
  }
  return dose * sum;
}

std::vector<double> tissue_concentrations_mm(const Pharmacokinetics& tissue, const ArterialInput& input,
                                             std::span<const double> minutes) {
  const double rate_per_min = tissue.ve > 0 ? tissue.ktrans_per_min / tissue.ve : 0;
  const LinearStep step(rate_per_min);
  std::vector<double> result;
  double time = 0, plasma = 0, integral = 0;  // at `time`
  for (const double wanted : minutes) {
    while (time + kStepMinutes <= wanted) {
      const double next = input.plasma_mm(time + kStepMinutes);
      integral = step.keep * integral + step.from * plasma + step.to * next;
      plasma = next;
      time += kStepMinutes;
    }
    // The rest of a step, to first order.
    const double now = input.plasma_mm(wanted), rest = std::max(0.0, wanted - time);
    const double there = std::exp(-rate_per_min * rest) * integral + rest * (plasma + now) / 2;
    result.push_back(tissue.vp * now + tissue.ktrans_per_min * there);
  }
  return result;
}

const char* to_text(CurveType type) {
  constexpr const char* kNames[] = {"persistent", "plateau", "washout"};
  return kNames[static_cast<std::size_t>(type)];
}

Pharmacokinetics shaped(const Pharmacokinetics& tissue, CurveType type, double uptake_scale) {
  // With Parker's input 0.2 /min keeps the signal rising for five minutes, 0.42 holds it, 1.0 lets it fall.
  constexpr double kReturnPerMin[] = {0.20, 0.42, 1.00};
  constexpr double kLargestVe = 0.95;
  const double rate_per_min = kReturnPerMin[static_cast<std::size_t>(type)];
  Pharmacokinetics out = tissue;
  out.ktrans_per_min = std::min(tissue.ktrans_per_min * uptake_scale, kLargestVe * rate_per_min);
  out.ve = out.ktrans_per_min / rate_per_min;
  out.vp = std::min(0.5, out.vp * uptake_scale);
  return out;
}

}  // namespace lobule::phantom
