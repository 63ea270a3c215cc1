#include "stats/agreement.h"

#include <cmath>
#include <numeric>
#include <stdexcept>

#include "stats/distributions.h"

namespace lobule::stats {
namespace {

constexpr double kTwoSided = 0.975;  // for 95 % between both tails
constexpr double kLimitsOfAgreement = 1.96;

// Mean squares between targets, between raters, and of the rest.
struct MeanSquares {
  double targets = 0, raters = 0, rest = 0;
};

MeanSquares mean_squares(const std::vector<std::vector<double>>& rows) {
  const double n = static_cast<double>(rows.size()), k = static_cast<double>(rows.front().size());
  std::vector<double> of_rater(rows.front().size(), 0);
  double all = 0, squares = 0, between_targets = 0;
  for (const std::vector<double>& row : rows)
    for (std::size_t r = 0; r < row.size(); ++r) of_rater[r] += row[r] / n, all += row[r] / (n * k);
  for (const std::vector<double>& row : rows) {
    const double mean = std::accumulate(row.begin(), row.end(), 0.0) / k;
    between_targets += k * (mean - all) * (mean - all);
    for (const double v : row) squares += (v - all) * (v - all);
  }
  double between_raters = 0;
  for (const double mean : of_rater) between_raters += n * (mean - all) * (mean - all);
  // Where raters agree but for a constant, rounding must not leave a rest below 0.
  const double rest = std::max(0.0, squares - between_targets - between_raters);
  return {between_targets / (n - 1), between_raters / (k - 1),
          (rest < 1e-12 * squares ? 0 : rest) / ((n - 1) * (k - 1))};
}

}  // namespace

std::optional<Icc> icc_absolute(const std::vector<std::vector<double>>& rows) {
  if (rows.size() < 2 || rows.front().size() < 2) return {};
  for (const std::vector<double>& row : rows)
    if (row.size() != rows.front().size()) throw std::invalid_argument("targets of different length");
  const double n = static_cast<double>(rows.size()), k = static_cast<double>(rows.front().size());
  const MeanSquares ms = mean_squares(rows);
  const double all = ms.targets + (k - 1) * ms.rest + k * (ms.raters - ms.rest) / n;
  if (!(all > 0)) return {};
  Icc icc;
  icc.value = (ms.targets - ms.rest) / all;
  const double rho = icc.value;
  // Satterthwaite's degrees of freedom; with no rest their limit for F of raters to infinity.
  double df = k - 1;
  if (ms.rest > 0) {
    const double f = ms.raters / ms.rest, within = n * (1 + (k - 1) * rho) - k * rho;
    df = (k - 1) * (n - 1) * std::pow(k * rho * f + within, 2) /
         ((n - 1) * k * k * rho * rho * f * f + within * within);
  } else if (ms.raters == 0) {
    icc.interval = {1, 1};
    return icc;
  }
  const double f_low = f_quantile(kTwoSided, n - 1, df), f_high = f_quantile(kTwoSided, df, n - 1);
  const double others = k * ms.raters + (k * n - k - n) * ms.rest;
  icc.interval = {n * (ms.targets - f_low * ms.rest) / (f_low * others + n * ms.targets),
                  n * (f_high * ms.targets - ms.rest) / (others + n * f_high * ms.targets)};
  return icc;
}

std::optional<BlandAltman> bland_altman(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) throw std::invalid_argument("pairs of different length");
  if (a.size() < 2) return {};
  const double n = static_cast<double>(a.size());
  BlandAltman result;
  for (std::size_t i = 0; i < a.size(); ++i) result.bias += (a[i] - b[i]) / n;
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += std::pow(a[i] - b[i] - result.bias, 2);
  result.deviation = std::sqrt(squares / (n - 1));
  result.low = result.bias - kLimitsOfAgreement * result.deviation;
  result.high = result.bias + kLimitsOfAgreement * result.deviation;
  const double t = student_t_quantile(kTwoSided, n - 1);
  const double of_bias = t * result.deviation / std::sqrt(n),
               of_limit = t * result.deviation * std::sqrt(3 / n);
  result.bias_interval = {result.bias - of_bias, result.bias + of_bias};
  result.low_interval = {result.low - of_limit, result.low + of_limit};
  result.high_interval = {result.high - of_limit, result.high + of_limit};
  return result;
}

std::optional<double> weighted_kappa(const Matrix& counts, const Matrix& disagreement) {
  const std::size_t n = counts.size();
  std::vector<double> of_first(n, 0), of_second(n, 0);
  double all = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      of_first[i] += counts[i][j], of_second[j] += counts[i][j], all += counts[i][j];
  double observed = 0, expected = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      observed += disagreement[i][j] * counts[i][j];
      expected += all > 0 ? disagreement[i][j] * of_first[i] * of_second[j] / all : 0;
    }
  if (!(expected > 0)) return {};
  return 1 - observed / expected;
}

Matrix quadratic_disagreement(std::size_t categories) {
  Matrix weights(categories, std::vector<double>(categories));
  for (std::size_t i = 0; i < categories; ++i)
    for (std::size_t j = 0; j < categories; ++j)
      weights[i][j] = std::pow(static_cast<double>(i) - static_cast<double>(j), 2);
  return weights;
}

Matrix confusion(const std::vector<int>& a, const std::vector<int>& b, std::size_t categories) {
  Matrix counts(categories, std::vector<double>(categories, 0));
  for (std::size_t i = 0; i < a.size(); ++i)
    ++counts.at(static_cast<std::size_t>(a[i])).at(static_cast<std::size_t>(b.at(i)));
  return counts;
}

}  // namespace lobule::stats
