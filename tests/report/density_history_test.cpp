#include "report/density_history.h"

#include <gtest/gtest.h>

namespace lobule::report {
namespace {

DensityExam exam(int number, const std::string& woman, const std::string& date, double percent,
                 double spread = 2) {
  DensityExam e;
  e.number = number;
  e.date = date;
  e.images.emplace_back();
  e.images.back().patient_id = woman;
  e.percent_density = percent, e.lowest_percent = percent - spread, e.highest_percent = percent + spread;
  return e;
}

TEST(DensityHistory, JoinsAWomansExamsByTheirDates) {
  const std::vector<DensityHistory> found =
      density_histories({exam(1, "b", "2021-03-01", 20), exam(2, "a", "2015-06-30", 40),
                         exam(3, "b", "2017-03-01", 31.5), exam(4, "a", "2016-06-29", 41)});
  ASSERT_EQ(found.size(), 2u);
  const DensityHistory& first = found[0];
  ASSERT_EQ(first.points.size(), 2u);
  EXPECT_EQ(first.points[0].exam_number, 3);
  EXPECT_EQ(first.points[1].exam_number, 1);
  EXPECT_NEAR(first.points[1].years, 4, 0.01);
  EXPECT_NEAR(first.change, -11.5, 1e-9);
  EXPECT_TRUE(first.beyond_uncertainty);
  EXPECT_EQ(
      words_of(first),
      "From 31.5 % (exam 3) to 20.0 % (exam 1) in 4.0 years, −2.9 points a year. This is more than copies "
      "that should not matter differ by.");
  EXPECT_FALSE(found[1].beyond_uncertainty);
  EXPECT_EQ(
      words_of(found[1]),
      "From 40.0 % (exam 2) to 41.0 % (exam 4) in 12 months. Copies that should not matter differ by as "
      "much: no change is shown.");
}

TEST(DensityHistory, NeedsAWomanSeveralDatesAndMeasuredExams) {
  EXPECT_TRUE(density_histories({exam(1, "", "2015-06-30", 40), exam(2, "", "2016-06-30", 41)}).empty());
  EXPECT_TRUE(density_histories({exam(1, "a", "2015-06-30", 40), exam(2, "a", "2015-06-30", 41)}).empty());
  EXPECT_TRUE(density_histories({exam(1, "a", "2015-06-30", 40), exam(2, "a", "", 41)}).empty());
  EXPECT_TRUE(density_histories({exam(1, "a", "2015-06-30", 40), exam(2, "a", "2015-13-30", 41)}).empty());
  DensityExam refused = exam(2, "a", "2016-06-30", 41);
  refused.percent_density.reset();
  EXPECT_TRUE(density_histories({exam(1, "a", "2015-06-30", 40), refused}).empty());
  EXPECT_TRUE(history_section({}).empty());
}

}  // namespace
}  // namespace lobule::report
