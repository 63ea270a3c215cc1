#include "phantom/sampler_elsewhere.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace lobule::phantom {
namespace {

float bright(Draw& draw) {
  return static_cast<float>(draw.uniform(0.15, 1));
}

float dark(Draw& draw) {
  return static_cast<float>(draw.uniform(0, 0.12));
}

Mat3 turn_about_z(double angle_rad) {
  const double c = std::cos(angle_rad), s = std::sin(angle_rad);
  return {{Vec3{c, s, 0}, Vec3{-s, c, 0}, Vec3{0, 0, 1}}};
}

}  // namespace

OtherBody::OtherBody(Draw& draw) {
  const auto waves = [&](std::vector<Wave>& list, int count, double least_mm, double most_mm) {
    for (int n = 0; n < count; ++n) {
      const Vec3 way{draw.normal(), draw.normal(), draw.normal()};
      const double length_mm = draw.uniform(least_mm, most_mm);
      list.push_back({(6.2832 / length_mm / std::max(1e-6, norm(way))) * way, draw.uniform(0, 6.2832)});
    }
  };
  waves(folds_, 5, 10, 35);
  waves(ripples_, 4, 60, 160);
  // Lying on the back or prone, and never quite straight.
  turn_ = turn_about_z((draw.chance(0.5) ? 3.1416 : 0) + draw.uniform(-0.25, 0.25));
  // Trunks are few: half of what they show, a breast exam shows as well.
  switch (draw.weighted({0.42, 0.3, 0.08, 0.2})) {
    case 0: make_head(draw); break;
    case 1: make_limb(draw); break;
    case 2: make_trunk(draw); break;
    default: make_object(draw); break;
  }
}

void OtherBody::nest(Draw& draw, Vec3 center_mm, Vec3 radii_mm, int axis, const std::vector<double>& rinds_mm,
                     const std::vector<float>& values) {
  for (std::size_t n = 0; n < values.size(); ++n) {
    solids_.push_back({center_mm, radii_mm, axis, values[n], static_cast<float>(draw.uniform(0, 0.15))});
    if (n < rinds_mm.size())
      for (int a = 0; a < 3; ++a) radii_mm[a] = std::max(1.0, radii_mm[a] - rinds_mm[n]);
  }
}

void OtherBody::make_head(Draw& draw) {
  kind_ = "head";
  const Vec3 radii{draw.uniform(68, 84), draw.uniform(86, 104), draw.uniform(90, 120)};
  half_size_mm_ = radii.z;
  const double neck = draw.uniform(45, 60);
  solids_.push_back({{0, draw.uniform(0, 20), -120}, {neck, neck, 100}, -1, bright(draw), 0.2f});
  nest(draw, {}, radii, -1, {draw.uniform(4, 9), draw.uniform(5, 9)},
       {bright(draw), dark(draw), bright(draw)});
  // Grey and white matter: the inner one folded strongly.
  const Vec3 inner = 0.72 * radii;
  solids_.push_back({{}, inner, -1, bright(draw), static_cast<float>(draw.uniform(0.1, 0.5))});
  const float fluid = draw.chance(0.5) ? dark(draw) : bright(draw);
  for (const double side : {-1.0, 1.0})
    solids_.push_back({{side * draw.uniform(8, 16), 5, 10}, {draw.uniform(5, 10), 32, 12}, -1, fluid, 0});
}

void OtherBody::make_limb(Draw& draw) {
  kind_ = "limb";
  const int count = draw.chance(0.35) ? 2 : 1;
  half_size_mm_ = 0;
  const float fat = bright(draw), muscle = bright(draw), marrow = bright(draw), cortex = dark(draw);
  for (int n = 0; n < count; ++n) {
    const double radius = draw.uniform(30, 75), apart = count == 2 ? (n == 0 ? -1 : 1) * (radius + 8) : 0;
    half_size_mm_ = std::max(half_size_mm_, std::abs(apart) + radius);
    const Vec3 center{apart, draw.uniform(-8, 8), 0};
    nest(draw, center, {radius, radius * draw.uniform(0.8, 1.2), 1e3}, 2, {draw.uniform(2, 18)},
         {fat, muscle});
    const int bones = draw.chance(0.5) ? 1 : 2;
    for (int b = 0; b < bones; ++b) {
      const double bone = draw.uniform(7, 22);
      const Vec3 place =
          center + Vec3{draw.uniform(-0.35, 0.35) * radius, draw.uniform(-0.35, 0.35) * radius, 0};
      nest(draw, place, {bone, bone, 1e3}, 2, {draw.uniform(2, 5)}, {cortex, marrow});
    }
  }
}

void OtherBody::make_trunk(Draw& draw) {
  kind_ = "trunk";
  const Vec3 radii{draw.uniform(140, 195), draw.uniform(85, 135), 1e3};
  half_size_mm_ = radii.x;
  nest(draw, {}, radii, 2, {draw.uniform(6, 35), draw.uniform(6, 18)},
       {bright(draw), bright(draw), bright(draw)});
  const int organs = 4 + static_cast<int>(draw.below(7));
  for (int n = 0; n < organs; ++n) {
    const double size = draw.uniform(14, 60);
    const Vec3 place{draw.uniform(-0.55, 0.55) * radii.x, draw.uniform(-0.5, 0.35) * radii.y,
                     draw.uniform(-120, 120)};
    const Vec3 shape{size, size * draw.uniform(0.6, 1), size * draw.uniform(0.8, 2)};
    solids_.push_back({place, shape, -1, draw.chance(0.2) ? dark(draw) : bright(draw),
                       static_cast<float>(draw.uniform(0, 0.3))});
  }
  const Vec3 spine{0, 0.55 * radii.y, 0};
  nest(draw, spine, {draw.uniform(18, 26), draw.uniform(18, 26), 1e3}, 2, {3}, {dark(draw), bright(draw)});
}

void OtherBody::make_object(Draw& draw) {
  kind_ = "object";
  const double radius = draw.uniform(45, 110);
  half_size_mm_ = radius;
  const int axis = draw.chance(0.5) ? -1 : static_cast<int>(draw.below(3));
  solids_.push_back({{}, {radius, radius, radius}, axis, bright(draw), 0});
  const int inserts = static_cast<int>(draw.below(10));
  for (int n = 0; n < inserts; ++n) {
    const double angle = draw.uniform(0, 6.2832), off = draw.uniform(0.2, 0.8) * radius,
                 size = draw.uniform(0.05, 0.2) * radius;
    solids_.push_back({{off * std::cos(angle), off * std::sin(angle), 0},
                       {size, size, 1e3},
                       2,
                       draw.chance(0.3) ? dark(draw) : bright(draw),
                       0});
  }
}

float OtherBody::value(Vec3 mm) const {
  const Vec3 p = turn_ * mm;
  double ripple = 0, fold = 0;
  for (const Wave& wave : ripples_) ripple += std::cos(dot(wave.per_mm, p) + wave.phase);
  for (const Wave& wave : folds_) fold += std::cos(dot(wave.per_mm, p) + wave.phase);
  const double swell = kind_[0] == 'o' ? 1 : 1 + 0.02 * ripple;
  float result = 0;
  for (const Solid& solid : solids_) {
    double q = 0;
    for (int a = 0; a < 3; ++a) {
      if (a == solid.axis) continue;
      const double along = (p[a] - solid.center_mm[a]) / (solid.radii_mm[a] * swell);
      q += along * along;
    }
    if (q < 1) result = solid.value * (1 + solid.texture * static_cast<float>(fold) / 2);
  }
  return std::max(0.0f, result);
}

}  // namespace lobule::phantom
