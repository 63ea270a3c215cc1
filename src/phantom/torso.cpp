#include "phantom/torso.h"

namespace lobule::phantom {
namespace {

// Half axes and centre of the oval: a trunk 330 mm wide and 200 mm deep.
constexpr double kHalfWidth = 165, kHalfDepth = 100, kCenterY = 100;
constexpr double kPectoralThickness = 11;
constexpr double kRibLayer = 11;  // ribs and intercostal muscle
constexpr double kRibPeriod = 27;
constexpr double kLong = 1e3;  // half axis of what has no end along one direction

double fold(double value, double period) {
  return value - period * std::round(value / period);
}

void paint_bone(Composition& c, double distance, double cortex, double width) {
  if (distance > width) return;
  paint(c, Tissue::bone, coverage(distance, width));
  paint(c, Tissue::marrow, coverage(distance + cortex, width));
}

double tube_distance(Vec3 point, double x, double y, double radius) {
  return std::hypot(point.x - x, point.y - y) - radius;
}

}  // namespace

Torso::Torso(std::uint64_t seed) : layers_(seed, "torso layers") {}

double Torso::distance_mm(Vec3 point) const {
  const double u = std::abs(point.x) / kHalfWidth, v = std::abs(point.y - kCenterY) / kHalfDepth;
  const double u15 = u * std::sqrt(u), v15 = v * std::sqrt(v);
  const double s = u15 * u + v15 * v;  // a superellipse of exponent 2.5
  if (s < 1e-3) return -kHalfDepth;
  const double q = std::pow(s, 0.4);
  const double slope = q / s * std::hypot(u15 / kHalfWidth, v15 / kHalfDepth);
  return (q - 1) / slope;
}

double Torso::muscle_depth_mm(Vec3 point) const {
  const double lateral = smooth_step(60, 160, std::abs(point.x));
  const double back = smooth_step(60, 160, point.y);
  const double middle = 1 - smooth_step(5, 30, std::abs(point.x));
  return 11 + 8 * lateral * (1 - back) + 4 * back - 3 * middle +
         1.5 * layers_(Vec3{point.x / 30, point.y / 30, point.z / 30});
}

void Torso::paint_inside(Composition& c, Vec3 point, double depth, double muscle, double width) const {
  paint(c, Tissue::muscle, coverage(muscle - depth, width));
  paint_wall(c, point, depth, muscle, width);
  // The cavity ends before the muscles of the back.
  const double cavity = std::max(muscle + kPectoralThickness + kRibLayer - depth, point.y - 160);
  if (cavity < width) paint_cavity(c, point, cavity, width);
  const double spine = ellipsoid_distance(Vec3{point.x, point.y - 152, 0}, {23, 19, kLong});
  paint_bone(c, spine, 2, width);
  // The front of the sternum touches the subcutaneous fat.
  const double sternum = ellipsoid_distance(Vec3{point.x, depth - muscle - 6, 0}, {19, 6, kLong});
  if (point.y < kCenterY) paint_bone(c, sternum, 1.5, width);
}

void Torso::paint_wall(Composition& c, Vec3 point, double depth, double muscle, double width) const {
  const double layer = muscle + kPectoralThickness + kRibLayer / 2;
  // Fat between pectoral muscle and ribs keeps the layers apart to the eye.
  const double cleft = std::abs(depth - layer + kRibLayer / 2) - 0.7;
  const double texture = layers_(Vec3{point.x / 9 + 7, point.y / 9, point.z / 9});
  paint(c, Tissue::fat, 0.8 * coverage(cleft, width));
  paint(c, Tissue::fat, 0.35 * smooth_step(0.35, 0.8, texture) * coverage(muscle - depth, width));
  // Ribs descend towards the front.
  const double along = fold(point.z + 0.35 * point.y + 0.1 * std::abs(point.x), kRibPeriod);
  const double rib = ellipsoid_distance(Vec3{along, depth - layer, 0}, {7, 4.5, kLong});
  if (std::abs(point.x) > 24) paint_bone(c, rib, 1.5, width);
  const double mammary = std::hypot(std::abs(point.x) - 23, depth - muscle - kPectoralThickness - 2) - 1.7;
  if (point.y < kCenterY) paint(c, Tissue::vessel, coverage(mammary, width));
}

void Torso::paint_cavity(Composition& c, Vec3 point, double cavity, double width) const {
  const double inside = coverage(cavity, width);
  paint(c, Tissue::lung, inside);
  const Vec3 bumps = (1 / 25.0) * point;
  const double shape = 3 * layers_(bumps);
  // Fat and vessels between the lungs.
  const double mediastinum = ellipsoid_distance(Vec3{point.x - 5, point.y - 95, 0}, {34, 72, kLong}) + shape;
  paint(c, Tissue::fat, inside * coverage(mediastinum, width));
  const double heart = ellipsoid_distance(point - Vec3{22, 88, -32}, {54, 42, 62}) + shape;
  const double muscle = ellipsoid_distance(point - Vec3{22, 88, -32}, {50, 38, 58}) + shape;
  const double right = ellipsoid_distance(point - Vec3{0, 78, -30}, {22, 24, 45}) + shape;
  const double left = ellipsoid_distance(point - Vec3{36, 92, -30}, {22, 19, 42}) - shape;
  paint(c, Tissue::fat, inside * coverage(heart, width));
  paint(c, Tissue::myocardium, inside * coverage(muscle, width));
  paint(c, Tissue::blood, inside * coverage(std::min(right, left), width));
  // Above the heart: superior vena cava, ascending aorta, pulmonary trunk; behind it the descending aorta.
  const double great = std::min(
      {tube_distance(point, -28, 92, 9), tube_distance(point, -8, 84, 14), tube_distance(point, 20, 78, 12)});
  const double above = std::max(great, 18 - point.z);
  const double aorta = tube_distance(point, 30, 136, 11);
  paint(c, Tissue::blood, inside * coverage(std::min(above, aorta), width));
  // Vessels of the lung: strands where two textures cross zero together.
  const Vec3 place{point.x / 13 + 3, point.y / 13, point.z / 19};
  const double strand = std::hypot(layers_(place), layers_(place + Vec3{9.5, 4.3, 13.7}));
  if (mediastinum > 0 && heart > 0)
    paint(c, Tissue::blood, 0.7 * inside * (1 - smooth_step(0.04, 0.14, strand)));
}

}  // namespace lobule::phantom
