#include "stats/agreement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <stdexcept>

#include "core/parallel.h"

namespace lobule::stats {
namespace {

// Shrout and Fleiss 1979, table 2: six targets rated by four judges.
const std::vector<std::vector<double>> kJudged{{9, 2, 5, 8}, {6, 1, 3, 2},  {8, 4, 6, 8},
                                               {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}};

TEST(Agreement, IccOfShroutAndFleissTable2) {
  const auto icc = icc_absolute(kJudged);
  ASSERT_TRUE(icc.has_value());
  EXPECT_NEAR(icc->value, 0.29, 0.005) << "their table 4, ICC(2,1)";
  // From their mean squares of table 3: (11.24 - 1.02) / (11.24 + 3 · 1.02 + 4 (32.49 - 1.02) / 6).
  EXPECT_NEAR(icc->value, 0.2898, 5e-5);
  // The interval that R's psych::ICC prints of this table, which follows the paper: 0.019 to 0.761.
  EXPECT_NEAR(icc->interval.low, 0.019, 5e-4);
  EXPECT_NEAR(icc->interval.high, 0.761, 5e-4);
}

TEST(Agreement, IccKnowsPerfectAgreementAndAConstantDifference) {
  const auto same = icc_absolute({{1, 1}, {2, 2}, {5, 5}});
  EXPECT_EQ(same->value, 1);
  EXPECT_EQ(same->interval.low, 1);
  // Variance between targets 1, between raters 0.5: ICC 1 / 1.5.
  const auto shifted = icc_absolute({{0, 1}, {1, 2}, {2, 3}});
  EXPECT_NEAR(shifted->value, 1 / 1.5, 1e-12);
  EXPECT_LT(shifted->interval.low, shifted->value);
  EXPECT_GT(shifted->interval.high, shifted->value);
  EXPECT_FALSE(icc_absolute({{1, 2}}).has_value());
  EXPECT_FALSE(icc_absolute({{3, 3}, {3, 3}}).has_value()) << "nothing varies";
  EXPECT_THROW(icc_absolute({{1, 2}, {1}}), std::invalid_argument);
}

// Bland and Altman 1986, table 1: first readings of peak expiratory flow (l/min) by the large and the mini
// meter.
const std::vector<double> kLarge{494, 395, 516, 434, 476, 557, 413, 442, 650,
                                 433, 417, 656, 267, 478, 178, 423, 427};
const std::vector<double> kMini{512, 430, 520, 428, 500, 600, 364, 380, 658,
                                445, 432, 626, 260, 477, 259, 350, 451};

TEST(Agreement, LimitsOfBlandAndAltmansPeakFlow) {
  const auto result = bland_altman(kLarge, kMini);
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(result->bias, -2.1, 0.05);
  EXPECT_NEAR(result->deviation, 38.8, 0.05);
  // The paper takes two deviations for 1.96: -79.7 and 75.5 l/min.
  EXPECT_NEAR(result->bias - 2 * result->deviation, -79.7, 0.1);
  EXPECT_NEAR(result->low, result->bias - 1.96 * result->deviation, 1e-9);
  EXPECT_NEAR(result->high, result->bias + 1.96 * result->deviation, 1e-9);
  // Their intervals: of the bias -22.0 to 17.8; of a limit ± 34.6 (-114.3 to -45.1 around -79.7).
  EXPECT_NEAR(result->bias_interval.low, -22.0, 0.1);
  EXPECT_NEAR(result->bias_interval.high, 17.8, 0.1);
  EXPECT_NEAR(result->low_interval.high - result->low, 34.6, 0.1);
  EXPECT_NEAR(result->high - result->high_interval.low, 34.6, 0.1);
}

TEST(Agreement, DifferencesTurnTheirSignWithTheReaders) {
  const auto one = bland_altman(kLarge, kMini), other = bland_altman(kMini, kLarge);
  EXPECT_NEAR(one->bias, -other->bias, 1e-12);
  EXPECT_NEAR(one->low, -other->high, 1e-9);
  EXPECT_FALSE(bland_altman({1}, {2}).has_value());
  EXPECT_THROW(bland_altman({1, 2}, {1}), std::invalid_argument);
}

// Cohen 1968, table 1 (200 patients, three diagnoses) with its weights of disagreement 1, 3 and 6.
const Matrix kDiagnoses{{88, 10, 2}, {14, 40, 6}, {18, 10, 12}};

TEST(Agreement, KappaOfCohensExample) {
  EXPECT_NEAR(*weighted_kappa(kDiagnoses, {{0, 1, 3}, {1, 0, 6}, {3, 6, 0}}), 0.348, 5e-4);
  EXPECT_NEAR(*weighted_kappa(kDiagnoses, {{0, 1, 1}, {1, 0, 1}, {1, 1, 0}}), 0.492, 5e-4);
}

TEST(Agreement, KappaIsOneWhereAllAgreeAndNothingWhereNothingVaries) {
  EXPECT_EQ(*weighted_kappa({{3, 0}, {0, 5}}, quadratic_disagreement(2)), 1);
  EXPECT_NEAR(*weighted_kappa({{1, 1}, {1, 1}}, quadratic_disagreement(2)), 0, 1e-12);
  EXPECT_FALSE(weighted_kappa({{4, 0}, {0, 0}}, quadratic_disagreement(2)).has_value());
  EXPECT_FALSE(weighted_kappa({{0, 0}, {0, 0}}, quadratic_disagreement(2)).has_value());
  EXPECT_EQ(confusion({0, 1, 1}, {0, 0, 1}, 2), (Matrix{{1, 0}, {1, 1}}));
}

TEST(Agreement, QuadraticKappaIsTheIntraclassCorrelationOfCategories) {
  // Fleiss and Cohen 1973: equal but for terms of 1 / n.
  std::vector<int> a, b;
  std::vector<std::vector<double>> rows;
  for (int i = 0; i < 3000; ++i) {
    a.push_back(i * 7 % 4), b.push_back(i % 5 == 0 ? i * 3 % 4 : i * 7 % 4);
    rows.push_back({static_cast<double>(a.back()), static_cast<double>(b.back())});
  }
  EXPECT_NEAR(*weighted_kappa(confusion(a, b, 4), quadratic_disagreement(4)), icc_absolute(rows)->value,
              1e-3);
}

TEST(Bootstrap, IntervalOfAMeanIsThatOfItsStandardError) {
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(i % 20);
  const auto mean = [&](std::span<const std::size_t> cases) {
    double sum = 0;
    for (const std::size_t c : cases) sum += values[c];
    return std::vector<double>{sum / static_cast<double>(cases.size()), std::nan("")};
  };
  const auto intervals = percentile_intervals(bootstrap_samples(values.size(), 2000, 5, mean));
  ASSERT_TRUE(intervals[0].has_value());
  const double error = std::sqrt((400 - 1) / 12.0 / 400);  // of whole numbers 0 to 19: variance 33.25
  EXPECT_NEAR(intervals[0]->high - intervals[0]->low, 2 * 1.96 * error, 0.06);
  EXPECT_NEAR(0.5 * (intervals[0]->high + intervals[0]->low), 9.5, 0.05);
  EXPECT_FALSE(intervals[1].has_value()) << "no sample had a value";
}

TEST(Bootstrap, IsTheSameForAnyNumberOfThreads) {
  const auto first = [](std::span<const std::size_t> cases) {
    return std::vector<double>{static_cast<double>(cases[0])};
  };
  set_thread_count(1);
  const auto one = bootstrap_samples(50, 99, 3, first);
  set_thread_count(4);
  const auto four = bootstrap_samples(50, 99, 3, first);
  set_thread_count(0);
  EXPECT_EQ(one, four);
}

}  // namespace
}  // namespace lobule::stats
