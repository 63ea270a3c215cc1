#include "phantom/tissue_raster.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace lobule::phantom {

TissueMix pack(const Composition& composition, int lesion) {
  TissueMix mix;
  std::array<float, 4> shares{};
  for (int t = 0; t < kTissueCount; ++t) {
    float value = composition[t];
    Material material = static_cast<Material>(t);
    if (lesion >= 0 && static_cast<Tissue>(t) == Tissue::lesion)
      material = static_cast<Material>(kTissueCount + lesion);
    for (std::size_t slot = 0; slot < shares.size(); ++slot)
      if (value > shares[slot]) {
        std::swap(value, shares[slot]);
        std::swap(material, mix.material[slot]);
      }
  }
  const float total = shares[0] + shares[1] + shares[2] + shares[3];
  int left = 255;
  for (std::size_t slot = 1; slot < shares.size(); ++slot) {
    mix.share[slot] = static_cast<std::uint8_t>(std::lround(255 * shares[slot] / total));
    left -= mix.share[slot];
  }
  mix.share[0] = static_cast<std::uint8_t>(left);
  return mix;
}

TissueRaster rasterize(const Anatomy& anatomy, const Grid& grid, int through_plane) {
  TissueRaster raster{grid, std::vector<TissueMix>(grid.voxel_count()), Mask(grid)};
  const Vec3 s = grid.spacing_mm;
  const double width = through_plane > 1 ? std::sqrt(s.x * s.y) : std::cbrt(s.x * s.y * s.z);
  const Vec3 slice = s.z * grid.direction.column[2];
  parallel_for(
      static_cast<std::size_t>(grid.size[1]) * static_cast<std::size_t>(grid.size[2]), [&](std::size_t row) {
        const int j = static_cast<int>(row) % grid.size[1], k = static_cast<int>(row) / grid.size[1];
        for (int i = 0; i < grid.size[0]; ++i) {
          const Vec3 center = point_from_index(grid, Vec3{double(i), double(j), double(k)});
          Composition mean{};
          for (int n = 0; n < through_plane; ++n) {
            const Composition c = anatomy.at(center + ((n + 0.5) / through_plane - 0.5) * slice, width);
            for (std::size_t t = 0; t < mean.size(); ++t) mean[t] += c[t] / static_cast<float>(through_plane);
          }
          const std::size_t voxel = grid.offset(i, j, k);
          const bool has_lesion = share(mean, Tissue::lesion) > 0;
          raster.voxels[voxel] =
              pack(mean, has_lesion ? std::max(0, anatomy.lesion_at(center, 2 * s.z + width)) : -1);
          if (share(mean, Tissue::air) > 0.5f) continue;
          if (const auto side = anatomy.breast_at(center))
            raster.breast.voxels[voxel] = static_cast<std::uint8_t>(*side);
        }
      });
  return raster;
}

float share_of(const TissueMix& mix, Material material) {
  float share = 0;
  for (std::size_t slot = 0; slot < mix.share.size(); ++slot)
    if (mix.material[slot] == material) share += static_cast<float>(mix.share[slot]) / 255;
  return share;
}

}  // namespace lobule::phantom
