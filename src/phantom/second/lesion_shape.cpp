#include "phantom/second/lesion_shape.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "core/random.h"

namespace lobule::phantom::second {
namespace {

Vec3 direction(const RandomStream& random, std::uint64_t index) {
  const double z = random.uniform(index, -1, 1), turn = random.uniform(index + 1, 0, 2 * std::numbers::pi);
  const double r = std::sqrt(1 - z * z);
  return {r * std::cos(turn), r * std::sin(turn), z};
}

}  // namespace

LesionShape::LesionShape(const LesionPlan& plan, Vec3 center, int number, std::uint64_t seed)
    : plan_(plan), center_mm_(center), number_(number) {
  const std::string purpose = "second lesion " + std::to_string(number);
  const RandomStream random(seed, purpose);
  const double radius = plan.diameter_mm / 2;
  const auto kind = plan.kind;
  const bool smooth = kind == LesionKind::cyst || kind == LesionKind::focus;
  if (kind == LesionKind::calcifications || kind == LesionKind::non_mass) {
    // A wandering string of blobs, and grains along it.
    Vec3 at = center, heading = direction(random, 900);
    const int count = kind == LesionKind::non_mass ? 26 : 0;
    for (int n = 0; n < count; ++n) {
      const auto i = static_cast<std::uint64_t>(n);
      heading = heading + 0.7 * direction(random, 10 * i);
      heading = (1 / std::max(0.1, norm(heading))) * heading;
      at = center + 0.75 * (at - center) + 0.55 * radius * heading;
      blobs_.push_back({at, radius * random.uniform(10 * i + 5, 0.16, 0.34)});
    }
    if (kind == LesionKind::calcifications) {
      const int grains = 8 + static_cast<int>(random.uniform(901, 0, 22));
      for (int n = 0; n < grains; ++n) {
        const auto i = static_cast<std::uint64_t>(n);
        const Vec3 off = random.uniform(10 * i + 6, 0.05, 1) * radius * direction(random, 10 * i + 1);
        calcifications_.push_back({center + off, random.uniform(10 * i + 7, 0.09, 0.3)});
      }
      blobs_.clear();
    }
  } else {
    blobs_.push_back({center, radius});
    const int count = smooth ? 0 : 5 + static_cast<int>(8 * plan.irregularity / 0.2);
    for (int n = 0; n < count; ++n) {
      const auto i = static_cast<std::uint64_t>(n);
      blobs_.push_back({center + random.uniform(10 * i + 3, 0.3, 0.4 + 2 * plan.irregularity) * radius *
                                     direction(random, 10 * i),
                        radius * random.uniform(10 * i + 5, 0.25, 0.6)});
    }
  }
  double far = radius;
  for (const Blob& blob : blobs_) far = std::max(far, norm(blob.center_mm - center) + 1.5 * blob.radius_mm);
  reach_mm_ = far;
  if (!blobs_.empty()) {
    // The level at which the volume is that of the asked sphere, by bisection on the levels of a lattice.
    const double wanted =
        4.0 / 3 * std::numbers::pi * radius * radius * radius * (kind == LesionKind::non_mass ? 0.35 : 1);
    const double step = std::max(0.25, far / 24);
    std::vector<double> levels;
    for (double z = -far; z <= far; z += step)
      for (double y = -far; y <= far; y += step)
        for (double x = -far; x <= far; x += step) levels.push_back(level(center + Vec3{x, y, z}));
    const auto keep = std::min(levels.size() - 1, static_cast<std::size_t>(wanted / (step * step * step)));
    std::nth_element(levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(keep), levels.end(),
                     std::greater<>());
    threshold_ = std::max(1e-3, levels[keep]);
  }
  if (kind == LesionKind::spiculated_mass) {
    const int count = 10 + static_cast<int>(random.uniform(902, 0, 14));
    for (int n = 0; n < count; ++n) {
      const auto i = static_cast<std::uint64_t>(n);
      const Vec3 out = direction(random, 2000 + 10 * i);
      const double length = radius * random.uniform(2005 + 10 * i, 0.7, 1.8);
      for (const Branch& b : wander(center + 0.7 * radius * out, out, length + 0.3 * radius, 0.6, 0.5, seed,
                                    purpose + " spicule " + std::to_string(n)))
        spicules_.push_back(b);
    }
    reach_mm_ = std::max(far, 2.6 * radius);
  }
}

double LesionShape::level(Vec3 p) const {
  double sum = 0;
  for (const Blob& blob : blobs_) {
    const Vec3 d = p - blob.center_mm;
    const double q = dot(d, d) / (blob.radius_mm * blob.radius_mm);
    if (q < 12) sum += std::exp(-q);
  }
  return sum;
}

Material LesionShape::at(Vec3 p) const {
  const Vec3 off = p - center_mm_;
  if (dot(off, off) > reach_mm_ * reach_mm_) return 0;
  const double here = level(p);
  if (here > threshold_) {
    const bool core = plan_.kind == LesionKind::rim_mass && here > 1.9 * threshold_;
    return static_cast<Material>((core ? kCore : kBulk) + number_);
  }
  for (const Branch& b : spicules_) {
    const Vec3 d = b.to_mm - b.from_mm, q = p - b.from_mm;
    const Vec3 r = q - std::clamp(dot(q, d) / dot(d, d), 0.0, 1.0) * d;
    if (dot(r, r) < b.radius_mm * b.radius_mm) return static_cast<Material>(kBulk + number_);
  }
  return 0;
}

LesionTruth LesionShape::measure(double spacing_mm) const {
  const double s = std::max(spacing_mm, reach_mm_ / 30);
  LesionTruth truth;
  truth.kind = plan_.kind;
  truth.side = plan_.side;
  truth.uptake_scale = plan_.uptake_scale;
  truth.center_mm = center_mm_;
  if (plan_.kind == LesionKind::calcifications) {
    truth.longest_diameter_mm = plan_.diameter_mm;
    for (const Calcification& c : calcifications_)
      truth.volume_ml += 4.0 / 3 * std::numbers::pi * std::pow(c.radius_mm, 3) / 1000;
    return truth;
  }
  constexpr std::array<Vec3, 9> kAxes{{{1, 0, 0},
                                       {0, 1, 0},
                                       {0, 0, 1},
                                       {.7071, .7071, 0},
                                       {.7071, -.7071, 0},
                                       {.7071, 0, .7071},
                                       {.7071, 0, -.7071},
                                       {0, .7071, .7071},
                                       {0, .7071, -.7071}}};
  std::array<double, 9> low, high;
  low.fill(1e9);
  high.fill(-1e9);
  Vec3 sum;
  double count = 0;
  for (double z = -reach_mm_; z <= reach_mm_; z += s)
    for (double y = -reach_mm_; y <= reach_mm_; y += s)
      for (double x = -reach_mm_; x <= reach_mm_; x += s) {
        const Vec3 p{x, y, z};
        if (at(center_mm_ + p) == 0) continue;
        ++count;
        sum = sum + p;
        for (std::size_t a = 0; a < kAxes.size(); ++a) {
          low[a] = std::min(low[a], dot(kAxes[a], p));
          high[a] = std::max(high[a], dot(kAxes[a], p));
        }
      }
  if (count == 0) return truth;
  truth.center_mm = center_mm_ + (1 / count) * sum;
  truth.volume_ml = count * s * s * s / 1000;
  for (std::size_t a = 0; a < kAxes.size(); ++a)
    truth.longest_diameter_mm = std::max(truth.longest_diameter_mm, high[a] - low[a] + s);
  return truth;
}

}  // namespace lobule::phantom::second
