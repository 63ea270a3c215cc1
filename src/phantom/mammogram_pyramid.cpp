#include "phantom/mammogram_pyramid.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace lobule::phantom {
namespace {

constexpr double kLargest = 20;  // mm; bands of larger structures are left alone

struct Level {
  int columns = 0, rows = 0;
  std::vector<float> values;
};

// Smoothed by the binomial filter 1 4 6 4 1 and every second sample.
Level reduce(const Level& from) {
  Level to{(from.columns + 1) / 2, (from.rows + 1) / 2, {}};
  to.values.resize(static_cast<std::size_t>(to.columns) * to.rows);
  parallel_for_ranges(static_cast<std::size_t>(to.rows), 16, [&](std::size_t begin, std::size_t end) {
    std::vector<float> line(static_cast<std::size_t>(from.columns) + 4);
    for (std::size_t y = begin; y < end; ++y) {
      const float* row[5];
      for (int k = 0; k < 5; ++k)
        row[k] = &from.values[static_cast<std::size_t>(
                                  std::clamp(2 * static_cast<int>(y) + k - 2, 0, from.rows - 1)) *
                              from.columns];
      for (int x = 0; x < from.columns; ++x)
        line[x + 2] = (row[0][x] + row[4][x] + 4 * (row[1][x] + row[3][x]) + 6 * row[2][x]) / 16;
      line[0] = line[1] = line[2];
      line[from.columns + 2] = line[from.columns + 3] = line[from.columns + 1];
      for (int x = 0; x < to.columns; ++x) {
        const float* at = &line[2 * x];
        to.values[y * to.columns + x] = (at[0] + at[4] + 4 * (at[1] + at[3]) + 6 * at[2]) / 16;
      }
    }
  });
  return to;
}

// Back to a size of columns × rows: the same filter between the samples; adds to `out`, times `sign`.
void expand_into(const Level& from, float sign, Level& out) {
  parallel_for_ranges(static_cast<std::size_t>(out.rows), 16, [&](std::size_t begin, std::size_t end) {
    std::vector<float> line(static_cast<std::size_t>(from.columns) + 2);
    for (std::size_t y = begin; y < end; ++y) {
      const int v = static_cast<int>(y) / 2;
      const auto row = [&](int j) {
        return &from.values[static_cast<std::size_t>(std::clamp(j, 0, from.rows - 1)) * from.columns];
      };
      const float *a = row(v - 1), *b = row(v), *c = row(v + 1);
      for (int x = 0; x < from.columns; ++x)
        line[x + 1] = y % 2 ? (b[x] + c[x]) / 2 : (a[x] + 6 * b[x] + c[x]) / 8;
      line[0] = line[1];
      line[from.columns + 1] = line[from.columns];
      float* target = &out.values[y * out.columns];
      for (int x = 0; x < out.columns; ++x) {
        const float* at = &line[x / 2 + 1];
        target[x] += sign * (x % 2 ? (at[0] + at[1]) / 2 : (at[-1] + 6 * at[0] + at[1]) / 8);
      }
    }
  });
}

}  // namespace

std::vector<float> amplify(const std::vector<float>& image, int columns, int rows, double pixel_mm,
                           const ContrastGain& gain) {
  std::vector<Level> levels{{columns, rows, image}};
  std::vector<double> scales;
  for (double scale = 2 * pixel_mm; scale < kLargest; scale *= 2) {
    if (levels.back().columns < 4 || levels.back().rows < 4) break;
    scales.push_back(scale);
    levels.push_back(reduce(levels.back()));
  }
  for (std::size_t n = 0; n < scales.size(); ++n) expand_into(levels[n + 1], -1, levels[n]);
  for (std::size_t n = scales.size(); n-- > 0;) {
    const double amount = scales[n] <= gain.scale_mm ? gain.fine : gain.coarse;
    const float reference = static_cast<float>(gain.reference), power = static_cast<float>(gain.power);
    std::vector<float>& band = levels[n].values;
    // |x| / reference to a power, tabulated; bands beyond twice the reference go on in proportion.
    constexpr int kTable = 256;
    std::vector<float> factor(kTable + 1);
    for (int i = 0; i <= kTable; ++i)
      factor[i] = static_cast<float>(amount * std::pow(std::max(0.02f, 2.0f * i / kTable), power - 1));
    parallel_for_ranges(band.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const float place = std::abs(band[i]) / (2 * reference) * kTable;
        band[i] *= factor[std::min(kTable, static_cast<int>(place))];
      }
    });
    expand_into(levels[n + 1], 1, levels[n]);
  }
  return std::move(levels[0].values);
}

}  // namespace lobule::phantom
