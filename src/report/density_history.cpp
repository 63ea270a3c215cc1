#include "report/density_history.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "core/text.h"
#include "report/charts.h"

namespace lobule::report {
namespace {

constexpr double kDaysPerYear = 365.25;
constexpr int kChart_px = 420;  // least width of a chart, with its words beside it

// "2019-05-02"; nothing of what is no day.
std::optional<std::chrono::sys_days> day_of(const std::string& date) {
  if (date.size() != 10) return {};
  const auto year = parse_number(date.substr(0, 4)), month = parse_number(date.substr(5, 2)),
             day = parse_number(date.substr(8, 2));
  if (!year || !month || !day) return {};
  const std::chrono::year_month_day value{std::chrono::year(static_cast<int>(*year)),
                                          std::chrono::month(static_cast<unsigned>(*month)),
                                          std::chrono::day(static_cast<unsigned>(*day))};
  if (!value.ok()) return {};
  return std::chrono::sys_days(value);
}

// Years for a person: "8 months", "4.0 years".
std::string span_words(double years) {
  if (years < 1) return std::to_string(static_cast<int>(std::lround(12 * years))) + " months";
  return format_fixed(years, 1) + " years";
}

DensityHistory history_of(std::vector<DensityPoint> points) {
  std::stable_sort(points.begin(), points.end(),
                   [](const DensityPoint& a, const DensityPoint& b) { return a.date < b.date; });
  DensityHistory history{std::move(points), 0, false};
  const auto first_day = day_of(history.points.front().date);
  for (DensityPoint& point : history.points)
    point.years = static_cast<double>((*day_of(point.date) - *first_day).count()) / kDaysPerYear;
  const DensityPoint &first = history.points.front(), &last = history.points.back();
  history.change = last.percent - first.percent;
  history.beyond_uncertainty = first.highest < last.lowest || last.highest < first.lowest;
  return history;
}

}  // namespace

std::vector<DensityHistory> density_histories(const std::vector<DensityExam>& exams) {
  std::map<std::string, std::vector<DensityPoint>> women;
  for (const DensityExam& exam : exams) {
    if (exam.images.empty() || exam.images.front().patient_id.empty()) continue;
    if (!exam.percent_density || !day_of(exam.date)) continue;
    women[exam.images.front().patient_id].push_back(
        {exam.number, exam.date, 0, *exam.percent_density, *exam.lowest_percent, *exam.highest_percent});
  }
  std::vector<DensityHistory> histories;
  for (auto& [id, points] : women) {
    const bool several = std::any_of(points.begin(), points.end(),
                                     [&](const DensityPoint& p) { return p.date != points.front().date; });
    if (several) histories.push_back(history_of(std::move(points)));
  }
  const auto number = [](const DensityHistory& h) {
    int least = std::numeric_limits<int>::max();
    for (const DensityPoint& p : h.points) least = std::min(least, p.exam_number);
    return least;
  };
  std::stable_sort(histories.begin(), histories.end(),
                   [&](const DensityHistory& a, const DensityHistory& b) { return number(a) < number(b); });
  return histories;
}

std::string words_of(const DensityHistory& history) {
  const DensityPoint &first = history.points.front(), &last = history.points.back();
  const double years = last.years - first.years;
  std::string words = "From " + format_fixed(first.percent, 1) + " % (exam " +
                      std::to_string(first.exam_number) + ") to " + format_fixed(last.percent, 1) +
                      " % (exam " + std::to_string(last.exam_number) + ") in " + span_words(years);
  if (years >= 1)
    words += ", " + std::string(history.change < 0 ? "−" : "+") +
             format_fixed(std::abs(history.change) / years, 1) + " points a year";
  return words + (history.beyond_uncertainty
                      ? ". This is more than copies that should not matter differ by."
                      : ". Copies that should not matter differ by as much: no change is shown.");
}

Html history_section(const std::vector<DensityHistory>& histories) {
  if (histories.empty()) return {};
  Html content;
  for (const DensityHistory& history : histories) {
    Chart lines;
    lines.title = "Percent density over time";
    lines.x_title = "Years since " + history.points.front().date;
    lines.y_title = "Percent density, %";
    ChartSeries middle{"mean of all views", "#0072b2", {}},
        low{"lowest of copies that should not matter", "#8a9aa6", {}, true},
        high{"highest", "#8a9aa6", {}, true};
    for (const DensityPoint& point : history.points) {
      // Several exams of one day stand at one place.
      if (!lines.x.empty() && point.years <= lines.x.back()) continue;
      lines.x.push_back(point.years);
      middle.y.push_back(point.percent), low.y.push_back(point.lowest), high.y.push_back(point.highest);
    }
    lines.series = {middle, low, high};
    content += side_by_side({chart(lines), paragraph(text(words_of(history)))}, kChart_px);
  }
  content += paragraph(
      muted("Exams of different machines or settings differ for reasons other than the breast; films are not "
            "comparable with digital images."));
  return section("history", histories.size() == 1 ? "History" : "Histories", content);
}

}  // namespace lobule::report
