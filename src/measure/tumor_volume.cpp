#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "measure/kinetics.h"

namespace lobule::measure {
namespace {

void check(const Image<float>& pre, const Image<float>& early_percent, const Image<float>& ser,
           const Box& box) {
  for (const Image<float>* other : {&early_percent, &ser})
    if (!same_grid(pre.grid, other->grid))
      throw Error("functional tumour volume",
                  "images lie on different grids: " + describe(pre.grid) + " and " + describe(other->grid));
  for (int a = 0; a < 3; ++a)
    if (!(box.low_mm[a] < box.high_mm[a]))
      throw Error("functional tumour volume", "the box is empty",
                  "its low corner is not below its high corner",
                  "Give x, y and z in LPS millimetres, low corner first.");
}

// Calls `visit` with the indices of each voxel whose centre lies in the box.
template <class Visit>
void for_each_inside(const Grid& grid, const Box& box, const Visit& visit) {
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const Vec3 p = point_from_index(grid, {double(i), double(j), double(k)});
        bool inside = true;
        for (int a = 0; a < 3; ++a) inside = inside && p[a] >= box.low_mm[a] && p[a] <= box.high_mm[a];
        if (inside) visit(i, j, k);
      }
}

// The 95th percentile of the measured values, linear between ranks; 0 without any.
double percentile_95(std::vector<float> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double rank = 0.95 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (rank - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace

Ftv functional_tumor_volume(const Image<float>& pre, const Image<float>& early_percent,
                            const Image<float>& ser, const Box& box, const FtvOptions& options) {
  check(pre, early_percent, ser, box);
  const Grid& grid = pre.grid;
  std::vector<float> before;
  for_each_inside(grid, box, [&](int i, int j, int k) {
    if (const float v = pre.at(i, j, k); !std::isnan(v)) before.push_back(v);
  });
  const double least_signal = options.precontrast_share * percentile_95(std::move(before));
  const auto enhances = [&](std::size_t o) {
    return pre.voxels[o] >= least_signal && early_percent.voxels[o] >= options.smallest_percent;
  };
  Ftv result;
  result.mask = Mask(grid);
  std::size_t voxels = 0;
  for_each_inside(grid, box, [&](int i, int j, int k) {
    const std::size_t o = grid.offset(i, j, k);
    if (!enhances(o) || !(ser.voxels[o] >= options.smallest_ser)) return;
    int neighbours = -1;  // the voxel itself is among the 27
    for (int c = std::max(0, k - 1); c <= std::min(grid.size[2] - 1, k + 1); ++c)
      for (int b = std::max(0, j - 1); b <= std::min(grid.size[1] - 1, j + 1); ++b)
        for (int a = std::max(0, i - 1); a <= std::min(grid.size[0] - 1, i + 1); ++a)
          neighbours += enhances(grid.offset(a, b, c));
    if (neighbours < options.fewest_neighbours) return;
    result.mask.voxels[o] = 1;
    ++voxels;
  });
  result.volume_ml = static_cast<double>(voxels) * grid.voxel_volume_ml();
  return result;
}

}  // namespace lobule::measure
