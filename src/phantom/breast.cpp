#include "phantom/breast.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/random.h"

namespace lobule::phantom {
namespace {

constexpr double kSoftness = 0.10;  // of the border between gland and fat, in units of the texture
constexpr double kFine = 0.30;      // amplitude of the texture too fine for the lattice
constexpr double kOutlineSpacing = 3, kGlandSpacing = 2;  // of the lattices, mm
constexpr double kMargin = 24;                            // of the lattices around the outline, mm
constexpr double kFatLobule = 10;                         // width of a fat lobule, mm
constexpr double kSeptumHigh = 0.28;                      // half thickness of Cooper's ligaments, mm
constexpr double kDuctReach = 12;                         // how far from a duct gland still notices it, mm
constexpr double kTubeReach = 2;    // how far from vessels and ducts their distance is known, mm
constexpr double kShiftReach = 14;  // walls of fat lobules are displaced by less, mm
constexpr int kVessels = 6;

// How much each part has to say about where gland lies.
struct PatternWeights {
  Vec3 core, reach;  // the envelope: fractions outward, forward, upward
  double envelope, ducts, cells, noise;
};
PatternWeights weights_of(GlandPattern pattern) {
  switch (pattern) {
    case GlandPattern::central: return {{0.05, 0.55, 0.02}, {0.50, 0.50, 0.52}, 1.2, 0.8, 0.50, 0.50};
    case GlandPattern::scattered: return {{0.12, 0.42, 0.08}, {0.80, 0.66, 0.80}, 0.45, 1.4, 0.80, 0.55};
    case GlandPattern::diffuse: break;
  }
  return {{0.10, 0.42, 0.08}, {0.76, 0.64, 0.76}, 0.75, 1.1, 0.70, 0.55};
}

// A winding path below the skin from one height above the base to another, for vessels.
struct VesselPath {
  double angle, rim, from, to, bend, phase;
};
constexpr int kVesselSteps = 14;
std::vector<Vec3> follow(const Breast& breast, const VesselPath& path) {
  std::vector<Vec3> points;
  for (int step = 0; step <= kVesselSteps; ++step) {
    const double t = static_cast<double>(step) / kVesselSteps;
    const double forward = path.from + (path.to - path.from) * t, p = breast.shape().fullness;
    const double around =
        path.angle + path.bend * std::sin(3 * t + path.phase) + 0.12 * std::sin(11 * t + 2 * path.phase);
    const double rim = path.rim * std::pow(std::max(0.0, 1 - std::pow(std::abs(forward), p)), 1 / p);
    points.push_back(breast.point_at(rim * std::cos(around), forward, rim * std::sin(around)));
  }
  return points;
}

void add_vessel(std::vector<TubeSegment>& segments, const std::vector<Vec3>& points, double radius) {
  for (std::size_t n = 1; n < points.size(); ++n)
    segments.push_back(
        {points[n - 1], points[n], radius * (1 - 0.5 * static_cast<double>(n) / points.size())});
}

// Vessels run below the skin from the edge of the base towards the nipple, each with two side branches.
std::vector<TubeSegment> grow_vessels(const Breast& breast, std::vector<Vec3>& branchings) {
  const RandomStream random(breast.shape().texture_seed, "breast vessels");
  std::vector<TubeSegment> segments;
  for (int v = 0; v < kVessels; ++v) {
    const std::uint64_t base = static_cast<std::uint64_t>(v) * 16;
    const double angle = 2 * std::numbers::pi * (v + random.uniform(base, -0.3, 0.3)) / kVessels;
    const double rim = random.uniform(base + 1, 0.62, 0.84), end = random.uniform(base + 2, 0.5, 0.8);
    const double radius = random.uniform(base + 3, 0.8, 1.5);
    const double bend = random.uniform(base + 4, -0.35, 0.35), phase = random.uniform(base + 5, 0, 6);
    const std::vector<Vec3> trunk = follow(breast, {angle, rim, 0.02, end, bend, phase});
    add_vessel(segments, trunk, radius);
    const VesselPath branches[] = {
        {angle + bend * std::sin(1.2 + phase), rim - 0.06, 0.4 * end, end + 0.05, -2 * bend, phase + 2},
        {angle - 0.5 * bend, rim - 0.12, 0.6 * end, 0.9 * end, 3 * bend, phase + 4}};
    for (const VesselPath& path : branches) {
      std::vector<Vec3> branch = follow(breast, path);
      const auto nearer = [&](Vec3 a, Vec3 b) { return norm(a - branch[1]) < norm(b - branch[1]); };
      branch[0] = *std::min_element(trunk.begin(), trunk.end(), nearer);
      branchings.push_back(branch[0]);
      add_vessel(segments, branch, 0.6 * radius);
    }
  }
  return segments;
}

// The share of a voxel that a sheet of half thickness `half` fills, whose middle is `distance` away.
double sheet_share(double distance, double half, double width) {
  return std::max(0.0, std::min(distance + width / 2, half) - std::max(distance - width / 2, -half)) / width;
}

void paint_tube(Composition& c, Tissue tissue, TubeTree::Nearest tube, double width) {
  if (tube.radius_mm > 0) paint(c, tissue, tube_share(tube.distance_mm, tube.radius_mm, width));
}

}  // namespace

const char* to_text(GlandPattern pattern) {
  constexpr const char* kNames[] = {"diffuse", "central", "scattered"};
  return kNames[static_cast<std::size_t>(pattern)];
}

Breast::Breast(const BreastShape& shape)
    : shape_(shape),
      outward_(shape.side == BreastSide::left ? 1 : -1),
      outline_(shape.texture_seed, "breast outline"),
      texture_(shape.texture_seed, "ducts"),
      lobules_(shape.texture_seed, "lobules") {
  nipple_mm_ = point_at(0.06, 1, 0);
  place_implant();
  vessels_ = TubeTree(grow_vessels(*this, vessel_branchings_mm_), kTubeReach);
  const PatternWeights w = weights_of(shape.pattern);
  ducts_ = grow_ducts(
      shape.texture_seed, [this](Vec3 q) { return point_at(q.x, q.y, q.z); }, Vec3{0.06, 1, 0}, w.core,
      w.reach, kTubeReach);
  const Vec3 reach{shape.radii_mm.x + kMargin + std::abs(shape.splay_mm), shape.radii_mm.y + kMargin,
                   shape.radii_mm.z + kMargin + std::abs(shape.sag_mm)};
  const Vec3 low = shape.base_mm - reach;
  const Vec3 high = shape.base_mm + Vec3{reach.x, 0.5 * shape.radii_mm.y + kMargin, reach.z};
  outline_lattice_ =
      FieldLattice<4>(low, high, kOutlineSpacing, [this](Vec3 p) { return outline_fields(p); });
  fat_lobules_ = Compartments(shape.texture_seed, low, high, kFatLobule,
                              [this](Vec3 p) { return outline_at(p).distance_mm < kShiftReach; });
}

void Breast::place_implant() {
  if (shape_.implant_ml <= 0) return;
  // Round implants: a projection of some 0.42 of the radius to each side, unless the breast is too narrow.
  const double sphere = shape_.implant_ml * 1000 / (4.0 / 3 * std::numbers::pi);
  const double wide =
      std::min(std::cbrt(sphere / 0.42), 0.88 * std::min(shape_.radii_mm.x, shape_.radii_mm.z));
  const double deep = sphere / (wide * wide);
  implant_radii_mm_ = {wide, deep, wide};
  const Vec3 base = shape_.base_mm;
  implant_center_mm_ = {base.x, base.y + 2 - deep, base.z - 0.3 * shape_.sag_mm};
}

double Breast::implant_distance_mm(Vec3 point) const {
  if (shape_.implant_ml <= 0) return 1e3;
  return ellipsoid_distance(point - implant_center_mm_, implant_radii_mm_);
}

Vec3 Breast::point_at(double outward, double forward, double upward) const {
  const double lean = forward * std::abs(forward);
  return {shape_.base_mm.x + outward_ * (outward * shape_.radii_mm.x + shape_.splay_mm * lean),
          shape_.base_mm.y - forward * shape_.radii_mm.y,
          shape_.base_mm.z + upward * shape_.radii_mm.z - shape_.sag_mm * lean};
}

Vec3 Breast::fractions_at(Vec3 point) const {
  const double forward = (shape_.base_mm.y - point.y) / shape_.radii_mm.y;
  const double lean = forward * std::abs(forward);
  return {(outward_ * (point.x - shape_.base_mm.x) - shape_.splay_mm * lean) / shape_.radii_mm.x, forward,
          (point.z - shape_.base_mm.z + shape_.sag_mm * lean) / shape_.radii_mm.z};
}

// To first order, from the superellipsoid ((x² + z²)^(p/2) + |y|^p)^(1/p) = 1.
double Breast::outline_distance(Vec3 point) const {
  const Vec3 q = fractions_at(point), r = shape_.radii_mm;
  const double p = shape_.fullness, rim = flat_norm(q.x, q.z), forward = std::abs(q.y);
  const double rim_part = std::pow(rim, p - 1), forward_part = std::pow(forward, p - 1);
  const double level = std::pow(rim_part * rim + forward_part * forward, 1 / p);
  if (level < 0.05) return -0.95 * std::min({r.x, r.y, r.z});
  const double scale = std::pow(level, 1 - p);
  const double across = rim > 1e-9 ? flat_norm(q.x / r.x, q.z / r.z) / rim : 0;
  const double slope = scale * flat_norm(rim_part * across, forward_part / r.y);
  const double distance = (level - 1) / slope;
  return std::abs(distance) > 20 ? distance : distance + 1.5 * outline_((1 / 35.0) * point);
}

std::array<float, 4> Breast::outline_fields(Vec3 point) const {
  // Walls of fat lobules are curved: the point is displaced before its cell is looked up.
  const auto shift = [&](double offset) {
    const Vec3 far{offset, 2 * offset, 3 * offset};
    return 6.0f * texture_((1 / 22.0) * point + far) + 2.5f * texture_((1 / 9.0) * point + far);
  };
  return {static_cast<float>(outline_distance(point)), shift(3.3), shift(7.7), shift(11.1)};
}

Breast::Outline Breast::outline_at(Vec3 point) const {
  if (!outline_lattice_.contains(point)) return {std::max(outline_distance(point), kMargin / 2), {}};
  const auto f = outline_lattice_(point);
  return {f[0], {f[1], f[2], f[3]}};
}

double Breast::nipple_distance_mm(Vec3 point) const {
  return ellipsoid_distance(point - nipple_mm_, {5.5, 8, 5.5});
}

bool Breast::footprint_contains(Vec3 point, const Outline& outline, double margin) const {
  const double forward = (shape_.base_mm.y - point.y) / shape_.radii_mm.y;
  if (forward > 0) return outline.distance_mm < margin;
  if (forward < -0.5) return false;
  const Vec3 r = shape_.radii_mm;
  const double x = (point.x - shape_.base_mm.x) / (r.x + margin),
               z = (point.z - shape_.base_mm.z) / (r.z + margin);
  return x * x + z * z < 1;
}

std::array<float, 3> Breast::gland_fields(Vec3 point, const TubeTree& wide_ducts, Depths depths) const {
  if (depths.skin_mm < -4) return {-9, kDuctReach, 0};
  const PatternWeights w = weights_of(shape_.pattern);
  const Vec3 q = fractions_at(point);
  const Vec3 core{(q.x - w.core.x) / w.reach.x, (q.y - w.core.y) / w.reach.y, (q.z - w.core.z) / w.reach.z};
  double field = w.envelope * (1 - norm(core));
  const Vec3 from_nipple = point - nipple_mm_;
  const double distance = norm(from_nipple) + 1e-3;
  field += 0.8 * std::exp(-distance * distance / (2 * 15.0 * 15.0));
  const double duct = wide_ducts.distance_mm(point);
  field += w.ducts * std::exp(-std::max(0.0, duct) / 3.5);
  // Fat lobules push gland away or not, each as a whole; their walls hold strands of it.
  const auto cell = fat_lobules_.at(point + outline_at(point).wall_shift_mm);
  field += w.cells * cell.trait * smooth_step(-0.8, 2.5, cell.wall_mm);
  // A texture drawn out along the rays from the nipple, and two of lobules.
  const Vec3 ray = (1 / distance) * from_nipple;
  field += w.noise * texture_(Vec3{9.0 * ray.x + 9, distance / 22, 9.0 * ray.z + 4});
  field += w.noise * (0.8 * lobules_((1 / 9.0) * point) + 0.6 * lobules_((1 / 4.5) * point));
  // Subcutaneous and retromammary fat stay free of gland, except behind the nipple.
  const double behind_nipple = std::exp(-distance * distance / (2 * 12.0 * 12.0));
  const double free_mm = (9 + 4 * texture_((1 / 14.0) * point)) * (1 - behind_nipple) + 2;
  if (depths.skin_mm < free_mm) field -= 0.25 * (free_mm - depths.skin_mm);
  if (depths.muscle_gap_mm < 9) field -= 0.2 * (9 - depths.muscle_gap_mm);
  const double implant = implant_distance_mm(point);
  if (implant < 5) field -= 0.4 * (5 - implant);
  // Ligaments are strongest near the gland and above it, and fade in places.
  const double fade = smooth_step(-0.5, 0.5, texture_((1 / 30.0) * point + Vec3{2, 19, 8}));
  return {static_cast<float>(field), static_cast<float>(duct),
          static_cast<float>(kSeptumHigh * (0.35 + 0.65 * fade))};
}

// Lattice fields vary too slowly for the smallest lobules: two finer textures are added near the border.
double Breast::gland_share(Vec3 point, double field) const {
  if (field < threshold_ - kSoftness - kFine) return 0;
  if (field > threshold_ + kSoftness + kFine) return 1;
  field += 0.6 * kFine * texture_((1 / 2.4) * point) + 0.4 * kFine * lobules_((1 / 1.2) * point);
  return smooth_step(threshold_ - kSoftness, threshold_ + kSoftness, field);
}

void Breast::grow_gland(const std::function<Depths(Vec3)>& depths, const std::vector<Vec3>& samples) {
  const TubeTree wide(ducts_.tubes.segments(), kDuctReach);
  const Vec3 reach{shape_.radii_mm.x + std::abs(shape_.splay_mm) + 4, shape_.radii_mm.y + 6,
                   shape_.radii_mm.z + std::abs(shape_.sag_mm) + 4};
  gland_lattice_ = FieldLattice<3>(shape_.base_mm - reach,
                                   shape_.base_mm + Vec3{reach.x, 0.5 * shape_.radii_mm.y, reach.z},
                                   kGlandSpacing, [&](Vec3 p) { return gland_fields(p, wide, depths(p)); });
  constexpr double kSampleWidth = 1;
  std::vector<std::array<float, 2>> fields;  // of gland, and the share of ducts
  fields.reserve(samples.size());
  for (const Vec3& p : samples) {
    const auto f = gland_lattice_(p);
    const auto tube = ducts_.tubes.nearest(p);
    const double duct = tube.radius_mm > 0 ? tube_share(tube.distance_mm, tube.radius_mm, kSampleWidth) : 0;
    fields.push_back({f[0], static_cast<float>(duct)});
  }
  double low = -4, high = 4;
  for (int step = 0; step < 24; ++step) {
    threshold_ = (low + high) / 2;
    double sum = 0;
    for (std::size_t n = 0; n < samples.size(); ++n)
      sum += 1 - (1 - gland_share(samples[n], fields[n][0])) * (1 - fields[n][1]);
    (100 * sum > shape_.density_percent * static_cast<double>(fields.size()) ? low : high) = threshold_;
  }
}

void Breast::paint_septa(Composition& c, Vec3 shifted, double thickest, double width) const {
  const auto cell = fat_lobules_.at(shifted);
  if (cell.wall_mm > width) return;
  // A third of the walls is too thin to see.
  const double half = thickest * smooth_step(0.2, 0.7, cell.wall_trait);
  paint(c, Tissue::ligament, sheet_share(cell.wall_mm, half, width));
}

void Breast::paint_inside(Composition& c, Vec3 point, const Outline* outline, double width) const {
  const auto gland = gland_lattice_(point);
  const double amount = gland_share(point, gland[0]);
  if (amount < 1) {
    const Vec3 shift = outline ? outline->wall_shift_mm : outline_at(point).wall_shift_mm;
    paint_septa(c, point + shift, gland[2], width);
  }
  paint(c, Tissue::gland, amount);
  if (gland[1] < 1 + width && amount < 1) paint_tube(c, Tissue::gland, ducts_.tubes.nearest(point), width);
  paint_tube(c, Tissue::vessel, vessels_.nearest(point), width);
  if (shape_.implant_ml <= 0) return;
  const double implant = implant_distance_mm(point);
  // Muscle drawn over the implant, or its capsule.
  if (shape_.implant_behind_muscle && point.y < implant_center_mm_.y)
    paint(c, Tissue::muscle, coverage(implant - 5, width));
  paint(c, Tissue::ligament, coverage(implant - 0.6, width));
  paint(c, Tissue::implant, coverage(implant, width));
}

}  // namespace lobule::phantom
