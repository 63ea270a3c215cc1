#include "measure/dense_asymmetry.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parallel.h"

namespace lobule::measure {
namespace {

// How well places of two breasts correspond at best: compression, positioning and shape differ. Ours.
constexpr double kTolerance = 1.0 / 12;

// What lays breasts over each other.
struct Extent {
  double depth = 0, middle_row = 0, area = 0;  // in pixels
  double height() const { return area / depth; }
};

Extent extent_of(const Image<float>& share) {
  Extent extent;
  for (int y = 0; y < share.grid.size[1]; ++y)
    for (int x = 0; x < share.grid.size[0]; ++x) {
      if (std::isnan(share.at(x, y, 0))) continue;
      extent.depth = std::max(extent.depth, x + 1.0);
      extent.middle_row += y;
      ++extent.area;
    }
  if (extent.area > 0) extent.middle_row /= extent.area;
  return extent;
}

// The largest value within a radius; NaN where there is none.
float largest_near(const Image<float>& share, double x, double y, double radius) {
  float largest = std::numeric_limits<float>::quiet_NaN();
  for (int v = std::max(0, static_cast<int>(std::ceil(y - radius)));
       v <= y + radius && v < share.grid.size[1]; ++v)
    for (int u = std::max(0, static_cast<int>(std::ceil(x - radius)));
         u <= x + radius && u < share.grid.size[0]; ++u)
      if (std::hypot(u - x, v - y) <= radius) largest = std::fmax(largest, share.at(u, v, 0));
  return largest;
}

}  // namespace

Image<float> dense_asymmetry(const Image<float>& here, const Image<float>& other) {
  Image<float> result(here.grid, std::numeric_limits<float>::quiet_NaN());
  const Extent own = extent_of(here), theirs = extent_of(other);
  if (own.area == 0 || theirs.area == 0) return result;
  const double to_x = theirs.depth / own.depth, to_y = theirs.height() / own.height(),
               radius = kTolerance * std::sqrt(theirs.area);
  parallel_for(static_cast<std::size_t>(here.grid.size[1]), [&](std::size_t row) {
    const int y = static_cast<int>(row);
    for (int x = 0; x < here.grid.size[0]; ++x) {
      const float share = here.at(x, y, 0);
      const float most = largest_near(other, (x + 0.5) * to_x - 0.5,
                                      theirs.middle_row + (y - own.middle_row) * to_y, radius);
      const float excess = std::max(0.0F, share - most);
      result.at(x, y, 0) = std::isnan(share) || std::isnan(most) ? result.at(x, y, 0) : excess * excess;
    }
  });
  return result;
}

}  // namespace lobule::measure
