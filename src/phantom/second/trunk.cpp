#include "phantom/second/trunk.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace lobule::phantom::second {
namespace {

// Layers of the chest wall, in millimetres; general anatomy, chosen for this family.
constexpr double kSkin = 2.0, kCage = 11, kCortex = 1.6, kFrontOfChest = 10;

double squared(double v) {
  return v * v;
}

double blob(Vec3 point, Vec3 center, double radius) {
  const Vec3 d = point - center;
  return std::exp(-dot(d, d) / (radius * radius));
}

}  // namespace

Trunk::Trunk(std::uint64_t seed) : unrest_(seed, "second trunk", {3, 12, 200}, 4, 64) {
  const RandomStream random(seed, "second trunk shape");
  half_width_mm_ = random.uniform(0, 146, 168);
  half_depth_mm_ = random.uniform(1, 92, 108);
  middle_y_mm_ = kFrontOfChest + half_depth_mm_;
  fat_mm_ = random.uniform(2, 8, 20);
  muscle_mm_ = random.uniform(3, 8, 15);
  rib_period_mm_ = random.uniform(4, 24, 31);
  rib_phase_ = random.uniform(5);
  rib_slope_ = random.uniform(6, 0.25, 0.45);
  heart_mm_ = {random.uniform(7, 22, 34), kFrontOfChest + random.uniform(8, 62, 76),
               random.uniform(9, -36, -16)};
}

double Trunk::half_width(double z) const {
  return half_width_mm_ * (1 - 0.05 * squared(z / 100) + 0.03 * z / 100);
}

double Trunk::front_mm(double x, double z) const {
  const double u = x / half_width(z);
  if (std::abs(u) >= 1) return middle_y_mm_;
  return middle_y_mm_ - half_depth_mm_ * std::sqrt(1 - u * u);
}

double Trunk::muscle_depth_mm(double x, double z) const {
  const double sternum = std::exp(-squared(x / 26));
  return kSkin + fat_mm_ * (1 - 0.55 * sternum) * (1 + 0.18 * unrest_({x, 0, z}));
}

Material Trunk::at(Vec3 p) const {
  const double u = p.x / half_width(p.z), v = (p.y - middle_y_mm_) / half_depth_mm_;
  const double radius = std::sqrt(u * u + v * v);
  if (radius >= 1) return material(Tissue::air);
  const double slope =
      std::sqrt(squared(u / half_width_mm_) + squared(v / half_depth_mm_)) / std::max(radius, 0.05);
  const double depth = (1 - radius) / std::max(slope, 1e-3);
  if (depth < kSkin) return material(Tissue::skin);
  const double muscle_from = muscle_depth_mm(p.x, p.z);
  if (depth < muscle_from) return material(Tissue::fat);
  const bool front = v < 0;
  // The pectoral muscle is thick in front of the ribs and thins out towards the sternum and the flanks.
  const double spread = front ? std::clamp((std::abs(p.x) - 14) / 14, 0.0, 1.0) : 1.6;
  const double muscle = muscle_mm_ * spread * (1 + 0.1 * unrest_(p));
  if (depth < muscle_from + muscle) return material(Tissue::muscle);
  const double in_cage = depth - muscle_from - muscle;
  if (in_cage < kCage) {
    const double edge = std::min(in_cage, kCage - in_cage);
    if (front && std::abs(p.x) < 17)
      return edge < kCortex ? material(Tissue::bone) : material(Tissue::marrow);
    const double turn = (p.z + rib_slope_ * (middle_y_mm_ - p.y)) / rib_period_mm_ + rib_phase_;
    const double from_rib = std::abs(turn - std::floor(turn) - 0.5) * rib_period_mm_;
    const double in_rib = 6.5 - std::hypot(from_rib, (in_cage - kCage / 2) * 1.1);
    if (in_rib < 0) return edge < 2 ? material(Tissue::fat) : material(Tissue::muscle);
    return in_rib < kCortex ? material(Tissue::bone) : material(Tissue::marrow);
  }
  return inside_cage(p, depth);
}

Material Trunk::inside_cage(Vec3 p, double) const {
  const Vec3 spine{0, middle_y_mm_ + 0.60 * half_depth_mm_, p.z};
  const double from_spine = norm(p - spine);
  if (from_spine < 19) {
    const double level = p.z / 32 - std::floor(p.z / 32);
    if (level < 0.2) return material(Tissue::ligament);  // discs
    return from_spine > 17.5 ? material(Tissue::bone) : material(Tissue::marrow);
  }
  if (p.y > spine.y && std::abs(p.x) < 58) return material(Tissue::muscle);
  if (norm(p - Vec3{24, spine.y - 20, p.z}) < 11) return material(Tissue::blood);  // descending aorta
  // Two ventricles and the atria, as a sum of blobs.
  const Vec3 left = heart_mm_ + Vec3{20, 4, -6}, right = heart_mm_ + Vec3{-14, -14, -2};
  const double pools = blob(p, left, 30) + blob(p, right, 30) + blob(p, heart_mm_ + Vec3{-4, 24, 28}, 30);
  if (pools > 0.36) {
    const double left_pool = blob(p, left, 30), others = pools - left_pool;
    return left_pool > 0.66 || others > 0.46 ? material(Tissue::blood) : material(Tissue::myocardium);
  }
  if (pools > 0.27) return material(Tissue::fat);
  // Great vessels rise from the heart; the mediastinum's fat surrounds them.
  if (p.z > heart_mm_.z + 20) {
    for (const double x : {-18.0, 4.0, 20.0})
      if (squared(p.x - x) + squared(p.y - heart_mm_.y - 8) < squared(x < 0 ? 9 : 13))
        return material(Tissue::blood);
  }
  const double dome = 90 - 0.004 * squared(p.x + 50) - 0.006 * squared(p.y - middle_y_mm_) + p.z;
  if (dome < 0)
    return p.x < 30         ? material(Tissue::liver)
           : unrest_(p) > 0 ? material(Tissue::fat)
                            : material(Tissue::muscle);
  if (std::abs(p.x + 3) < 20 + 4 * unrest_(p)) return material(Tissue::fat);
  return unrest_(2.5 * p) > 2.0 ? material(Tissue::vessel) : material(Tissue::lung);
}

}  // namespace lobule::phantom::second
