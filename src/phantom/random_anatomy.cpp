// Patients drawn over the ranges of the literature.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/random.h"
#include "phantom/anatomy.h"

namespace lobule::phantom {
namespace {

// Breast volume: log-normal. Means of 500–800 ml with standard deviations of 300–450 ml are reported by MRI
// and mammographic volumetry, ranges from about 100 to 2500 ml. Volumetric density: 16–20 % on average in
// MRI, a few to 70 %, falling with size. Diameters of carcinomas found by MRI: mostly 6–40 mm.
constexpr double kMedianMl = 620, kLogSpreadMl = 0.60, kLeastMl = 100, kMostMl = 2500;
constexpr double kMedianDensity = 16, kLogSpreadDensity = 0.75, kLeastDensity = 3, kMostDensity = 70;

double log_normal(const RandomStream& random, std::uint64_t index, double median, double spread, double low,
                  double high) {
  return std::clamp(median * std::exp(spread * random.normal(index)), low, high);
}

double log_uniform(const RandomStream& random, std::uint64_t index, double low, double high) {
  return std::exp(random.uniform(index, std::log(low), std::log(high)));
}

struct Sizes {
  double low, high;
};
Sizes sizes_of(LesionKind kind) {
  switch (kind) {
    case LesionKind::focus: return {3, 4.9};
    case LesionKind::non_mass: return {15, 50};
    case LesionKind::calcifications: return {4, 25};
    case LesionKind::rim_mass: return {12, 40};
    case LesionKind::cyst: return {4, 30};
    case LesionKind::fibroadenoma: return {8, 30};
    default: return {6, 35};
  }
}

// A place where a lesion of some radius keeps a distance from skin and muscle.
Vec3 draw_place(const RandomStream& random, std::uint64_t base, const AnatomyOptions& o, double radius_mm) {
  const double smallest = std::min(o.half_width_mm, o.half_height_mm) * (1 - 0.5 * std::abs(o.asymmetry));
  const double depth = o.depth_mm * (1 - 0.5 * std::abs(o.asymmetry));
  const double margin = (radius_mm + 7) / std::min(smallest, depth);
  const double room = std::max(0.1, 1 - margin);
  const double around = random.uniform(base, 0, 2 * std::numbers::pi);
  const double forward =
      random.uniform(base + 1, std::min(0.35, 0.9 * (radius_mm + 4) / depth), std::max(0.36, 0.75 * room));
  const double p = o.fullness;
  const double widest =
      room * std::pow(std::max(0.05, 1 - std::pow(forward / std::max(room, forward + 0.05), p)), 1 / p);
  const double rim = std::min(0.62, widest) * std::sqrt(random.uniform(base + 2));
  return {rim * std::cos(around), forward, rim * std::sin(around)};
}

LesionPlan draw_lesion(const RandomStream& random, std::uint64_t base, LesionKind kind,
                       const AnatomyOptions& o) {
  LesionPlan plan;
  plan.kind = kind;
  plan.side = random.uniform(base) < 0.5 ? BreastSide::right : BreastSide::left;
  const Sizes sizes = sizes_of(kind);
  // At most a third of the breast's least width.
  const double room = 0.66 * std::min({o.half_width_mm, o.half_height_mm, 0.8 * o.depth_mm});
  plan.diameter_mm = log_uniform(random, base + 1, std::min(sizes.low, room), std::min(sizes.high, room));
  const bool spiculated = kind == LesionKind::spiculated_mass;
  plan.place = draw_place(random, base + 2, o, (spiculated ? 0.8 : 0.5) * plan.diameter_mm);
  plan.irregularity = random.uniform(base + 6, 0.05, 0.35);
  plan.uptake_scale = random.uniform(base + 7, 0.55, 1.5);
  return plan;
}

}  // namespace

AnatomyOptions random_anatomy(std::uint64_t seed, const std::vector<LesionKind>& lesions) {
  const RandomStream random(seed, "random anatomy");
  AnatomyOptions o;
  o.seed = seed;
  o.fullness = random.uniform(0, 1.9, 2.5);
  const double ml = log_normal(random, 1, kMedianMl, kLogSpreadMl, kLeastMl, kMostMl);
  // Half a superellipsoid of half width w, depth d w and half height h w holds (2.09 + 0.5 (fullness − 2)) d
  // h w³.
  const double d = random.uniform(2, 1.15, 1.6), h = random.uniform(3, 0.95, 1.12);
  const double w = std::cbrt(1000 * ml / ((2.09 + 0.5 * (o.fullness - 2)) * d * h));
  o.half_width_mm = w, o.depth_mm = d * w, o.half_height_mm = h * w;
  o.asymmetry = std::clamp(0.05 * random.normal(4), -0.12, 0.12);
  o.sag_mm = w * random.uniform(5, 0.02, 0.32);
  o.splay_mm = w * random.uniform(6, -0.05, 0.20);
  const double typical = kMedianDensity * std::pow(ml / kMedianMl, -0.35);
  o.density_percent = log_normal(random, 7, typical, kLogSpreadDensity, kLeastDensity, kMostDensity);
  o.pattern = static_cast<GlandPattern>(static_cast<int>(random.uniform(8, 0, 2.999)));
  const double stout = std::clamp(std::log(ml / kMedianMl) / 2, -0.6, 0.6);
  o.trunk_half_width_mm = std::max(165 * (1 + 0.10 * stout + 0.04 * random.normal(9)), w + 75);
  o.trunk_half_depth_mm = 100 * (1 + 0.10 * stout + 0.04 * random.normal(10));
  o.subcutaneous_mm = std::clamp(11 * std::exp(0.5 * stout + 0.25 * random.normal(11)), 6.0, 26.0);
  o.arms = random.uniform(12) < 0.75 ? ArmPose::raised : ArmPose::at_sides;
  if (random.uniform(13) < 0.3) o.coarse_calcifications = 1 + static_cast<int>(random.uniform(14, 0, 2.999));
  if (random.uniform(15) < 0.1) o.calcified_vessels = 1 + static_cast<int>(random.uniform(16, 0, 1.999));
  o.lesions.clear();
  for (std::size_t n = 0; n < lesions.size(); ++n)
    o.lesions.push_back(draw_lesion(random, 100 + 16 * n, lesions[n], o));
  return o;
}

}  // namespace lobule::phantom
