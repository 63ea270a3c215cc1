#include "phantom/second/ducts.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/random.h"

namespace lobule::phantom::second {
namespace {

constexpr double kStep_mm = 3;
constexpr int kGenerations = 5;
constexpr std::size_t kMostBranches = 6000;
constexpr int kFoam = 16;  // cells along each axis before the foam repeats

Vec3 unit(Vec3 v) {
  const double length = norm(v);
  return length > 1e-9 ? (1 / length) * v : Vec3{0, 1, 0};
}

// Random numbers in the order of one growth.
class Draw {
 public:
  Draw(std::uint64_t seed, std::string_view purpose) : random_(seed, purpose) {}
  double operator()(double low, double high) { return random_.uniform(count_++, low, high); }
  Vec3 direction() {
    const Vec3 v{(*this)(-1, 1), (*this)(-1, 1), (*this)(-1, 1)};
    return unit(v);
  }

 private:
  RandomStream random_;
  std::uint64_t count_ = 0;
};

struct Growth {
  const DuctOptions& options;
  Draw draw;
  std::vector<Branch> branches;

  void lobules(Vec3 end) {
    const int count = 2 + static_cast<int>(draw(0, 4));
    for (int n = 0; n < count; ++n) {
      const Vec3 center = end + draw(0, 2.2 * options.lobule_mm) * draw.direction();
      const double radius = options.lobule_mm * draw(0.6, 1.4);
      if (options.allowed(center))
        branches.push_back({center, center + draw(0, 2) * draw.direction(), radius});
    }
  }

