#include "registration/local_correlation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/parallel.h"
#include "registration/box_sums.h"

namespace lobule::registration {
namespace {

using Field = std::vector<float>;

struct Total {
  double sum = 0;
  std::size_t windows = 0;
  void operator+=(const Total& other) {
    sum += other.sum;
    windows += other.windows;
  }
};

}  // namespace

LocalCorrelation local_correlation(const Index3& size, std::span<const float> fixed,
                                   std::span<const float> moving, std::span<const std::uint8_t> centres,
                                   int radius, float noise_variance) {
  const std::size_t count = fixed.size(), slice = static_cast<std::size_t>(size[0]) * size[1];
  const float side = static_cast<float>(2 * radius + 1);
  const float fewest =
      0.2f * std::min<float>(side, size[0]) * std::min<float>(side, size[1]) * std::min<float>(side, size[2]);
  // Sums of 1, F, M, FF, MM, FM over measured voxels.
  std::array<Field, 6> s;
  for (Field& field : s) field.assign(count, 0.0f);
  parallel_for_ranges(count, slice, [&](std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      const float f = fixed[v], m = moving[v];
      if (std::isnan(f) || std::isnan(m)) continue;
      s[0][v] = 1;
      s[1][v] = f;
      s[2][v] = m;
      s[3][v] = f * f;
      s[4][v] = m * m;
      s[5][v] = f * m;
    }
  });
  box_sums(s, size, radius);

  // A window's share of the derivative at a voxel x in it is  a (F(x) − F̄) − b (M(x) − M̄).
  std::array<Field, 3> share;  // a, b, b M̄ − a F̄
  for (Field& field : share) field.assign(count, 0.0f);
  const Total total = parallel_sum(count, slice, Total{}, [&](std::size_t begin, std::size_t end) {
    Total part;
    for (std::size_t v = begin; v < end; ++v) {
      const float n = s[0][v];
      if (centres[v] == 0 || n < fewest) continue;
      const float mean_f = s[1][v] / n, mean_m = s[2][v] / n;
      const float A = s[5][v] - mean_f * s[2][v];
      const float B = std::max(0.0f, s[3][v] - mean_f * s[1][v]) + n * noise_variance;
      const float C = std::max(0.0f, s[4][v] - mean_m * s[2][v]) + n * noise_variance;
      ++part.windows;
      if (!(B > 0 && C > 0)) continue;
      const float squared = A * A / (B * C);
      part.sum += squared;
      const float a = 2 * A / (B * C), b = 2 * squared / C;
      share[0][v] = a;
      share[1][v] = b;
      share[2][v] = b * mean_m - a * mean_f;
    }
    return part;
  });
  box_sums(share, size, radius);

  LocalCorrelation result{total.sum, total.windows, std::move(s[0]), std::move(share[1])};
  parallel_for_ranges(count, slice, [&](std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      const float f = fixed[v], m = moving[v];
      if (std::isnan(f) || std::isnan(m)) {
        result.derivative[v] = result.curvature[v] = 0;
      } else {
        result.derivative[v] = share[0][v] * f - result.curvature[v] * m + share[2][v];
      }
    }
  });
  return result;
}

}  // namespace lobule::registration
