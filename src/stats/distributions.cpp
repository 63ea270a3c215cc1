#include "stats/distributions.h"

#include <cmath>
#include <initializer_list>

namespace lobule::stats {
namespace {

// The continued fraction of DLMF 8.17.22 by Lentz's method as Thompson and Barnett (1986) modified it.
double beta_fraction(double x, double a, double b) {
  constexpr double kTiny = 1e-300, kExact = 1e-16;
  constexpr int kMostTerms = 10000;
  const auto off_zero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1, d = 1 / off_zero(1 - (a + b) * x / (a + 1)), value = d;
  for (int m = 1; m < kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double step = 1;
    for (const double term : {even, odd}) {
      d = 1 / off_zero(1 + term * d);
      c = off_zero(1 + term / c);
      step = c * d;
      value *= step;
    }
    if (std::abs(step - 1) < kExact) break;
  }
  return value;
}

// The x in [0, 1] where I_x(a, b) is p.
double beta_quantile(double p, double a, double b) {
  double low = 0, high = 1;
  for (int halving = 0; halving < 200 && high > low; ++halving) {
    const double middle = 0.5 * (low + high);
    if (middle == low || middle == high) break;
    (incomplete_beta(middle, a, b) < p ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

double incomplete_beta(double x, double a, double b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  // The fraction converges quickly on one side; the other follows by symmetry.
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction(x, a, b) / a
                                   : 1 - front * beta_fraction(1 - x, b, a) / b;
}

double student_t_quantile(double p, double df) {
  if (p < 0.5) return -student_t_quantile(1 - p, df);
  // P(|T| > t) is I_x(df / 2, 1 / 2) at x = df / (df + t²).
  const double x = beta_quantile(2 * (1 - p), 0.5 * df, 0.5);
  return std::sqrt(df * (1 - x) / x);
}

double f_quantile(double p, double df1, double df2) {
  // P(F > f) is I_x(df2 / 2, df1 / 2) at x = df2 / (df2 + df1 f).
  const double x = beta_quantile(1 - p, 0.5 * df2, 0.5 * df1);
  return df2 * (1 - x) / (df1 * x);
}

}  // namespace lobule::stats