  void grow(Vec3 at, Vec3 direction, Vec3 target, double radius, int generation) {
    double until_fork = draw(10, 22);
    while (branches.size() < kMostBranches) {
      direction = unit(direction + 0.35 * unit(target - at) + 0.45 * draw.direction());
      const Vec3 next = at + kStep_mm * direction;
      if (!options.allowed(next) || (norm(target - next) < 6 && generation >= kGenerations)) break;
      branches.push_back({at, next, radius});
      at = next;
      until_fork -= kStep_mm;
      if (until_fork > 0) continue;
      if (generation >= kGenerations) break;
      const double reach = std::max(12.0, norm(target - at));
      for (int child = 0; child < 2; ++child)
        grow(at, unit(direction + 0.6 * draw.direction()), target + 0.55 * reach * draw.direction(),
             0.85 * radius, generation + 1);
      return;
    }
    lobules(at);
  }
};

}  // namespace

std::vector<Branch> grow_ducts(const DuctOptions& options, std::uint64_t seed, std::string_view purpose) {
  Growth growth{options, Draw(seed, purpose), {}};
  for (const Vec3 target : options.targets) {
    const Vec3 start = options.nipple_mm + Vec3{0, 9, 0};
    growth.branches.push_back({options.nipple_mm, start, 1.0});
    growth.grow(start, unit(target - start), target, 1.1, 0);
  }
  return growth.branches;
}

std::vector<Branch> wander(Vec3 from, Vec3 direction, double length, double radius, double unrest,
                           std::uint64_t seed, std::string_view purpose) {
  Draw draw(seed, purpose);
  std::vector<Branch> branches;
  const double step = std::max(1.0, 2 * radius);
  Vec3 bend;
  for (double done = 0; done < length; done += step) {
    bend = 0.8 * bend + unrest * draw.direction();
    direction = unit(direction + 0.3 * bend);
    const Vec3 next = from + step * direction;
    branches.push_back({from, next, radius * (1 - 0.6 * done / length)});
    from = next;
  }
  return branches;
}

void for_each_voxel_in(const Branch& branch, const Grid& grid,
                       const std::function<void(std::size_t)>& paint) {
  const Vec3 a = branch.from_mm, d = branch.to_mm - a;
  const double length2 = std::max(dot(d, d), 1e-12), r = branch.radius_mm;
  std::array<int, 3> low{}, high{};
  for (int axis = 0; axis < 3; ++axis) {
    const double from = std::min(a[axis], branch.to_mm[axis]) - r,
                 to = std::max(a[axis], branch.to_mm[axis]) + r;
    const auto n = static_cast<std::size_t>(axis);
    low[n] = std::max(0, static_cast<int>(std::ceil((from - grid.origin_mm[axis]) / grid.spacing_mm[axis])));
    high[n] = std::min(grid.size[n] - 1,
                       static_cast<int>(std::floor((to - grid.origin_mm[axis]) / grid.spacing_mm[axis])));
  }
  for (int k = low[2]; k <= high[2]; ++k)
    for (int j = low[1]; j <= high[1]; ++j)
      for (int i = low[0]; i <= high[0]; ++i) {
        const Vec3 p =
            grid.origin_mm + Vec3{i * grid.spacing_mm.x, j * grid.spacing_mm.y, k * grid.spacing_mm.z} - a;
        const Vec3 off = p - std::clamp(dot(p, d) / length2, 0.0, 1.0) * d;
        if (dot(off, off) <= r * r) paint(grid.offset(i, j, k));
      }
}

Image<float> distance_to(const Mask& set) {
  const Grid& grid = set.grid;
  const auto [nx, ny, nz] = grid.size;
  Image<float> distance(grid, 1e6f);
  for (std::size_t i = 0; i < set.voxels.size(); ++i)
    if (set.voxels[i]) distance.voxels[i] = 0;
  const auto pass = [&](int sign) {
    for (int kk = 0; kk < nz; ++kk)
      for (int jj = 0; jj < ny; ++jj)
        for (int ii = 0; ii < nx; ++ii) {
          const int k = sign > 0 ? kk : nz - 1 - kk, j = sign > 0 ? jj : ny - 1 - jj,
                    i = sign > 0 ? ii : nx - 1 - ii;
          float best = distance.at(i, j, k);
          if (best == 0) continue;
          for (int n = 0; n < 13; ++n) {  // the 13 neighbours that were visited before
            const int a = n % 3 - 1, b = n / 3 % 3 - 1, c = n / 9 - 1;
            const int x = i + sign * a, y = j + sign * b, z = k + sign * c;
            if (!grid.contains(x, y, z)) continue;
            const int steps = std::abs(a) + std::abs(b) + std::abs(c);
            const float step = steps == 1 ? 1.0f : steps == 2 ? 1.41421356f : 1.7320508f;
            best = std::min(best, distance.at(x, y, z) + step);
          }
          distance.at(i, j, k) = best;
        }
  };
  pass(1);
  pass(-1);
  for (float& value : distance.voxels) value *= static_cast<float>(grid.spacing_mm.x);
  return distance;
}

Foam::Foam(std::uint64_t seed, std::string_view purpose, double cell_mm) : cell_mm_(cell_mm) {
  const RandomStream random(seed, purpose);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(kFoam) * kFoam * kFoam; ++i)
    jitter_.push_back({random.uniform(3 * i), random.uniform(3 * i + 1), random.uniform(3 * i + 2)});
}

Foam::Place Foam::operator()(Vec3 point) const {
  const Vec3 p = (1 / cell_mm_) * point;
  const int i = static_cast<int>(std::floor(p.x)), j = static_cast<int>(std::floor(p.y)),
            k = static_cast<int>(std::floor(p.z));
  double first = 1e9, second = 1e9;
  for (int c = k - 1; c <= k + 1; ++c)
    for (int b = j - 1; b <= j + 1; ++b)
      for (int a = i - 1; a <= i + 1; ++a) {
        const Vec3& offset = jitter_[static_cast<std::size_t>(
            ((c & (kFoam - 1)) * kFoam + (b & (kFoam - 1))) * kFoam + (a & (kFoam - 1)))];
        const double x = a + offset.x - p.x, y = b + offset.y - p.y, z = c + offset.z - p.z;
        const double squared = x * x + y * y + z * z;
        if (squared < first) {
          second = first;
          first = squared;
        } else if (squared < second) {
          second = squared;
        }
      }
  const double near = std::sqrt(first), next = std::sqrt(second);
  return {static_cast<float>(cell_mm_ * near), static_cast<float>(cell_mm_ * (next - near) / 2)};
}

}  // namespace lobule::phantom::second
