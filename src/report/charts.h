#pragma once
// Curves as SVG inside the page: axes with units, a gap where a point is missing, no script.

#include <string>
#include <vector>

#include "report/page.h"

namespace lobule::report {

struct ChartSeries {
  std::string name;
  std::string colour;     // CSS
  std::vector<double> y;  // one a point of Chart::x; NaN leaves a gap
  bool dashed = false;
  bool joined = true;  // neighbouring points by a line
};

// A horizontal line through the whole chart, with a band around it and its name at the right end.
struct ChartLevel {
  double y = 0, low = 0, high = 0;
  std::string name;
  bool dashed = false;
};

struct Chart {
  std::string title;    // for those who hear the page
  std::string x_title;  // with its unit: "Time after phase 0, s"
  std::string y_title;
  std::vector<double> x;  // not decreasing
  bool whole_x = false;   // ticks only at whole numbers: phase indices
  std::vector<ChartSeries> series;
  double marked_x = -1;          // a vertical line there when it lies inside the axis …
  std::string marked_text = {};  // … with this text
  std::vector<ChartLevel> levels = {};
};

// The chart with its legend. Points stand as dots, neighbouring measured points of a series are joined where
// it says so.
Html chart(const Chart& chart);

// From 4 to 8 round numbers (1, 2 or 5 times a power of ten apart) that enclose low … high.
std::vector<double> round_ticks(double low, double high, bool whole);

}  // namespace lobule::report
