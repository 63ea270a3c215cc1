#include "report/charts.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace lobule::report {
namespace {

constexpr double kWidth = 520, kHeight = 300, kLeft = 58, kRight = 14, kTop = 24, kBottom = 48;

// Data to picture coordinates.
struct Scale {
  double x_low, x_high, y_low, y_high;
  double x(double value) const {
    return kLeft + (value - x_low) / (x_high - x_low) * (kWidth - kLeft - kRight);
  }
  double y(double value) const {
    return kHeight - kBottom - (value - y_low) / (y_high - y_low) * (kHeight - kTop - kBottom);
  }
};

std::string number(double value) {
  return format_fixed(value, 1);
}

std::string line(double x1, double y1, double x2, double y2, const std::string& style) {
  return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" +
         number(y2) + "\" " + style + "/>";
}

std::string label(double x, double y, const std::string& anchor, const std::string& content,
                  const std::string& more = "") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\"" + more + ">" +
         escape_html(content) + "</text>";
}

std::string tick_text(double value) {
  return format_number(std::round(value * 1e9) / 1e9);
}

std::string axes(const Chart& chart, const Scale& scale, const std::vector<double>& x_ticks,
                 const std::vector<double>& y_ticks) {
  std::string code;
  for (const double tick : y_ticks) {
    const double y = scale.y(tick);
    code += line(kLeft, y, kWidth - kRight, y, tick == 0 ? "stroke=\"#7d8a95\"" : "stroke=\"#e3e8ec\"");
    code += label(kLeft - 7, y + 4, "end", tick_text(tick));
  }
  const double bottom = kHeight - kBottom;
  code += line(kLeft, bottom, kWidth - kRight, bottom, "stroke=\"#7d8a95\"");
  for (const double tick : x_ticks) {
    const double x = scale.x(tick);
    code += line(x, bottom, x, bottom + 4, "stroke=\"#7d8a95\"");
    code += label(x, bottom + 18, "middle", tick_text(tick));
  }
  code += label((kLeft + kWidth - kRight) / 2, kHeight - 9, "middle", chart.x_title);
  const std::string middle = number((kTop + bottom) / 2);
  code +=
      label(14, (kTop + bottom) / 2, "middle", chart.y_title, " transform=\"rotate(-90 14 " + middle + ")\"");
  return code;
}

std::string level_lines(const ChartLevel& level, const Scale& scale) {
  const double top = scale.y(level.high), right = kWidth - kRight;
  return "<rect x=\"" + number(kLeft) + "\" y=\"" + number(top) + "\" width=\"" + number(right - kLeft) +
         "\" height=\"" + number(scale.y(level.low) - top) + "\" fill=\"#7d8a95\" fill-opacity=\"0.16\"/>" +
         line(kLeft, scale.y(level.y), right, scale.y(level.y),
              std::string("stroke=\"#44525e\" stroke-width=\"1.5\"") +
                  (level.dashed ? " stroke-dasharray=\"6 4\"" : "")) +
         label(right - 4, scale.y(level.y) - 5, "end", level.name) + "\n";
}

std::string curve(const Chart& chart, const ChartSeries& series, const Scale& scale) {
  std::string path, dots;
  bool joined = false;
  for (std::size_t p = 0; p < chart.x.size() && p < series.y.size(); ++p) {
    if (!std::isfinite(series.y[p])) {
      joined = false;
      continue;
    }
    const std::string x = number(scale.x(chart.x[p])), y = number(scale.y(series.y[p]));
    if (series.joined) path += (joined ? "L" : "M") + x + " " + y;
    dots += "<circle cx=\"" + x + "\" cy=\"" + y + "\" r=\"3\"/>";
    joined = true;
  }
  const std::string colour = escape_html(series.colour);
  return "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"2\"" +
         (series.dashed ? " stroke-dasharray=\"6 4\"" : "") + " stroke-linejoin=\"round\"/><g fill=\"" +
         colour + "\">" + dots + "</g>\n";
}

}  // namespace

std::vector<double> round_ticks(double low, double high, bool whole) {
  if (!(high > low)) high = low + 1;
  const double rough = (high - low) / 5;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0})
    if (factor * power >= rough * 0.999) step = factor * power;
  if (whole) step = std::max(1.0, std::round(step));
  std::vector<double> ticks;
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  for (double n = first; n <= last; ++n) ticks.push_back(n * step);
  return ticks;
}

Html chart(const Chart& chart) {
  double y_low = 0, y_high = 0;
  std::vector<LegendEntry> entries;
  for (const ChartSeries& series : chart.series) {
    entries.push_back({series.colour, series.name});
    for (const double y : series.y) {
      if (!std::isfinite(y)) continue;
      y_low = std::min(y_low, y);
      y_high = std::max(y_high, y);
    }
  }
  for (const ChartLevel& one : chart.levels) {
    y_low = std::min(y_low, one.low);
    y_high = std::max(y_high, one.high);
  }
  if (chart.x.empty() || chart.series.empty()) return paragraph(text("No curve was measured."));
  const std::vector<double> x_ticks = round_ticks(chart.x.front(), chart.x.back(), chart.whole_x);
  const std::vector<double> y_ticks = round_ticks(y_low, y_high, false);
  const Scale scale{x_ticks.front(), x_ticks.back(), y_ticks.front(), y_ticks.back()};

  std::string code = "<svg class=\"chart\" viewBox=\"0 0 " + format_number(kWidth) + " " +
                     format_number(kHeight) + "\" role=\"img\" aria-label=\"" + escape_html(chart.title) +
                     "\" font-family=\"Arial,Liberation Sans,sans-serif\" font-size=\"12.5\" "
                     "fill=\"#44525e\">\n";
  code += axes(chart, scale, x_ticks, y_ticks) + "\n";
  for (const ChartLevel& one : chart.levels) code += level_lines(one, scale);
  if (!chart.marked_text.empty() && chart.marked_x >= scale.x_low && chart.marked_x <= scale.x_high) {
    const double x = scale.x(chart.marked_x);
    code += line(x, kTop, x, kHeight - kBottom, "stroke=\"#7d8a95\" stroke-dasharray=\"2 3\"");
    code += label(x, kTop - 8, "middle", chart.marked_text);
  }
  for (const ChartSeries& series : chart.series) code += curve(chart, series, scale);
  return legend(entries) + markup(code + "</svg>\n");
}

}  // namespace lobule::report
