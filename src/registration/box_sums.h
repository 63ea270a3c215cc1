#pragma once
// Sums over boxes of 2 radius + 1 voxels around each voxel, cut at the border.

#include <algorithm>
#include <array>
#include <vector>

#include "core/image.h"
#include "core/parallel.h"

namespace lobule::registration {

namespace detail {

// `row` becomes the sum over its neighbours; `padded` holds n + 2 radius values.
inline void sum_along_row(float* row, float* padded, int n, int radius) {
  std::fill(padded, padded + radius, 0.0f);
  std::copy(row, row + n, padded + radius);
  std::fill(padded + radius + n, padded + n + 2 * radius, 0.0f);
  std::copy(padded, padded + n, row);
  for (int s = 1; s <= 2 * radius; ++s) {
    for (int x = 0; x < n; ++x) row[x] += padded[x + s];
  }
}

// Rows of `width` values, `stride` apart, become sums over neighbouring rows; `copy` holds count × width.
inline void sum_across_rows(float* rows, std::size_t stride, int count, int width, int radius, float* copy) {
  for (int r = 0; r < count; ++r) std::copy_n(rows + r * stride, width, copy + r * width);
  for (int r = 0; r < count; ++r) {
    float* to = rows + r * stride;
    std::fill(to, to + width, 0.0f);
    for (int s = std::max(0, r - radius); s <= std::min(count - 1, r + radius); ++s) {
      const float* from = copy + s * width;
      for (int x = 0; x < width; ++x) to[x] += from[x];
    }
  }
}

}  // namespace detail

// In place. Taps are added one by one (no running sums), so that nothing drifts.
template <std::size_t N>
void box_sums(std::array<std::vector<float>, N>& fields, const Index3& n, int radius) {
  const std::size_t slice = static_cast<std::size_t>(n[0]) * n[1];
  parallel_for(n[2], [&](std::size_t k) {
    std::vector<float> scratch(std::max<std::size_t>(slice, n[0] + 2 * radius));
    for (auto& field : fields) {
      float* at = &field[k * slice];
      for (int j = 0; j < n[1]; ++j) detail::sum_along_row(at + j * n[0], scratch.data(), n[0], radius);
      detail::sum_across_rows(at, n[0], n[1], n[0], radius, scratch.data());
    }
  });
  parallel_for(n[1], [&](std::size_t j) {
    std::vector<float> scratch(static_cast<std::size_t>(n[0]) * n[2]);
    for (auto& field : fields) {
      detail::sum_across_rows(&field[j * n[0]], slice, n[2], n[0], radius, scratch.data());
    }
  });
}

}  // namespace lobule::registration
