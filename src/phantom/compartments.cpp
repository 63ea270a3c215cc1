#include "phantom/compartments.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/random.h"

namespace lobule::phantom {
namespace {

constexpr double kBlock = 3;      // millimetres
constexpr double kSlack = 1;      // walls this far outside a block count in it, too
constexpr double kJitter = 0.42;  // of the lattice's spacing, to each side

// A number in 0 … 1 that belongs to two sites, in whichever order.
float pair_number(std::uint32_t a, std::uint32_t b) {
  std::uint32_t h = (std::min(a, b) * 2654435761u) ^ (std::max(a, b) * 2246822519u);
  h ^= h >> 15, h *= 2246822519u, h ^= h >> 13;
  return static_cast<float>(h & 0xffffff) / static_cast<float>(0x1000000);
}

}  // namespace

Compartments::Compartments(std::uint64_t seed, Vec3 low, Vec3 high, double spacing,
                           const std::function<bool(Vec3)>& wanted)
    : low_mm_(low) {
  const RandomStream random(seed, "compartments");
  // Sites on a lattice that reaches one and a half cells over the box, so that each block sees all its
  // neighbours.
  std::array<int, 3> cells;
  const Vec3 first = low - 1.5 * spacing * Vec3{1, 1, 1};
  for (int axis = 0; axis < 3; ++axis) {
    cells[axis] = 4 + static_cast<int>(std::ceil((high[axis] - low[axis]) / spacing));
    blocks_[axis] = 1 + static_cast<int>(std::ceil((high[axis] - low[axis]) / kBlock));
  }
  std::uint64_t index = 0;
  for (int k = 0; k < cells[2]; ++k)
    for (int j = 0; j < cells[1]; ++j)
      for (int i = 0; i < cells[0]; ++i, ++index) {
        const auto words = random.words(index);
        const auto jitter = [&](int n) { return (words[n] / 4294967296.0 * 2 - 1) * kJitter; };
        const Vec3 p = first + spacing * Vec3{i + 0.5 + jitter(0), j + 0.5 + jitter(1), k + 0.5 + jitter(2)};
        sites_.push_back({float(p.x), float(p.y), float(p.z), static_cast<float>(jitter(3) / kJitter)});
      }
  near_.resize(static_cast<std::size_t>(blocks_[0]) * blocks_[1] * blocks_[2]);
  const double radius = kBlock * std::sqrt(3.0) / 2;
  parallel_for(static_cast<std::size_t>(blocks_[2]), [&](std::size_t bk) {
    for (int bj = 0; bj < blocks_[1]; ++bj)
      for (int bi = 0; bi < blocks_[0]; ++bi) {
        const Vec3 center = low + kBlock * Vec3{bi + 0.5, bj + 0.5, double(bk) + 0.5};
        if (!wanted(center)) continue;
        const Vec3 place = (1 / spacing) * (center - first);
        std::array<float, 27> square;
        std::array<std::uint32_t, 27> found;
        int count = 0;
        float least = 1e9f;
        for (int k = std::max(0, int(place.z) - 1); k <= std::min(cells[2] - 1, int(place.z) + 1); ++k)
          for (int j = std::max(0, int(place.y) - 1); j <= std::min(cells[1] - 1, int(place.y) + 1); ++j)
            for (int i = std::max(0, int(place.x) - 1); i <= std::min(cells[0] - 1, int(place.x) + 1); ++i) {
              found[count] = static_cast<std::uint32_t>((k * cells[1] + j) * cells[0] + i);
              const Site& s = sites_[found[count]];
              const Vec3 from = center - Vec3{s.x, s.y, s.z};
              square[count] = static_cast<float>(dot(from, from));
              least = std::min(least, square[count++]);
            }
        // Whoever is nearest anywhere in the block is at most its diagonal further from its centre.
        Block& block = near_[(bk * blocks_[1] + bj) * blocks_[0] + bi];
        const float reach = std::sqrt(least) + static_cast<float>(2 * radius + kSlack);
        for (int n = 0; n < count; ++n)
          if (block.count < kMost && square[n] <= reach * reach) block.site[block.count++] = found[n];
      }
  });
}

Compartments::Cell Compartments::at(Vec3 point) const {
  int index[3];
  for (int axis = 0; axis < 3; ++axis) {
    const double place = (point[axis] - low_mm_[axis]) / kBlock;
    if (!(place >= 0 && place < blocks_[axis])) return {};
    index[axis] = static_cast<int>(place);
  }
  const Block& block =
      near_[(static_cast<std::size_t>(index[2]) * blocks_[1] + index[1]) * blocks_[0] + index[0]];
  const float x = static_cast<float>(point.x), y = static_cast<float>(point.y),
              z = static_cast<float>(point.z);
  if (block.count == 0) return {};
  float square[kMost];
  int nearest = 0;
  for (int n = 0; n < block.count; ++n) {
    const Site& s = sites_[block.site[n]];
    const float dx = x - s.x, dy = y - s.y, dz = z - s.z;
    square[n] = dx * dx + dy * dy + dz * dz;
    if (square[n] < square[nearest]) nearest = n;
  }
  const Site& home = sites_[block.site[nearest]];
  Cell cell;
  cell.trait = home.trait;
  int across = nearest;
  for (int n = 0; n < block.count; ++n) {
    if (n == nearest) continue;
    const Site& s = sites_[block.site[n]];
    // Distance to the plane halfway: (d² − d₀²) / (2 |s − s₀|), compared without the root first.
    const float excess = square[n] - square[nearest];
    const float dx = s.x - home.x, dy = s.y - home.y, dz = s.z - home.z;
    const float apart2 = dx * dx + dy * dy + dz * dz;
    if (excess * excess >= 4 * cell.wall_mm * cell.wall_mm * apart2) continue;
    cell.wall_mm = excess / (2 * std::sqrt(apart2));
    across = n;
  }
  if (across != nearest) cell.wall_trait = pair_number(block.site[nearest], block.site[across]);
  return cell;
}

}  // namespace lobule::phantom
