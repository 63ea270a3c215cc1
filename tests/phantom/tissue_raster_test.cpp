#include "phantom/tissue_raster.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lobule::phantom {
namespace {

// Blocks inside of breasts and in air take shortcuts.
TEST(TissueRaster, HoldsWhatTheAnatomyHasInEveryVoxel) {
  AnatomyOptions options = random_anatomy(11, {LesionKind::spiculated_mass, LesionKind::calcifications});
  options.coarse_calcifications = 3, options.calcified_vessels = 1;
  options.clips = {{.side = BreastSide::left}};
  const Anatomy anatomy(options);
  for (const BreastSide side : {BreastSide::right, BreastSide::left}) {
    const Vec3 nipple = anatomy.breast(side).nipple_mm(), base = anatomy.breast(side).shape().base_mm;
    Grid grid;
    grid.spacing_mm = {1.3, 1.3, 1.3};
    grid.size = {90, 70, 30};
    grid.origin_mm = {base.x - 58, nipple.y - 8, nipple.z - 20};
    const double width = std::cbrt(1.3 * 1.3 * 1.3);
    const TissueRaster raster = rasterize(anatomy, grid);
    std::size_t different = 0;
    for (int k = 0; k < grid.size[2]; ++k)
      for (int j = 0; j < grid.size[1]; ++j)
        for (int i = 0; i < grid.size[0]; ++i) {
          const Vec3 point = point_from_index(grid, Vec3{double(i), double(j), double(k)});
          const Anatomy::Sample truth = anatomy.sample(point, width);
          const TissueMix& mix = raster.voxels[grid.offset(i, j, k)];
          const int lesion = share(truth.composition, Tissue::lesion) > 0
                                 ? std::max(0, anatomy.lesion_at(point, 2 * 1.3 + width))
                                 : -1;
          const TissueMix wanted = pack(truth.composition, lesion);
          const bool breast = truth.breast == side && share(truth.composition, Tissue::air) <= 0.5f;
          different += mix.share != wanted.share || mix.material != wanted.material;
          different += truth.breast.value_or(side) == side && (raster.breast.voxels[grid.offset(i, j, k)] ==
                                                               static_cast<std::uint8_t>(side)) != breast;
        }
    EXPECT_EQ(different, 0u);
  }
}

}  // namespace
}  // namespace lobule::phantom
