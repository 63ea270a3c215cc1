#include "phantom/torso.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/random.h"

namespace lobule::phantom {
namespace {

constexpr double kCenterY = 100;
constexpr double kRibLayer = 11;  // ribs and intercostal muscle
constexpr double kRibPeriod = 27;
constexpr double kLong = 1e3;  // half axis of what has no end along one direction
constexpr double kLattice = 5;
constexpr Vec3 kLow{-255, -15, -200}, kHigh{255, 225, 200};
constexpr double kNotch = 118;    // z of the sternum's upper end
constexpr double kXiphoid = -72;  // and of its lower one
constexpr double kArmFat = 9, kHumerus = 11;
constexpr double kArmRadius = 47, kArmTaper = 9;
constexpr double kArmpit = 20;  // width of the fold between arm and trunk, mm

// How the trunk changes from the waist to the neck: shares of its half axes, and the shift of its front.
struct Profile {
  double width, depth, front_mm;
};
Profile profile(double z) {
  const double waist = smooth_step(70, 190, -z), shoulder = smooth_step(128, 195, z);
  return {1 - 0.08 * waist - 0.66 * shoulder + 0.05 * smooth_step(60, 120, z) * (1 - shoulder),
          1 - 0.03 * waist - 0.38 * shoulder, 26 * smooth_step(40, 135, z) + 34 * shoulder - 6 * waist};
}

double fold(double value, double period) {
  return value - period * std::round(value / period);
}

struct Segment {
  Vec3 from, to;
};
Segment upper_arm(ArmPose pose) {
  if (pose == ArmPose::raised) return {{158, 100, 130}, {205, 55, 310}};
  return {{186, 108, 112}, {226, 118, -250}};
}

// Distance from a line, and how far along it (0 to 1), of a point mirrored to the left side.
struct NearLine {
  double distance, along;
};
NearLine near_line(Vec3 point, const Segment& s) {
  const Vec3 p{std::abs(point.x), point.y, point.z}, along = s.to - s.from;
  const double t = std::clamp(dot(p - s.from, along) / dot(along, along), 0.0, 1.0);
  return {norm(p - (s.from + t * along)), t};
}

void paint_bone(Composition& c, double distance, double cortex, double width) {
  if (distance > width) return;
  paint(c, Tissue::bone, coverage(distance, width));
  paint(c, Tissue::marrow, coverage(distance + cortex, width));
}

}  // namespace

const char* to_text(ArmPose pose) {
  return pose == ArmPose::raised ? "raised" : "at the sides";
}

Torso::Torso(const TorsoShape& shape) : shape_(shape), layers_(shape.seed, "torso layers") {
  lattice_ = FieldLattice<8>(kLow, kHigh, kLattice, [this](Vec3 p) {
    const Place at = exact_place(p);
    return std::array<float, 8>{float(at.trunk_mm),  float(at.skin_mm),     float(at.arm_mm),
                                float(at.muscle_mm), float(at.pectoral_mm), float(at.minor_mm),
                                float(at.armpit_mm), float(at.bumps)};
  });
  place_nodes();
}

double Torso::trunk_distance(Vec3 point) const {
  const Profile here = profile(point.z), up = profile(point.z + 4);
  const double half_x = shape_.half_width_mm * here.width;
  const double half_y = shape_.half_depth_mm * here.depth - here.front_mm / 2;
  const double u = std::abs(point.x) / half_x, v = std::abs(point.y - kCenterY - here.front_mm / 2) / half_y;
  const double u15 = u * std::sqrt(u), v15 = v * std::sqrt(v);
  const double s = u15 * u + v15 * v;  // a superellipse of exponent 2.5
  if (s < 1e-3) return -half_y;
  const double q = std::pow(s, 0.4), scale = q / s;
  // Its slope along the body, from the change of the half axes.
  const double grow_x = (up.width - here.width) / here.width / 4;
  const double grow_y =
      (shape_.half_depth_mm * (up.depth - here.depth) - (up.front_mm - here.front_mm) / 2) / half_y / 4;
  const double along = u15 * u * grow_x + v15 * v * grow_y;
  return (q - 1) /
         (scale * std::sqrt(u15 * u15 / (half_x * half_x) + v15 * v15 / (half_y * half_y) + along * along));
}

double Torso::arm_distance(Vec3 point) const {
  const auto [distance, along] = near_line(point, upper_arm(shape_.arms));
  return distance - kArmRadius + kArmTaper * along;
}

Torso::Place Torso::exact_place(Vec3 point) const {
  Place out{};
  out.trunk_mm = trunk_distance(point);
  out.arm_mm = arm_distance(point);
  out.skin_mm = smooth_union(out.trunk_mm, out.arm_mm, kArmpit);
  out.bumps = layers_((1 / 25.0) * point);
  const double x = std::abs(point.x), y = point.y, z = point.z;
  const double lateral = smooth_step(60, 160, x), back = smooth_step(60, 160, y);
  const double middle = 1 - smooth_step(5, 30, x), belly = smooth_step(90, 160, -z);
  out.muscle_mm = shape_.subcutaneous_mm * (1 + 0.8 * belly) + 8 * lateral * (1 - back) + 4 * back -
                  3 * middle + 1.5 * layers_((1 / 30.0) * point);
  // Pectoralis major: a fan, thin at its lower edge, thickest where it draws together towards the armpit.
  const double front = 1 - smooth_step(60, 110, y), upper = smooth_step(-75, -35, z);
  const double fan = 8 + 7 * smooth_step(35, 110, x) * smooth_step(-30, 70, z);
  // Oblique, serratus and latissimus muscles around the rest, and those beside the spine.
  const double wall = 8 + 3 * back + 24 * smooth_step(115, 165, y) * (1 - smooth_step(25, 70, x));
  const double opening = smooth_step(115, 138, x) * smooth_step(20, 60, z) * smooth_step(30, 55, y) *
                         (1 - smooth_step(110, 135, y));
  out.pectoral_mm = shape_.muscle * (front * upper * fan + (1 - front * upper) * wall) * (1 - opening);
  out.minor_mm = shape_.muscle * 7 * front * smooth_step(48, 66, x) * (1 - smooth_step(108, 128, x)) *
                 smooth_step(5, 30, z) * (1 - smooth_step(95, 120, z));
  out.armpit_mm = 24 * smooth_step(98, 138, x) * smooth_step(15, 70, z) * (1 - smooth_step(140, 170, y));
  return out;
}

Torso::Place Torso::place(Vec3 point) const {
  const auto f = lattice_(point);
  // Beyond the lattice lies air in front, behind, and to the sides.
  const double beyond =
      std::max({0.0, kLow.x - point.x, point.x - kHigh.x, kLow.y - point.y, point.y - kHigh.y});
  return {f[0] + beyond, f[1] + beyond, f[2] + beyond, f[3], f[4], f[5], f[6], f[7]};
}

double Torso::front_mm(double x) const {
  const double u = std::min(0.98, std::abs(x) / shape_.half_width_mm);
  return kCenterY - shape_.half_depth_mm * std::pow(1 - std::pow(u, 2.5), 0.4);
}

Vec3 Torso::sternal_notch_mm() const {
  return {0, kCenterY - shape_.half_depth_mm + profile(kNotch).front_mm + shape_.subcutaneous_mm, kNotch};
}

std::vector<Vec3> Torso::rib_tips_mm() const {
  std::vector<Vec3> tips;
  for (const double side : {-1.0, 1.0})
    for (int n = -1; n <= 3; ++n) {
      const double x = 62 + 4.0 * (1 - n), y = front_mm(x) + shape_.subcutaneous_mm + 15;
      tips.push_back({side * x, y, n * kRibPeriod - 0.35 * y - 0.1 * x});
    }
  return tips;
}

void Torso::paint_inside(Composition& c, Vec3 point, const Place& at, double width) const {
  if (at.arm_mm < width - kArmFat) paint_arm(c, point, at.arm_mm, width);
  const double depth = -at.trunk_mm;
  if (depth < at.muscle_mm - width) return;
  paint(c, Tissue::muscle, coverage(at.muscle_mm - depth, width));
  paint_wall(c, point, at, width);
  // The cavity ends in a dome below the neck.
  const double x = std::abs(point.x) - 45;
  const double wall = at.muscle_mm + at.pectoral_mm + at.minor_mm + at.armpit_mm + kRibLayer;
  const double cavity = std::max(wall - depth, point.z - 118 + 0.008 * x * x);
  if (cavity < width) paint_cavity(c, point, cavity, at.bumps, width);
  paint_bones(c, point, at, width);
  if (at.armpit_mm > 1) paint_nodes(c, point, width);
}

void Torso::paint_arm(Composition& c, Vec3 point, double arm, double width) const {
  paint(c, Tissue::muscle, coverage(arm + kArmFat, width));
  const double bone = near_line(point, upper_arm(shape_.arms)).distance - kHumerus;
  paint_bone(c, bone, 3, width);
}

void Torso::paint_wall(Composition& c, Vec3 point, const Place& at, double width) const {
  const double depth = -at.trunk_mm, x = std::abs(point.x);
  const double behind_major = at.muscle_mm + at.pectoral_mm;
  const double behind_minor = behind_major + at.minor_mm, ribs = behind_minor + at.armpit_mm;
  if (depth > ribs + kRibLayer + width) return;
  // Fat keeps the layers apart to the eye, and fills the armpit.
  if (at.minor_mm > 1.5) paint(c, Tissue::fat, 0.8 * coverage(std::abs(depth - behind_major) - 0.6, width));
  const double gap = std::max(0.7, at.armpit_mm / 2);
  paint(c, Tissue::fat,
        (at.armpit_mm > 1 ? 1 : 0.8) *
            coverage(std::abs(depth - behind_minor - at.armpit_mm / 2) - gap, width));
  // Streaks of fat along the pectoral fibres, which run from the sternum up to the armpit.
  const double across = point.z - 0.45 * x;
  const double streak = layers_(Vec3{x / 45 + 7, depth / 7, across / 6});
  if (depth < ribs)
    paint(c, Tissue::fat, 0.45 * smooth_step(0.25, 0.7, streak) * coverage(at.muscle_mm - depth, width));
  const double mammary = flat_norm(x - 23, depth - behind_major - 2) - 1.7;
  if (point.y < kCenterY && point.z > kXiphoid) paint(c, Tissue::vessel, coverage(mammary, width));
}

void Torso::paint_bones(Composition& c, Vec3 point, const Place& at, double width) const {
  const double depth = -at.trunk_mm, x = std::abs(point.x);
  const double layer = at.muscle_mm + at.pectoral_mm + at.minor_mm + at.armpit_mm + kRibLayer / 2;
  // Ribs descend towards the front and end at the costal arch; near the sternum they are cartilage, which is
  // painted as ligament.
  const double arch = kXiphoid - 0.65 * (x - 20) * smooth_step(-20, 60, kCenterY - point.y);
  if (x > 24 && std::abs(depth - layer) < 8 && point.z > arch && point.z < kNotch) {
    const double along = fold(point.z + 0.35 * point.y + 0.1 * x, kRibPeriod);
    const double rib = ellipsoid_distance(Vec3{along, depth - layer, 0}, {7, 4.5, kLong});
    const double tip = 66 - 0.15 * point.z;
    if (x < tip && point.y < kCenterY)
      paint(c, Tissue::ligament, coverage(rib, width));
    else
      paint_bone(c, rib, 1.5, width);
  }
  // The front of the sternum touches the subcutaneous fat; it widens to the manubrium.
  const double wide = 17 + 10 * smooth_step(70, 105, point.z);
  const double beyond = std::max({0.0, point.z - kNotch + 8, kXiphoid + 8 - point.z});
  if (point.y < kCenterY && x < 32)
    paint_bone(c, ellipsoid_distance(Vec3{point.x, depth - at.muscle_mm - 6, beyond}, {wide, 6, 8}), 1.5,
               width);
  if (point.z > 100) {
    const NearLine clavicle = near_line(point, {{18, 55, 122}, {140, 92, 146}});
    paint_bone(c, clavicle.distance - 6, 2, width);
  }
  if (point.y > 120) {
    const double scapula =
        ellipsoid_distance(Vec3{x - 100, point.y - 167 + 0.15 * (x - 100), point.z - 70}, {36, 4.5, 62});
    paint_bone(c, scapula, 1.5, width);
    // Vertebrae of 30 mm with discs (as ligament) between, canal and cord, and the spinous process.
    const double spine = ellipsoid_distance(Vec3{point.x, point.y - 152, 0}, {21, 17, kLong});
    const double disc = std::abs(fold(point.z + 14, 30)) - 4;
    paint_bone(c, spine, 2, width);
    if (spine < width) paint(c, Tissue::ligament, coverage(spine + 1, width) * coverage(disc, width));
    const double process = std::max(std::abs(fold(point.z + 1, 30)) - 9,
                                    ellipsoid_distance(Vec3{point.x, point.y - 181, 0}, {6, 16, kLong}));
    paint_bone(c, process, 1.5, width);
    const double canal = flat_norm(point.x, point.y - 174) - 9;
    paint(c, Tissue::cyst, coverage(canal, width));
    paint(c, Tissue::muscle, coverage(canal + 4, width));
  }
}

void Torso::paint_nodes(Composition& c, Vec3 point, double width) const {
  for (const LymphNode& n : nodes_) {
    const Vec3 from = point - n.center_mm;
    if (std::abs(from.x) > n.length_mm || std::abs(from.z) > n.length_mm || norm(from) > n.length_mm)
      continue;
    const double l = n.length_mm;
    const Vec3 q{dot(from, n.axis), dot(from, n.to_hilum), dot(from, cross(n.axis, n.to_hilum))};
    paint(c, Tissue::node, coverage(ellipsoid_distance(q, {0.5 * l, 0.32 * l, 0.28 * l}), width));
    const Vec3 hilum{q.x, q.y - 0.17 * l, q.z};
    paint(c, Tissue::fat, coverage(ellipsoid_distance(hilum, {0.30 * l, 0.20 * l, 0.16 * l}), width));
  }
}

// Three to six nodes a side, where the armpit's fat is thick enough to hold them.
void Torso::place_nodes() {
  const RandomStream random(shape_.seed, "lymph nodes");
  std::uint64_t index = 0;
  for (const double side : {-1.0, 1.0}) {
    const int wanted = static_cast<int>(random.uniform(index++, 3, 6.99));
    int placed = 0;
    for (int attempt = 0; attempt < 400 && placed < wanted; ++attempt) {
      const Vec3 p{side * random.uniform(index, 95, 160), random.uniform(index + 1, 30, 130),
                   random.uniform(index + 2, 30, 110)};
      LymphNode node{p, {}, {}, random.uniform(index + 3, 7, 17)};
      const double angle = random.uniform(index + 4, 0, 2 * std::numbers::pi);
      index += 5;
      const Place at = exact_place(p);
      const double front = at.muscle_mm + at.pectoral_mm + at.minor_mm;
      const double room = 0.3 * node.length_mm;
      if (-at.trunk_mm < front + room || -at.trunk_mm > front + at.armpit_mm - room) continue;
      bool free = true;
      for (const LymphNode& other : nodes_)
        free = free && norm(other.center_mm - p) > 0.55 * (node.length_mm + other.length_mm);
      if (!free) continue;
      // Long along the body, thin through the armpit's fat.
      node.axis = {0, std::sin(angle) * 0.6, std::sqrt(1 - 0.36 * std::sin(angle) * std::sin(angle))};
      node.to_hilum = cross(node.axis, Vec3{1, 0, 0});
      nodes_.push_back(node);
      ++placed;
    }
  }
}

}  // namespace lobule::phantom
