#include "stats/cut_points.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace lobule::stats {
namespace {

// Readers who cut at 12, 34 and 61, and one in ten of whose readings is one category off.
std::vector<Reading> planted(int count, double wrong) {
  const RandomStream random(11, "readings");
  std::vector<Reading> readings;
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::uint64_t>(3 * i);
    const double value = 85 * random.uniform(at);
    int category = category_of(value, {12, 34, 61});
    if (random.uniform(at + 1) < wrong) category += category == 0 || (category < 3 && i % 2 == 0) ? 1 : -1;
    readings.push_back({value, category, i / 2});
  }
  return readings;
}

TEST(CutPoints, PlantedCutsAreFoundExactlyWhereReadersAreConsistent) {
  const auto readings = planted(400, 0);
  const auto cuts = best_cuts(readings);
  ASSERT_TRUE(cuts.has_value());
  const double planted_cuts[3] = {12, 34, 61};
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR((*cuts)[k], planted_cuts[k], 0.5);
  EXPECT_EQ(*kappa_of(readings, *cuts), 1);
}

TEST(CutPoints, NoOtherTripleIsBetter) {
  const auto readings = planted(40, 0.3);
  const auto cuts = best_cuts(readings);
  std::vector<double> values;
  for (const Reading& reading : readings) values.push_back(reading.value);
  std::sort(values.begin(), values.end());
  double best = -1;
  for (std::size_t i = 1; i < values.size(); ++i)
    for (std::size_t j = i + 1; j < values.size(); ++j)
      for (std::size_t k = j + 1; k < values.size(); ++k)
        best = std::max(best, kappa_of(readings, {values[i], values[j], values[k]}).value_or(-1));
  EXPECT_NEAR(*kappa_of(readings, *cuts), best, 1e-12);
}

TEST(CutPoints, IntervalsHoldThePlantedCutsAndKappaIsCorrectedDownwards) {
  const auto fitted = fit_cuts(planted(300, 0.2), 200, 1);
  ASSERT_TRUE(fitted.has_value());
  const double planted_cuts[3] = {12, 34, 61};
  for (std::size_t k = 0; k < 3; ++k) {
    ASSERT_TRUE(fitted->cut_intervals[k].has_value());
    EXPECT_LE(fitted->cut_intervals[k]->low, planted_cuts[k] + 0.5);
    EXPECT_GE(fitted->cut_intervals[k]->high, planted_cuts[k] - 0.5);
  }
  EXPECT_LT(fitted->corrected_kappa, fitted->kappa);
  EXPECT_GT(fitted->corrected_kappa, fitted->kappa - 0.1);
}

TEST(CutPoints, AValueAtACutBelongsAbove) {
  EXPECT_EQ(category_of(9.9, {10, 20, 30}), 0);
  EXPECT_EQ(category_of(10, {10, 20, 30}), 1);
  EXPECT_EQ(category_of(30, {10, 20, 30}), 3);
}

TEST(CutPoints, TooLittleGivesNothing) {
  EXPECT_FALSE(best_cuts({{1, 0, 0}, {2, 1, 1}, {2, 3, 2}}).has_value()) << "two different values";
  EXPECT_FALSE(best_cuts({}).has_value());
  EXPECT_FALSE(fit_cuts({}, 10, 1).has_value());
}

}  // namespace
}  // namespace lobule::stats
