#include "phantom/scan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/parallel.h"
#include "core/random.h"

namespace lobule::phantom {
namespace {

double voxel_width(const Grid& grid) {
  return std::cbrt(grid.spacing_mm.x * grid.spacing_mm.y * grid.spacing_mm.z);
}

// Calls body(i, j, k, point) for every voxel, slices in parallel.
template <class Body>
void for_each_voxel(const Grid& grid, const Body& body) {
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t slice) {
    const int k = static_cast<int>(slice);
    const Vec3 step = grid.spacing_mm.x * grid.direction.column[0];
    for (int j = 0; j < grid.size[1]; ++j) {
      Vec3 point = point_from_index(grid, Vec3{0, static_cast<double>(j), static_cast<double>(k)});
      for (int i = 0; i < grid.size[0]; ++i, point = point + step) body(grid.offset(i, j, k), point);
    }
  });
}

}  // namespace

Shading::Shading(const ShadingOptions& options, std::uint64_t seed) : options_(options) {
  const RandomStream random(seed, "shading");
  for (std::size_t i = 0; i < phases_.size(); ++i) phases_[i] = random.uniform(i, 0, 2 * std::numbers::pi);
}

double Shading::sensitivity(Vec3 point) const {
  // Coil elements surround the breasts: bright in front and at the sides, fading into the chest.
  const double front = std::exp(-std::max(0.0, point.y + 75) / 95);
  const double sides = 0.25 * std::exp(-std::max(0.0, 140 - std::abs(point.x)) / 40);
  const double wave = 0.06 * std::sin(point.z / 45 + phases_[0]) + 0.05 * std::sin(point.x / 60 + phases_[1]);
  const double breast_coil = 0.22 + 1.25 * front * (1 + sides) * (1 + wave);
  return 1 + options_.coil * (breast_coil - 1);
}

double Shading::fat_left(Vec3 point) const {
  const double wave = 0.6 * std::sin(point.x / 70 + phases_[2]) * std::cos(point.z / 60 + phases_[3]) +
                      0.4 * std::sin(point.y / 55 + phases_[4]);
  return options_.fat_left * (1 + options_.fat_left_spread * wave);
}

std::vector<Image<float>> acquire(const Anatomy& anatomy, const Grid& grid,
                                  const std::vector<SignalTable>& tables, const Shading& shading,
                                  const Motion& motion, int through_plane) {
  std::vector<Image<float>> images(tables.size(), Image<float>(grid));
  const Vec3 slice = grid.spacing_mm.z * grid.direction.column[2];
  const double width =
      through_plane > 1 ? std::sqrt(grid.spacing_mm.x * grid.spacing_mm.y) : voxel_width(grid);
  for_each_voxel(grid, [&](std::size_t voxel, Vec3 center) {
    Composition mean{};
    for (int s = 0; s < through_plane; ++s) {
      const Vec3 point = center + ((s + 0.5) / through_plane - 0.5) * slice;
      const Composition c = anatomy.at(point + motion.backward_mm(point), width);
      for (std::size_t t = 0; t < mean.size(); ++t) mean[t] += c[t];
    }
    if (share(mean, Tissue::air) > 0.999f * static_cast<float>(through_plane)) return;
    const double gain = shading.sensitivity(center) / through_plane;
    const double fat_left = shading.fat_left(center);
    for (std::size_t n = 0; n < tables.size(); ++n) {
      double signal = 0;
      for (std::size_t t = 0; t < mean.size(); ++t)
        signal += static_cast<double>(mean[t]) * (tables[n].water[t] + fat_left * tables[n].fat[t]);
      images[n].voxels[voxel] = static_cast<float>(gain * signal);
    }
  });
  return images;
}

void add_rician_noise(Image<float>& image, double sigma, std::uint64_t seed, std::string_view purpose) {
  const RandomStream random(seed, purpose);
  parallel_for_ranges(image.voxels.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const auto [real, imaginary] = random.normal_pair(i);
      image.voxels[i] = static_cast<float>(std::hypot(image.voxels[i] + sigma * real, sigma * imaginary));
    }
  });
}

TissueMaps tissue_maps(const Anatomy& anatomy, const Grid& grid) {
  TissueMaps maps{Image<std::uint8_t>(grid), Mask(grid), Image<float>(grid)};
  for_each_voxel(grid, [&](std::size_t voxel, Vec3 point) {
    const Composition c = anatomy.at(point, voxel_width(grid));
    maps.labels.voxels[voxel] = static_cast<std::uint8_t>(std::max_element(c.begin(), c.end()) - c.begin());
    maps.gland_share.voxels[voxel] = share(c, Tissue::gland);
    if (const auto side = anatomy.breast_at(point))
      maps.breast.voxels[voxel] = static_cast<std::uint8_t>(*side);
  });
  return maps;
}

}  // namespace lobule::phantom
