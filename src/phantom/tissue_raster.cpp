#include "phantom/tissue_raster.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace lobule::phantom {

namespace {

// Voxels: blocks that lie in air as a whole, and smaller ones inside of a breast, are recognised by their
// middles.
constexpr int kBlock = 8, kInner = 4;

class Rasterizer {
 public:
  Rasterizer(const Anatomy& anatomy, TissueRaster& raster, int through_plane)
      : anatomy_(anatomy), raster_(raster), grid_(raster.grid), points_(through_plane) {
    const Vec3 s = grid_.spacing_mm;
    width_ = points_ > 1 ? std::sqrt(s.x * s.y) : std::cbrt(s.x * s.y * s.z);
    slice_ = s.z * grid_.direction.column[2];
    half_diagonal_ = norm(0.5 * s);
  }

  // Fills the block of voxels that starts at an index.
  void fill(int i0, int j0, int k0) {
    const int i1 = std::min(i0 + kBlock, grid_.size[0]), j1 = std::min(j0 + kBlock, grid_.size[1]);
    const int k1 = std::min(k0 + kBlock, grid_.size[2]);
    if (anatomy_.clearance_mm(middle(i0, j0, k0, i1, j1, k1)) > kBlock * half_diagonal_ + width_) {
      for (int k = k0; k < k1; ++k)
        for (int j = j0; j < j1; ++j)
          std::fill_n(&raster_.voxels[grid_.offset(i0, j, k)], i1 - i0, pure(Tissue::air));
      return;
    }
    for (int k = k0; k < k1; k += kInner)
      for (int j = j0; j < j1; j += kInner)
        for (int i = i0; i < i1; i += kInner)
          fill_inner(i, j, k, std::min(i + kInner, i1), std::min(j + kInner, j1), std::min(k + kInner, k1));
  }

 private:
  static constexpr TissueMix pure(Tissue tissue) { return {{static_cast<Material>(tissue)}, {255}}; }

  Vec3 middle(int i0, int j0, int k0, int i1, int j1, int k1) const {
    return point_from_index(grid_, 0.5 * Vec3{i0 + i1 - 1.0, j0 + j1 - 1.0, k0 + k1 - 1.0});
  }

  void fill_inner(int i0, int j0, int k0, int i1, int j1, int k1) {
    const Breast* breast =
        points_ == 1 ? anatomy_.interior_of(middle(i0, j0, k0, i1, j1, k1), kInner * half_diagonal_, width_)
                     : nullptr;
    for (int k = k0; k < k1; ++k)
      for (int j = j0; j < j1; ++j)
        for (int i = i0; i < i1; ++i)
          if (breast)
            fill_interior(*breast, i, j, k);
          else
            fill_voxel(i, j, k);
  }

  void fill_interior(const Breast& breast, int i, int j, int k) {
    Composition c{};
    share(c, Tissue::fat) = 1;
    breast.paint_inside(c, point_from_index(grid_, Vec3{double(i), double(j), double(k)}), width_);
    const std::size_t voxel = grid_.offset(i, j, k);
    if (share(c, Tissue::fat) == 1)
      raster_.voxels[voxel] = pure(Tissue::fat);
    else if (share(c, Tissue::gland) == 1)
      raster_.voxels[voxel] = pure(Tissue::gland);
    else
      raster_.voxels[voxel] = pack(c);
    if (share(c, Tissue::implant) <= 0.5f)
      raster_.breast.voxels[voxel] = static_cast<std::uint8_t>(breast.shape().side);
  }

  void fill_voxel(int i, int j, int k) {
    const Vec3 center = point_from_index(grid_, Vec3{double(i), double(j), double(k)});
    const std::size_t voxel = grid_.offset(i, j, k);
    Anatomy::Sample mean;
    if (points_ == 1) {
      mean = anatomy_.sample(center, width_);
    } else {
      for (int n = 0; n < points_; ++n) {
        const Composition c = anatomy_.at(center + ((n + 0.5) / points_ - 0.5) * slice_, width_);
        for (std::size_t t = 0; t < c.size(); ++t) mean.composition[t] += c[t] / static_cast<float>(points_);
      }
      mean.breast = anatomy_.breast_at(center);
    }
    const Composition& c = mean.composition;
    const bool planned = share(c, Tissue::lesion) > 0;
    const int lesion =
        planned ? std::max(0, anatomy_.lesion_at(center, 2 * grid_.spacing_mm.z + width_)) : -1;
    raster_.voxels[voxel] = pack(c, lesion);
    if (mean.breast && share(c, Tissue::air) + share(c, Tissue::implant) <= 0.5f)
      raster_.breast.voxels[voxel] = static_cast<std::uint8_t>(*mean.breast);
  }

  const Anatomy& anatomy_;
  TissueRaster& raster_;
  const Grid& grid_;
  int points_;
  double width_, half_diagonal_;
  Vec3 slice_;
};

}  // namespace

TissueMix pack(const Composition& composition, int lesion) {
  TissueMix mix;
  std::array<float, 4> shares{};
  for (int t = 0; t < kTissueCount; ++t) {
    float value = composition[t];
    if (value <= shares[3]) continue;
    Material material = static_cast<Material>(t);
    if (lesion >= 0 && static_cast<Tissue>(t) == Tissue::lesion)
      material = static_cast<Material>(kTissueCount + lesion);
    for (std::size_t slot = 0; slot < shares.size(); ++slot)
      if (value > shares[slot]) {
        std::swap(value, shares[slot]);
        std::swap(material, mix.material[slot]);
      }
  }
  const float scale = 255 / (shares[0] + shares[1] + shares[2] + shares[3]);
  int left = 255;
  for (std::size_t slot = 1; slot < shares.size(); ++slot) {
    mix.share[slot] = static_cast<std::uint8_t>(scale * shares[slot] + 0.5f);
    left -= mix.share[slot];
  }
  mix.share[0] = static_cast<std::uint8_t>(left);
  return mix;
}

TissueRaster rasterize(const Anatomy& anatomy, const Grid& grid, int through_plane) {
  TissueRaster raster{grid, std::vector<TissueMix>(grid.voxel_count()), Mask(grid)};
  const std::size_t rows = static_cast<std::size_t>((grid.size[1] + kBlock - 1) / kBlock);
  const std::size_t slabs = static_cast<std::size_t>((grid.size[2] + kBlock - 1) / kBlock);
  parallel_for(rows * slabs, [&](std::size_t piece) {
    Rasterizer rasterizer(anatomy, raster, through_plane);
    const int j = kBlock * static_cast<int>(piece % rows), k = kBlock * static_cast<int>(piece / rows);
    for (int i = 0; i < grid.size[0]; i += kBlock) rasterizer.fill(i, j, k);
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
