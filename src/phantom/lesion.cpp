#include "phantom/lesion.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "core/random.h"

namespace lobule::phantom {
namespace {

constexpr double kFocusDiameter = 4.9;                 // BI-RADS: a focus is smaller than 5 mm
constexpr double kNecrosis = 0.55;                     // radius of the necrotic centre, in radii
constexpr double kFluidInNecrosis = 0.8;               // the rest still enhances
constexpr double kSmooth = 0.25;                       // of the planned irregularity, for benign outlines
constexpr double kSeptumHalf = 0.4;                    // half thickness of a fibroadenoma's septa, mm
constexpr double kSeptumShare = 0.7;                   // of a fibroadenoma's dark septa, which do not enhance
constexpr double kLinearIrregularity = 0.15;           // below it non-mass enhancement is linear
constexpr double kSpeckLow = 0.10, kSpeckHigh = 0.30;  // radii of microcalcifications (below 0.5 mm wide …
                                                       // 1 mm: BI-RADS' punctate to pleomorphic ones)

Vec3 unit(Vec3 v) {
  return (1 / std::max(norm(v), 1e-9)) * v;
}

// Two directions across a third.
std::array<Vec3, 2> across(Vec3 axis) {
  const Vec3 helper = std::abs(axis.x) < 0.8 ? Vec3{1, 0, 0} : Vec3{0, 1, 0};
  const Vec3 first = unit(cross(axis, helper));
  return {first, cross(axis, first)};
}

Vec3 random_direction(const RandomStream& random, std::uint64_t index) {
  const double z = random.uniform(index, -1, 1), around = random.uniform(index + 1, 0, 2 * std::numbers::pi);
  const double rim = std::sqrt(std::max(0.0, 1 - z * z));
  return {rim * std::cos(around), rim * std::sin(around), z};
}

bool is_smooth(LesionKind kind) {
  return kind == LesionKind::cyst || kind == LesionKind::fibroadenoma || kind == LesionKind::focus;
}

}  // namespace

const char* to_text(LesionKind kind) {
  constexpr const char* kNames[kLesionKindCount] = {
      "mass",  "rim mass", "spiculated mass", "non-mass enhancement",
      "focus", "cyst",     "fibroadenoma",    "calcifications"};
  return kNames[static_cast<std::size_t>(kind)];
}

Tissue tissue_of(LesionKind kind) {
  switch (kind) {
    case LesionKind::cyst: return Tissue::cyst;
    case LesionKind::fibroadenoma: return Tissue::fibroadenoma;
    case LesionKind::calcifications: return Tissue::calcification;
    default: return Tissue::lesion;
  }
}

bool is_malignant(LesionKind kind) {
  return kind != LesionKind::cyst && kind != LesionKind::fibroadenoma && kind != LesionKind::focus;
}

double speck_share(const Speck& speck, Vec3 point, double width) {
  const Vec3 from = point - speck.center_mm;
  if (2 * speck.radius_mm > width) return coverage(norm(from) - speck.radius_mm, width);
  // Half open, so that cubes which tile space count a speck once.
  for (int axis = 0; axis < 3; ++axis)
    if (!(from[axis] > -width / 2 && from[axis] <= width / 2)) return 0;
  const double share = speck.radius_mm / width;
  return 4.0 / 3 * std::numbers::pi * share * share * share;
}

Lesion::Lesion(const LesionPlan& plan, std::size_t number, std::uint64_t seed, Vec3 center, Vec3 nipple)
    : plan_(plan),
      center_mm_(center),
      radius_mm_(plan.diameter_mm / 2),
      shape_(seed, number == 0 ? "lesion shape" : "lesion shape " + std::to_string(number)) {
  const RandomStream random(seed, "lesion " + std::to_string(number));
  if (plan_.kind == LesionKind::focus) radius_mm_ = std::min(radius_mm_, kFocusDiameter / 2);
  if (plan_.kind == LesionKind::fibroadenoma) {
    // Wider than deep; the product of the axes is 1, so that the volume stays.
    const double wide = random.uniform(0, 1.15, 1.4);
    axes_ = {1 / std::sqrt(wide), 1 / std::sqrt(wide), wide};
    std::swap(axes_.z, random.uniform(1) < 0.5 ? axes_.x : axes_.z);
  }
  if (plan_.kind == LesionKind::fibroadenoma)
    for (std::uint64_t n = 0; n < 3; ++n)
      septa_.push_back(
          {random_direction(random, 30 + 4 * n), radius_mm_ * random.uniform(32 + 4 * n, -0.6, 0.6)});
  if (is_smooth(plan_.kind)) plan_.irregularity *= kSmooth;
  reach_mm_ = radius_mm_ * std::max({axes_.x, axes_.y, axes_.z}) * (1 + 1.6 * plan_.irregularity) + 0.5;
  if (plan_.kind == LesionKind::spiculated_mass) grow_spicules(random);
  if (plan_.kind == LesionKind::non_mass) grow_clumps(random, nipple);
  if (plan_.kind == LesionKind::calcifications) scatter_specks(random);
}

void Lesion::grow_spicules(const RandomStream& random) {
  const int count = static_cast<int>(random.uniform(10, 45, 75));
  const double root = std::clamp(0.14 * radius_mm_, 0.45, 1.3);
  for (int n = 0; n < count; ++n) {
    const std::uint64_t base = 100 + 8 * static_cast<std::uint64_t>(n);
    const double length = radius_mm_ * random.uniform(base + 2, 1.4, 2.3);
    spicules_.push_back(
        {length * random_direction(random, base), root * random.uniform(base + 3, 0.7, 1.2), 0.25 * root});
    reach_mm_ = std::max(reach_mm_, length + root);
  }
}

void Lesion::grow_clumps(const RandomStream& random, Vec3 nipple) {
  const Vec3 axis = unit(nipple - center_mm_);
  const auto [u, v] = across(axis);
  const double length = plan_.diameter_mm;
  const int strands = plan_.irregularity < kLinearIrregularity ? 1 : 3 + static_cast<int>(length / 9);
  std::uint64_t index = 1000;
  for (int strand = 0; strand < strands; ++strand) {
    const double around = random.uniform(index++, 0, 2 * std::numbers::pi);
    const double away = strands == 1 ? 0 : 0.24 * length * std::sqrt(random.uniform(index++, 0.02, 1));
    double s = -length / 2 + random.uniform(index++, 1.5, 3);
    while (s < length / 2 - 1.5) {
      const double radius = random.uniform(index++, 0.9, 2.1);
      // Strands draw together towards the nipple.
      const double spread = away * (0.65 - 0.6 * s / length);
      const Vec3 jitter = 0.8 * random_direction(random, index);
      index += 2;
      clumps_.push_back(
          {center_mm_ + s * axis + (spread * std::cos(around)) * u + (spread * std::sin(around)) * v + jitter,
           radius});
      s += radius * random.uniform(index++, 1.2, 2.2);
    }
  }
  reach_mm_ = 0;
  for (const Speck& clump : clumps_)
    reach_mm_ = std::max(reach_mm_, norm(clump.center_mm - center_mm_) + 1.5 * clump.radius_mm);
}

void Lesion::scatter_specks(const RandomStream& random) {
  const int count = static_cast<int>(random.uniform(20, 7, 26));
  reach_mm_ = 0;
  for (int n = 0; n < count; ++n) {
    const std::uint64_t base = 3000 + 8 * static_cast<std::uint64_t>(n);
    const double away = radius_mm_ * std::cbrt(random.uniform(base));
    const Vec3 center = center_mm_ + away * random_direction(random, base + 1);
    specks_.push_back({center, random.uniform(base + 3, kSpeckLow, kSpeckHigh)});
    reach_mm_ = std::max(reach_mm_, away + kSpeckHigh);
  }
}

double Lesion::ball_distance(Vec3 from, double distance) const {
  const Vec3 ray = (1 / (distance + 1e-6)) * from;
  // Away from the lattice's planes, whose symmetry would show.
  const double wobble = shape_(1.3 * ray + Vec3{3.37, 7.61, 5.18}) +
                        0.5 * shape_(2.7 * ray + Vec3{11.43, 9.72, 13.29}) +
                        0.3 * shape_(5.9 * ray + Vec3{20.61, 17.37, 24.83});
  if (plan_.kind != LesionKind::fibroadenoma)
    return distance - radius_mm_ * (1 + plan_.irregularity * wobble);
  const Vec3 q{from.x / axes_.x, from.y / axes_.y, from.z / axes_.z};
  const double slope = norm(Vec3{q.x / axes_.x, q.y / axes_.y, q.z / axes_.z}) / (norm(q) + 1e-9);
  // Two or three gentle lobes.
  const double lobes = 0.05 * std::cos(3 * std::atan2(ray.y, ray.x) + 2 * ray.z);
  return (norm(q) - radius_mm_ * (1 + plan_.irregularity * wobble + lobes)) / std::max(slope, 0.5);
}

double Lesion::spicule_distance(Vec3 from) const {
  double best = 1e9;
  for (const Spicule& s : spicules_) {
    const double t = std::clamp(dot(from, s.tip_mm) / dot(s.tip_mm, s.tip_mm), 0.0, 1.0);
    best = std::min(best,
                    norm(from - t * s.tip_mm) - s.root_radius_mm - t * (s.tip_radius_mm - s.root_radius_mm));
  }
  return best;
}

double Lesion::distance_mm(Vec3 point) const {
  const Vec3 from = point - center_mm_;
  const double distance = norm(from);
  if (distance > reach_mm_ + 4) return distance - reach_mm_;
  if (plan_.kind == LesionKind::non_mass || plan_.kind == LesionKind::calcifications) {
    double best = 1e9;
    for (const Speck& s : plan_.kind == LesionKind::non_mass ? clumps_ : specks_)
      best = std::min(best, norm(point - s.center_mm) - s.radius_mm);
    return plan_.kind == LesionKind::non_mass ? best + 0.4 * shape_(0.5 * from) : best;
  }
  const double ball = ball_distance(from, distance);
  return spicules_.empty() ? ball : smooth_union(ball, spicule_distance(from), 0.1 * radius_mm_);
}

double Lesion::coverage_at(Vec3 point, double width) const {
  if (norm(point - center_mm_) > reach_mm_ + width) return 0;
  if (plan_.kind != LesionKind::calcifications) return coverage(distance_mm(point), width);
  double sum = 0;
  for (const Speck& s : specks_) sum += speck_share(s, point, width);
  return std::min(1.0, sum);
}

void Lesion::paint_over(Composition& c, Vec3 point, double distance, double width) const {
  if (plan_.kind == LesionKind::calcifications) {
    paint(c, Tissue::calcification, coverage_at(point, width));
    return;
  }
  if (distance > width) return;
  const double inside = coverage(distance, width);
  paint(c, tissue_of(plan_.kind), inside);
  const Vec3 from = point - center_mm_;
  if (plan_.kind == LesionKind::rim_mass) {
    const double core = norm(from) - kNecrosis * radius_mm_ * (1 + 0.4 * shape_((2.2 / radius_mm_) * from));
    paint(c, Tissue::cyst, kFluidInNecrosis * coverage(core, width));
  }
  if (plan_.kind == LesionKind::fibroadenoma) {
    for (const auto& [normal, offset] : septa_) {
      const double bent = dot(from, normal) - offset + 0.12 * radius_mm_ * shape_((1 / radius_mm_) * from);
      paint(c, Tissue::ligament, kSeptumShare * inside * coverage(std::abs(bent) - kSeptumHalf, width));
    }
  }
}

}  // namespace lobule::phantom
