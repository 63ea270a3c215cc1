#pragma once
// How far people, or people and programs, who measure the same things agree.

#include <optional>
#include <vector>

#include "stats/bootstrap.h"

namespace lobule::stats {

// ICC(2,1): two-way random effects, absolute agreement, one measurement (Shrout and Fleiss 1979, Psychol Bull
// 86:420), with its 95 % interval by Satterthwaite's approximation (their page 424). `rows` holds a target's
// measurements by all raters. Nothing for fewer than two targets or raters, and where nothing varies.
struct Icc {
  double value = 0;
  Interval interval;
};
std::optional<Icc> icc_absolute(const std::vector<std::vector<double>>& rows);

// Bland and Altman 1986 (Lancet 327:307): differences a - b, their mean and standard deviation (n - 1), the
// limits mean ± 1.96 deviations, and 95 % intervals by Student's t with n - 1 degrees of freedom from the
// standard errors s / √n of the mean and √(3 s² / n) of a limit. Nothing for fewer than two pairs. Throws
// std::invalid_argument where a and b are of different length.
struct BlandAltman {
  double bias = 0, deviation = 0, low = 0, high = 0;
  Interval bias_interval, low_interval, high_interval;
};
std::optional<BlandAltman> bland_altman(const std::vector<double>& a, const std::vector<double>& b);

// Cohen's weighted kappa (Cohen 1968, Psychol Bull 70:213): 1 minus the observed over the expected weighted
// disagreement. `counts[i][j]` counts the cases that the first rater put into i and the second into j;
// `disagreement` holds their weights, 0 on the diagonal. Nothing without cases, and where all lie in one
// category.
using Matrix = std::vector<std::vector<double>>;
std::optional<double> weighted_kappa(const Matrix& counts, const Matrix& disagreement);

// Weights (i - j)²: kappa then is an intraclass correlation (Fleiss and Cohen 1973, Educ Psychol Meas
// 33:613).
Matrix quadratic_disagreement(std::size_t categories);

// Counts of pairs of categories from 0 to `categories` - 1.
Matrix confusion(const std::vector<int>& a, const std::vector<int>& b, std::size_t categories);

}  // namespace lobule::stats
