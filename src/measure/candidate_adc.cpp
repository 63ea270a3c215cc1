#include "measure/candidate_adc.h"

#include <algorithm>
#include <cmath>

#include "core/resample.h"
#include "measure/order_statistics.h"

namespace lobule::measure {
namespace {

// A region of interest for ADC holds at least three voxels (EUSOBI: Baltzer 2020, Eur Radiol 30:1436); one
// counts where the region fills half of it.
constexpr std::size_t kFewestVoxels = 3;
// A voxel that the region fills so far hardly shows anything else.
constexpr double kWhole = 0.9;

// Points a direction at which a voxel's share is looked up.
constexpr int kSteps = 4;

// The voxels of one grid that a region reaches, one more all around, and the region's share of each.
struct Shares {
  Index3 low{};
  Image<float> share;
};

Index3 rounded(Vec3 index) {
  return {static_cast<int>(std::lround(index.x)), static_cast<int>(std::lround(index.y)),
          static_cast<int>(std::lround(index.z))};
}

Shares shares_of(const std::vector<Index3>& region, const Grid& fine, const Grid& coarse) {
  Index3 low{coarse.size}, high{-1, -1, -1};
  for (const Index3& p : region) {
    const Vec3 at =
        index_from_point(coarse, point_from_index(fine, {double(p[0]), double(p[1]), double(p[2])}));
    const Index3 q = rounded(at);
    for (int a = 0; a < 3; ++a) {
      low[a] = std::min(low[a], q[a] - 2);
      high[a] = std::max(high[a], q[a] + 2);
    }
  }
  Index3 first = region[0], last = region[0];
  for (const Index3& p : region)
    for (int a = 0; a < 3; ++a) {
      first[a] = std::min(first[a], p[a]);
      last[a] = std::max(last[a], p[a]);
    }
  Grid box = fine;
  for (int a = 0; a < 3; ++a) box.size[a] = last[a] - first[a] + 1;
  Mask inside(box);
  for (const Index3& p : region) inside.at(p[0] - first[0], p[1] - first[1], p[2] - first[2]) = 1;
  Grid part = coarse;
  for (int a = 0; a < 3; ++a) part.size[a] = std::max(1, high[a] - low[a] + 1);
  Shares shares{low, Image<float>(part)};
  constexpr int kPoints = kSteps * kSteps * kSteps;
  for (int k = 0; k < part.size[2]; ++k)
    for (int j = 0; j < part.size[1]; ++j)
      for (int i = 0; i < part.size[0]; ++i) {
        int hits = 0;
        for (int c = 0; c < kPoints; ++c) {
          const auto offset = [](int step) { return (step + 0.5) / kSteps - 0.5; };
          const Vec3 index{low[0] + i + offset(c % kSteps), low[1] + j + offset(c / kSteps % kSteps),
                           low[2] + k + offset(c / kSteps / kSteps)};
          const Index3 q = rounded(index_from_point(fine, point_from_index(coarse, index)));
          const int x = q[0] - first[0], y = q[1] - first[1], z = q[2] - first[2];
          hits += inside.grid.contains(x, y, z) && inside.at(x, y, z) != 0;
        }
        shares.share.at(i, j, k) = static_cast<float>(hits) / kPoints;
      }
  return shares;
}

bool has_neighbour(const Image<float>& share, int i, int j, int k) {
  for (int c = -1; c <= 1; ++c)
    for (int b = -1; b <= 1; ++b)
      for (int a = -1; a <= 1; ++a)
        if (share.grid.contains(i + a, j + b, k + c) && share.at(i + a, j + b, k + c) > 0) return true;
  return false;
}

// Sums of a straight line through points.
struct Line {
  double n = 0, x = 0, xx = 0, y = 0, xy = 0;
  void add(double px, double py) { ++n, x += px, xx += px * px, y += py, xy += px * py; }
  double at(double px) const {
    const double spread = xx - x * x / n;
    return spread > 0 ? y / n + (xy - x * y / n) / spread * (px - x / n) : y / n;
  }
};

// The region's own value; NaN without enough voxels.
double unmixed_adc(const Shares& shares, const Image<float>& adc) {
  Line line;
  std::vector<double> own, whole;
  const Grid& part = shares.share.grid;
  for (int k = 0; k < part.size[2]; ++k)
    for (int j = 0; j < part.size[1]; ++j)
      for (int i = 0; i < part.size[0]; ++i) {
        const int x = shares.low[0] + i, y = shares.low[1] + j, z = shares.low[2] + k;
        if (!adc.grid.contains(x, y, z) || !(adc.at(x, y, z) >= kFatAdc_um2_per_s)) continue;
        if (!has_neighbour(shares.share, i, j, k)) continue;
        const double share = shares.share.at(i, j, k), value = adc.at(x, y, z);
        if (share >= 0.5) own.push_back(value);
        if (share >= kWhole) whole.push_back(value);
        line.add(share, value);
      }
  if (own.size() < kFewestVoxels) return std::nan("");
  if (whole.size() >= kFewestVoxels) return percentile(std::move(whole), 0.5);
  // What shines more than its surroundings weighs more in a voxel than its share: the line would lead too
  // far.
  const auto [least, most] = std::minmax_element(own.begin(), own.end());
  return std::clamp(line.at(1), *least, *most);
}

}  // namespace

RegionAdc region_adc(const std::vector<Index3>& region, const Grid& grid, const Image<float>& adc) {
  RegionAdc result{std::nan(""), std::nan("")};
  if (static_cast<double>(region.size()) * grid.voxel_volume_ml() <
      static_cast<double>(kFewestVoxels) * adc.grid.voxel_volume_ml())
    return result;
  std::vector<double> values;
  for (const Index3& p : region) {
    const Vec3 at =
        index_from_point(adc.grid, point_from_index(grid, {double(p[0]), double(p[1]), double(p[2])}));
    if (const float v = sample(adc, at, Interpolation::nearest); v > 0) values.push_back(v);
  }
  if (values.empty()) return result;
  result.median = percentile(std::move(values), 0.5);
  result.unmixed = unmixed_adc(shares_of(region, grid, adc.grid), adc);
  return result;
}

}  // namespace lobule::measure
