#include "report/charts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/text.h"

namespace lobule::report {
namespace {

std::size_t count(const std::string& code, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = code.find(part); at != std::string::npos; at = code.find(part, at + 1)) ++n;
  return n;
}

TEST(Charts, AMissingPointIsAGap) {
  const double missing = std::nan("");
  const Chart whole{"", "Phase", "%", {0, 1, 2, 3}, true, {{"a", "red", {0, 50, 60, 70}}}};
  Chart gap = whole;
  gap.series[0].y[1] = missing;
  const auto path = [](const std::string& code) {
    const std::size_t begin = code.find("<path d=\"");
    return code.substr(begin, code.find('"', begin + 9) - begin);
  };
  EXPECT_EQ(count(path(chart(whole).code), "M"), 1u);
  EXPECT_EQ(count(path(chart(gap).code), "M"), 2u);
  EXPECT_EQ(count(chart(whole).code, "<circle"), 4u);
  EXPECT_EQ(count(chart(gap).code, "<circle"), 3u);
}

TEST(Charts, AxesCarryTitlesWithUnitsAndTheLegendNames) {
  const std::string code =
      chart({"t", "Time, s", "Enhancement, %", {0, 90}, false, {{"<gland>", "red", {0, 9}}}}).code;
  for (const char* part : {"Time, s", "Enhancement, %", "&lt;gland&gt;"})
    EXPECT_TRUE(contains(code, part)) << part;
}

TEST(Charts, TicksAreRoundAndEncloseTheValues) {
  EXPECT_EQ(round_ticks(0, 5, true), (std::vector<double>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(round_ticks(0, 97, false), (std::vector<double>{0, 20, 40, 60, 80, 100}));
  EXPECT_EQ(round_ticks(-7, 33, false), (std::vector<double>{-10, 0, 10, 20, 30, 40}));
  EXPECT_EQ(round_ticks(0, 0, false).front(), 0);
}

TEST(Charts, WithoutPointsItSaysSo) {
  EXPECT_TRUE(contains(chart({}).code, "No curve was measured."));
}

}  // namespace
}  // namespace lobule::report
