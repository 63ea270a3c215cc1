#include "phantom/breast.h"

#include <numbers>

#include "core/random.h"

namespace lobule::phantom {
namespace {

// Softness of the border between gland and fat, in units of the texture.
constexpr double kSoftness = 0.18;
constexpr int kVessels = 6;

// Vessels run below the skin from the edge of the base towards the nipple, with side branches.
std::vector<TubeSegment> grow_vessels(const Breast& breast) {
  const BreastShape& shape = breast.shape();
  const RandomStream random(shape.texture_seed, "breast vessels");
  std::vector<TubeSegment> segments;
  const auto curve = [&](double angle, double depth_share, double from, double to, double radius, double bend,
                         double phase) {
    constexpr int kSteps = 14;
    Vec3 previous;
    for (int step = 0; step <= kSteps; ++step) {
      const double t = static_cast<double>(step) / kSteps;
      const double forward = from + (to - from) * t;
      const double around = angle + bend * std::sin(3 * t + phase) + 0.12 * std::sin(11 * t + 2 * phase);
      const double rim = depth_share * std::sqrt(std::max(0.0, 1 - forward * forward));
      const Vec3 point = breast.point_at(rim * std::cos(around), forward, rim * std::sin(around));
      if (step > 0) segments.push_back({previous, point, radius * (1 - 0.5 * t)});
      previous = point;
    }
  };
  for (int v = 0; v < kVessels; ++v) {
    const std::uint64_t base = static_cast<std::uint64_t>(v) * 16;
    const double angle = 2 * std::numbers::pi * (v + random.uniform(base, -0.3, 0.3)) / kVessels;
    const double share = random.uniform(base + 1, 0.62, 0.84);
    const double end = random.uniform(base + 2, 0.5, 0.8);
    const double radius = random.uniform(base + 3, 0.8, 1.5);
    const double bend = random.uniform(base + 4, -0.35, 0.35);
    const double phase = random.uniform(base + 5, 0, 6);
    curve(angle, share, 0.02, end, radius, bend, phase);
    curve(angle + bend * std::sin(1.2 + phase), share - 0.06, 0.4 * end, end + 0.05, 0.65 * radius, -2 * bend,
          phase + 2);
  }
  return segments;
}

}  // namespace

Breast::Breast(const BreastShape& shape)
    : shape_(shape),
      outward_(shape.side == BreastSide::left ? 1 : -1),
      outline_(shape.texture_seed, "breast outline"),
      ducts_(shape.texture_seed, "ducts"),
      lobules_(shape.texture_seed, "lobules") {
  nipple_mm_ = point_at(0.06, 1, 0);
  vessels_ = TubeTree(grow_vessels(*this));
}

Vec3 Breast::point_at(double outward, double forward, double upward) const {
  const double sag = shape_.sag_mm * forward * std::abs(forward);
  return {shape_.base_mm.x + outward_ * outward * shape_.radii_mm.x,
          shape_.base_mm.y - forward * shape_.radii_mm.y,
          shape_.base_mm.z + upward * shape_.radii_mm.z - sag};
}

// The inverse of point_at: outward, forward, upward in units of the radii.
Vec3 Breast::local(Vec3 point) const {
  const double forward = (shape_.base_mm.y - point.y) / shape_.radii_mm.y;
  const double sag = shape_.sag_mm * forward * std::abs(forward);
  return {outward_ * (point.x - shape_.base_mm.x) / shape_.radii_mm.x, forward,
          (point.z - shape_.base_mm.z + sag) / shape_.radii_mm.z};
}

double Breast::distance_mm(Vec3 point) const {
  const Vec3 q = local(point);
  const Vec3 scaled{q.x * shape_.radii_mm.x, q.y * shape_.radii_mm.y, q.z * shape_.radii_mm.z};
  const double distance = ellipsoid_distance(scaled, shape_.radii_mm);
  if (std::abs(distance) > 20) return distance;
  return distance + 1.5 * outline_((1 / 35.0) * point);
}

double Breast::nipple_distance_mm(Vec3 point) const {
  return ellipsoid_distance(point - nipple_mm_, {5.5, 8, 5.5});
}

bool Breast::footprint_contains(Vec3 point, double margin) const {
  const Vec3 q = local(point), r = shape_.radii_mm;
  const double x = q.x * r.x / (r.x + margin), z = q.z * r.z / (r.z + margin);
  const double y = q.y * r.y / (r.y + margin);
  return x * x + z * z + (y > 0 ? y * y : 0) < 1.02 && q.y > -0.5;
}

double Breast::gland_field(Vec3 point, double skin_depth, double muscle_gap) const {
  const Vec3 q = local(point);
  // Most gland lies behind the nipple and towards the armpit.
  const Vec3 core{(q.x - 0.10) / 0.72, (q.y - 0.42) / 0.62, (q.z - 0.08) / 0.72};
  double field = 1 - norm(core);
  const Vec3 from_nipple = point - nipple_mm_;
  const double distance = norm(from_nipple) + 1e-3;
  field += 0.8 * std::exp(-distance * distance / (2 * 15.0 * 15.0));
  // Ducts: a texture drawn out along the rays from the nipple.
  const Vec3 ray = (1 / distance) * from_nipple;
  field += 0.75 * ducts_(Vec3{4.5 * ray.x + 9, distance / 34, 4.5 * ray.z + 4});
  field += 0.50 * ducts_(Vec3{11.0 * ray.x, distance / 15, 11.0 * ray.z + 17});
  field += 0.40 * lobules_((1 / 9.0) * point) + 0.35 * lobules_((1 / 4.5) * point);
  // Subcutaneous and retromammary fat stay free of gland, except behind the nipple.
  const double behind_nipple = std::exp(-distance * distance / (2 * 12.0 * 12.0));
  const double free_mm = 9 * (1 - behind_nipple) + 2;
  if (skin_depth < free_mm) field -= 0.25 * (free_mm - skin_depth);
  if (muscle_gap < 9) field -= 0.2 * (9 - muscle_gap);
  return field;
}

double Breast::gland_share(double field) const {
  return smooth_step(threshold_ - kSoftness, threshold_ + kSoftness, field);
}

void Breast::fit_density(const std::vector<Sample>& samples) {
  std::vector<double> fields;
  fields.reserve(samples.size());
  for (const Sample& s : samples) fields.push_back(gland_field(s.point_mm, s.skin_depth_mm, s.muscle_gap_mm));
  double low = -4, high = 4;
  for (int step = 0; step < 40; ++step) {
    threshold_ = (low + high) / 2;
    double sum = 0;
    for (const double field : fields) sum += gland_share(field);
    (100 * sum > shape_.density_percent * static_cast<double>(fields.size()) ? low : high) = threshold_;
  }
}

void Breast::paint_inside(Composition& c, Vec3 point, double skin_depth, double muscle_gap,
                          double width) const {
  // Cooper's ligaments: sheets where a texture crosses zero.
  const double sheet = std::abs(lobules_((1 / 16.0) * point + Vec3{11, 5, 3}));
  const double strand = std::abs(ducts_((1 / 11.0) * point + Vec3{2, 19, 8}));
  paint(c, Tissue::ligament,
        0.40 * (1 - smooth_step(0, 0.05, sheet)) + 0.25 * (1 - smooth_step(0, 0.05, strand)));
  const double field = gland_field(point, skin_depth, muscle_gap);
  if (field > threshold_ - kSoftness) paint(c, Tissue::gland, gland_share(field));
  paint(c, Tissue::vessel, coverage(vessels_.distance_mm(point), width));
}

}  // namespace lobule::phantom
