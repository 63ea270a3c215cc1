#include "exam/clock.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "core/text.h"

namespace lobule::exam {
namespace {

constexpr double kSecondsADay = 86400;

std::optional<double> seconds_from_date(const std::string& text) {
  const auto year = parse_number(text.substr(0, 4)), month = parse_number(text.substr(4, 2)),
             day = parse_number(text.substr(6, 2));
  if (!year || !month || !day || *year < 0 || *month < 1 || *day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return kSecondsADay * static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

}  // namespace

std::optional<double> seconds_from_time(std::string_view text) {
  std::string clock = trim(text);
  clock.resize(std::min(clock.find_first_of("+-"), clock.size()));
  std::size_t digits = std::min(clock.find('.'), clock.size());
  double midnight = 0;
  if (digits == 12 || digits == 14) {
    const auto date = seconds_from_date(clock);
    if (!date) return std::nullopt;
    midnight = *date;
    clock = clock.substr(8);
    digits -= 8;
  }
  if (digits != 4 && digits != 6) return std::nullopt;
  const auto hours = parse_number(clock.substr(0, 2)), minutes = parse_number(clock.substr(2, 2)),
             seconds = digits == 4 ? std::optional(0.0) : parse_number(clock.substr(4));
  if (!hours || !minutes || !seconds || *hours < 0 || *hours > 24 || *minutes < 0 || *minutes > 59 ||
      *seconds < 0 || *seconds > 60.999)
    return std::nullopt;
  return midnight + *hours * 3600 + *minutes * 60 + *seconds;
}

}  // namespace lobule::exam
