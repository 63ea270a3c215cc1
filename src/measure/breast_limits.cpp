#include "measure/breast_limits.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace lobule::measure {

void add_limits(const Mask& breast, BreastReport& report) {
  report.feet_z_mm = 1e30;
  report.head_z_mm = -1e30;
  const Grid& grid = breast.grid;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        if (breast.at(i, j, k) == 0) continue;
        const double z = point_from_index(grid, {double(i), double(j), double(k)}).z;
        report.feet_z_mm = std::min(report.feet_z_mm, z);
        report.head_z_mm = std::max(report.head_z_mm, z);
      }
  if (report.feet_z_mm > report.head_z_mm) report.feet_z_mm = report.head_z_mm = std::nan("");
}

double cut_share(const Mask& breast, int label) {
  const Index3& size = breast.grid.size;
  std::array<std::vector<std::size_t>, 3> sections;
  for (std::size_t a = 0; a < 3; ++a) sections[a].assign(static_cast<std::size_t>(size[a]), 0);
  for (int k = 0; k < size[2]; ++k)
    for (int j = 0; j < size[1]; ++j)
      for (int i = 0; i < size[0]; ++i) {
        if (breast.at(i, j, k) != label) continue;
        const Index3 at{i, j, k};
        for (std::size_t a = 0; a < 3; ++a) ++sections[a][static_cast<std::size_t>(at[a])];
      }
  double most = 0;
  for (const std::vector<std::size_t>& along : sections) {
    const std::size_t largest = along.empty() ? 0 : *std::max_element(along.begin(), along.end());
    if (largest == 0) return 0;
    const std::size_t cut = std::max(along.front(), along.back());
    most = std::max(most, static_cast<double>(cut) / static_cast<double>(largest));
  }
  return most;
}

}  // namespace lobule::measure
