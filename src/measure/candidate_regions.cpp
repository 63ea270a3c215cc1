#include "measure/candidate_regions.h"

#include <algorithm>
#include <cmath>

#include "measure/morphology.h"
#include "measure/order_statistics.h"

namespace lobule::measure {
namespace {

// The blurred rim of something brighter is no peak of its own: breast vessels are up to 3 mm wide (by
// design).
constexpr double kAloneMm = 3;
// Over the gland's own enhancement by half of it (by design).
constexpr double kOverBackground = 1.5;
// To be told from noise, a signal must exceed it five times (Rose 1948).
constexpr double kRose = 5;

struct Seed {
  std::vector<Index3> voxels;
  double peak = 0;
};

void sort_by_peak(std::vector<Seed>& seeds) {
  std::stable_sort(seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) { return a.peak > b.peak; });
}

// Joined parts above a level; their peak is the 95th percentile.
std::vector<Seed> parts_above(const GrowthInput& in, double level) {
  const Grid& grid = in.breast.grid;
  Mask fast(grid);
  for (std::size_t i = 0; i < fast.voxels.size(); ++i)
    fast.voxels[i] = in.breast.voxels[i] != 0 && in.percent.voxels[i] >= level;
  const Components parts = connected_components(fast, Connectivity::faces);
  std::vector<Seed> seeds(parts.count.size());
  std::vector<std::vector<float>> values(parts.count.size());
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i)
        if (const int label = parts.label.at(i, j, k); label != 0) {
          seeds[label].voxels.push_back({i, j, k});
          values[label].push_back(in.percent.at(i, j, k));
        }
  seeds.erase(seeds.begin());
  for (std::size_t s = 0; s < seeds.size(); ++s) seeds[s].peak = percentile(values[s + 1], 0.95);
  sort_by_peak(seeds);
  return seeds;
}

std::vector<Index3> steps_within(const Grid& grid, double radius_mm) {
  Index3 reach;
  for (int a = 0; a < 3; ++a) reach[a] = static_cast<int>(radius_mm / grid.spacing_mm[a]);
  std::vector<Index3> steps;
  for (int k = -reach[2]; k <= reach[2]; ++k)
    for (int j = -reach[1]; j <= reach[1]; ++j)
      for (int i = -reach[0]; i <= reach[0]; ++i)
        if (norm({i * grid.spacing_mm.x, j * grid.spacing_mm.y, k * grid.spacing_mm.z}) <= radius_mm)
          steps.push_back({i, j, k});
  return steps;
}

// Voxels of a level that no neighbour exceeds, by falling value.
std::vector<Seed> peaks_above(const GrowthInput& in, double level, const Image<int>& owner) {
  const Grid& grid = in.breast.grid;
  const std::vector<Index3> around = steps_within(grid, kAloneMm);
  std::vector<Seed> seeds;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const std::size_t o = grid.offset(i, j, k);
        const int side = in.breast.voxels[o];
        if (side == 0 || side > 2 || owner.voxels[o] != 0) continue;
        const float value = in.percent.voxels[o];
        const double ground = std::max(0.0, in.background_percent[side]);
        const double noise = in.noise_percent_signal / in.before.voxels[o];
        if (!(value >= std::max(level, kOverBackground * ground)) || value - ground < kRose * noise) continue;
        const bool exceeded = std::any_of(around.begin(), around.end(), [&](const Index3& step) {
          const int x = i + step[0], y = j + step[1], z = k + step[2];
          return grid.contains(x, y, z) && in.percent.at(x, y, z) > value;
        });
        if (!exceeded) seeds.push_back({{{i, j, k}}, value});
      }
  sort_by_peak(seeds);
  return seeds;
}

// All that is joined to a seed, is free, and enhances at least half-way from the ground to the seed's peak:
// where a blurred edge lies.
std::vector<Index3> grow(const Seed& seed, const GrowthInput& in, Image<int>& owner, int id) {
  const Grid& grid = in.breast.grid;
  const std::uint8_t side = in.breast.at(seed.voxels[0][0], seed.voxels[0][1], seed.voxels[0][2]);
  const double ground = side <= 2 ? std::max(0.0, in.background_percent[side]) : 0;
  const double level = 0.5 * (seed.peak + std::min(ground, seed.peak));
  std::vector<Index3> region;
  const auto take = [&](const Index3& p) {
    owner.at(p[0], p[1], p[2]) = id;
    region.push_back(p);
  };
  for (const Index3& p : seed.voxels)
    if (owner.at(p[0], p[1], p[2]) == 0) take(p);
  for (std::size_t n = 0; n < region.size(); ++n)
    for (int a = 0; a < 3; ++a)
      for (const int step : {-1, 1}) {
        Index3 q = region[n];
        q[a] += step;
        if (!grid.contains(q[0], q[1], q[2])) continue;
        const std::size_t o = grid.offset(q[0], q[1], q[2]);
        if (owner.voxels[o] == 0 && in.breast.voxels[o] == side && in.percent.voxels[o] >= level) take(q);
      }
  return region;
}

}  // namespace

std::vector<std::vector<Index3>> enhancing_regions(const GrowthInput& in, double fast_percent,
                                                   double seed_percent) {
  std::vector<std::vector<Index3>> regions;
  Image<int> owner(in.breast.grid);
  const auto grow_all = [&](const std::vector<Seed>& seeds) {
    for (const Seed& seed : seeds) {
      std::vector<Index3> region = grow(seed, in, owner, static_cast<int>(regions.size()) + 1);
      if (!region.empty()) regions.push_back(std::move(region));
    }
  };
  grow_all(parts_above(in, fast_percent));
  grow_all(peaks_above(in, seed_percent, owner));
  return regions;
}

}  // namespace lobule::measure
