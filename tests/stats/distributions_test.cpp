#include "stats/distributions.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lobule::stats {
namespace {

TEST(Distributions, TheIncompleteBetaFunctionHasItsClosedForms) {
  // I_x(1, 1) = x, I_x(a, 1) = x^a, I_x(1, b) = 1 - (1 - x)^b, I_x(1/2, 1/2) = 2/π asin √x.
  for (const double x : {0.0, 0.01, 0.3, 0.5, 0.77, 0.999, 1.0}) {
    EXPECT_NEAR(incomplete_beta(x, 1, 1), x, 1e-14);
    EXPECT_NEAR(incomplete_beta(x, 3.5, 1), std::pow(x, 3.5), 1e-14);
    EXPECT_NEAR(incomplete_beta(x, 1, 7), 1 - std::pow(1 - x, 7), 1e-14);
    EXPECT_NEAR(incomplete_beta(x, 0.5, 0.5), 2 / std::acos(-1.0) * std::asin(std::sqrt(x)), 1e-13);
    EXPECT_NEAR(incomplete_beta(x, 8, 300) + incomplete_beta(1 - x, 300, 8), 1, 1e-13);
  }
}

TEST(Distributions, QuantilesAreThoseOfPublishedTables) {
  // NIST/SEMATECH e-Handbook, tables of critical values 1.3.6.7.2 and 1.3.6.7.3.
  EXPECT_NEAR(student_t_quantile(0.975, 1), 12.706, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.975, 16), 2.120, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.95, 100), 1.660, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.025, 10), -2.228, 5e-4);
  EXPECT_EQ(student_t_quantile(0.5, 3), 0);
  EXPECT_NEAR(f_quantile(0.95, 1, 1), 161.448, 5e-4);
  EXPECT_NEAR(f_quantile(0.95, 5, 15), 2.901, 5e-4);
  EXPECT_NEAR(f_quantile(0.95, 10, 100), 1.927, 5e-4);
}

TEST(Distributions, FOfOneNumeratorDegreeIsTheSquareOfT) {
  for (const double df : {1.0, 2.5, 7.0, 40.0})
    EXPECT_NEAR(f_quantile(0.95, 1, df), std::pow(student_t_quantile(0.975, df), 2),
                1e-9 * f_quantile(0.95, 1, df));
}

}  // namespace
}  // namespace lobule::stats
