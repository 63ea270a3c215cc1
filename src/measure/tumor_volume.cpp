#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "measure/kinetics.h"
#include "measure/morphology.h"

namespace lobule::measure {

Ftv functional_tumor_volume(const Image<float>& early_percent, const Image<float>& ser, const Box& box,
                            const FtvOptions& options) {
  const Grid& grid = early_percent.grid;
  if (!same_grid(grid, ser.grid))
    throw Error("functional tumour volume",
                "images lie on different grids: " + describe(grid) + " and " + describe(ser.grid));
  for (int a = 0; a < 3; ++a)
    if (!(box.low_mm[a] < box.high_mm[a]))
      throw Error("functional tumour volume", "the box is empty",
                  "its low corner is not below its high corner",
                  "Give x, y and z in LPS millimetres, low corner first.");
  Mask enhancing(grid);
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const std::size_t o = grid.offset(i, j, k);
        if (!(early_percent.voxels[o] >= options.smallest_percent) || !(ser.voxels[o] > options.ser_above))
          continue;
        const Vec3 p = point_from_index(grid, {double(i), double(j), double(k)});
        bool inside = true;
        for (int a = 0; a < 3; ++a) inside = inside && p[a] >= box.low_mm[a] && p[a] <= box.high_mm[a];
        enhancing.voxels[o] = inside;
      }
  Ftv result;
  result.mask = remove_small_components(enhancing, Connectivity::full, options.smallest_component);
  const auto voxels = std::count(result.mask.voxels.begin(), result.mask.voxels.end(), 1);
  result.volume_ml = static_cast<double>(voxels) * grid.voxel_volume_ml();
  return result;
}

}  // namespace lobule::measure
