// What the ribs enclose: lungs, heart, great vessels; below the diaphragm liver, stomach, spleen, bowel.

#include <algorithm>
#include <cmath>

#include "phantom/torso.h"

namespace lobule::phantom {
namespace {

constexpr double kLong = 1e3;
constexpr double kDiaphragm = 2.5;  // thickness of the muscle, mm

double tube_distance(Vec3 point, double x, double y, double radius) {
  return flat_norm(point.x - x, point.y - y) - radius;
}

// The height of the diaphragm: two domes, the right one higher.
double diaphragm_mm(Vec3 point) {
  const auto dome = [&](double x, double y, double top) {
    const double dx = point.x - x, dy = point.y - y;
    return top - 0.0065 * dx * dx - 0.010 * dy * dy;
  };
  return std::max(dome(-68, 92, -44), dome(62, 98, -62));
}

// The aortic arch, from the ascending to the descending aorta.
double arch_distance(Vec3 point) {
  const Vec3 from{-8, 84, 88}, to{30, 136, 88};
  const Vec3 middle = 0.5 * (from + to), along = (1 / norm(to - from)) * (to - from);
  const double u = dot(point - middle, along), up = point.z - 88;
  const Vec3 flat = point - middle;
  const double aside = flat.x * -along.y + flat.y * along.x;
  if (up < 0) return 1e3;
  return flat_norm(flat_norm(u, 1.6 * up) - 0.5 * norm(to - from), aside) - 12;
}

}  // namespace

void Torso::paint_cavity(Composition& c, Vec3 point, double cavity, double bumps, double width) const {
  const double inside = coverage(cavity, width);
  const double diaphragm = diaphragm_mm(point);
  const double above = point.z - diaphragm;
  if (above > -width) paint_thorax(c, point, inside, bumps, width);
  if (above < kDiaphragm + width) {
    paint(c, Tissue::muscle, inside * coverage(above - kDiaphragm, width));
    if (above < width) paint_abdomen(c, point, inside * coverage(above, width), diaphragm, bumps, width);
  }
  paint(c, Tissue::blood, inside * coverage(tube_distance(point, 30, 136, 11), width));  // descending aorta
}

void Torso::paint_thorax(Composition& c, Vec3 point, double inside, double bumps, double width) const {
  paint(c, Tissue::lung, inside);
  const double shape = 3 * bumps;
  const Vec3 from_heart = point - Vec3{22, 88, -32};
  // Fat and vessels between the lungs.
  const double mediastinum = ellipsoid_distance(Vec3{point.x - 5, point.y - 95, 0}, {34, 72, kLong}) + shape;
  const double heart = ellipsoid_distance(from_heart, {54, 42, 62}) + shape;
  if (std::min(mediastinum, heart) < width) {
    paint(c, Tissue::fat, inside * coverage(std::min(mediastinum, heart), width));
    const double muscle = ellipsoid_distance(from_heart, {50, 38, 58}) + shape;
    if (muscle < width) {
      const double right = ellipsoid_distance(point - Vec3{0, 78, -30}, {22, 24, 45}) + shape;
      const double left = ellipsoid_distance(point - Vec3{36, 92, -30}, {22, 19, 42}) - shape;
      paint(c, Tissue::myocardium, inside * coverage(muscle, width));
      paint(c, Tissue::blood, inside * coverage(std::max(std::min(right, left), muscle + 3), width));
    }
    // Above the heart: superior vena cava, ascending aorta with its arch, pulmonary trunk.
    const double ascending = std::max(tube_distance(point, -8, 84, 14), point.z - 90);
    const double trunk = std::max(tube_distance(point, 20, 78, 12), point.z - 62);
    const double great = std::min({tube_distance(point, -28, 92, 9), ascending, trunk});
    const double vessels = std::min(std::max(great, 18 - point.z), arch_distance(point));
    paint(c, Tissue::blood, inside * coverage(vessels, width));
    // Oesophagus, and the windpipe down to its fork.
    paint(c, Tissue::muscle, inside * coverage(tube_distance(point, 8, 131, 7), width));
    const double fork = point.z > 58 ? 0 : 0.8 * (58 - point.z);
    const double windpipe = std::max(
        flat_norm(std::abs(point.x - 2) - fork, point.y - 112) - (point.z > 58 ? 8.5 : 6.5), 28 - point.z);
    paint(c, Tissue::ligament, inside * coverage(windpipe - 1.5, width));
    paint(c, Tissue::air, inside * coverage(windpipe, width));
    return;
  }
  // Vessels of the lung: strands where two textures cross zero together.
  const Vec3 place{point.x / 13 + 3, point.y / 13, point.z / 19};
  const double first = layers_(place);
  if (std::abs(first) > 0.14) return;
  const double strand = flat_norm(first, layers_(place + Vec3{9.5, 4.3, 13.7}));
  paint(c, Tissue::blood, 0.7 * inside * (1 - smooth_step(0.04, 0.14, strand)));
}

void Torso::paint_abdomen(Composition& c, Vec3 point, double inside, double diaphragm, double bumps,
                          double width) const {
  paint(c, Tissue::fat, inside);
  const double liver = std::max(ellipsoid_distance(point - Vec3{-48, 92, -112}, {98, 74, 82}) + 3 * bumps,
                                point.z - diaphragm + 1);
  if (liver < width) {
    paint(c, Tissue::liver, inside * coverage(liver, width));
    const Vec3 place{point.x / 26 + 5, point.y / 26 + 2, point.z / 30};
    const double vein = flat_norm(layers_(place), layers_(place + Vec3{4.1, 9.2, 2.6}));
    if (liver < -6) paint(c, Tissue::blood, inside * (1 - smooth_step(0.07, 0.11, vein)));
    return;
  }
  const double stomach = ellipsoid_distance(point - Vec3{72, 84, -112}, {40, 44, 44}) + 3 * bumps;
  paint(c, Tissue::muscle, inside * coverage(stomach, width));
  // Lying prone, gas rises to the back.
  if (stomach < width - 4) {
    const double content = inside * coverage(stomach + 4, width), gas = coverage(88 - point.y, width);
    paint(c, Tissue::cyst, content * (1 - gas));
    paint(c, Tissue::air, content * gas);
  }
  // The spleen, painted as liver.
  const double spleen = ellipsoid_distance(point - Vec3{106, 128, -108}, {20, 36, 42}) + 2 * bumps;
  paint(c, Tissue::liver, inside * coverage(spleen, width));
  if (point.z < -140) {
    const double bowel = layers_((1 / 24.0) * point + Vec3{1, 6, 3});
    paint(c, Tissue::muscle, inside * smooth_step(0.0, 0.08, bowel));
    paint(c, Tissue::cyst, inside * 0.4 * smooth_step(0.2, 0.3, bowel));
  }
}

}  // namespace lobule::phantom
