#pragma once
// Two half-ellipsoid breasts on a chest slab: a layer of fat over muscle, gland inside, noise everywhere.

#include <cmath>

#include "core/image.h"
#include "core/random.h"
#include "measure/breast_segmentation.h"
#include "measure/morphology.h"

namespace lobule::measure::test {

struct PhantomOptions {
  FatSignal fat = FatSignal::dark;
  bool right = true, left = true;
  double noise = 2;
};

struct BreastPhantom {
  Image<float> image;
  Mask body, breast, gland;  // breast without 2 mm of skin and a voxel; 1 right, 2 left
};

inline constexpr double kBreastX = 60;  // LPS x of the left breast's centre

inline Grid phantom_grid() {
  Grid grid;
  grid.size = {64, 50, 40};
  grid.spacing_mm = {4, 3, 4};
  grid.origin_mm = {-126, -84, -78};
  return grid;
}

// On any grid that covers the patient; the chest wall lies at y = 0, the skin over the sternum at y = −9.
inline BreastPhantom breast_phantom(const Grid& grid, const PhantomOptions& options = {}) {
  const RandomStream random(5, "noise");
  BreastPhantom p{Image<float>(grid), Mask(grid), Mask(grid), Mask(grid)};
  const bool dark = options.fat == FatSignal::dark;
  const double fat = dark ? 40 : 200, gland = 100, muscle = 80;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const Vec3 at = point_from_index(grid, {double(i), double(j), double(k)});
        const std::size_t o = grid.offset(i, j, k);
        const int side = at.x < 0 ? 1 : 2;
        const bool present = side == 1 ? options.right : options.left;
        const Vec3 d{(std::abs(at.x) - kBreastX) / 44, at.y / 72, at.z / 56};
        const bool in_breast = present && at.y < 0 && norm(d) < 1;
        const bool torso = std::abs(at.x) < 112 && at.y >= -9;
        const bool footprint = present && norm({d.x, 0, d.z}) < 1;
        const bool in_gland = in_breast && norm({d.x / 0.5, (at.y + 32) / 25, d.z / 0.5}) < 1;
        double signal = 0;
        if (in_breast || torso) signal = at.y >= 0 ? muscle : fat;
        if (in_gland) signal = gland;
        p.body.voxels[o] = in_breast || torso;
        if (in_breast || (torso && footprint && at.y < 0))
          p.breast.voxels[o] = static_cast<std::uint8_t>(side);
        if (in_gland) p.gland.voxels[o] = static_cast<std::uint8_t>(side);
        const auto [a, b] = random.normal_pair(o);
        p.image.voxels[o] = static_cast<float>(std::hypot(signal + options.noise * a, options.noise * b));
      }
  const Image<float> depth = depth_inside(p.body, false);
  for (std::size_t i = 0; i < p.breast.voxels.size(); ++i)
    if (depth.voxels[i] <= 2 + 3) p.breast.voxels[i] = 0;
  return p;
}

inline double dice(const Mask& a, const Mask& b, int label) {
  double both = 0, sum = 0;
  for (std::size_t i = 0; i < a.voxels.size(); ++i) {
    both += a.voxels[i] == label && b.voxels[i] == label;
    sum += (a.voxels[i] == label) + (b.voxels[i] == label);
  }
  return sum == 0 ? 1 : 2 * both / sum;
}

}  // namespace lobule::measure::test
