#pragma once
// Small tools for solid shapes given by signed distances in millimetres: negative inside, positive outside.

#include <algorithm>
#include <cmath>

#include "core/vec.h"
#include "phantom/tissue.h"

namespace lobule::phantom {

// The share of a voxel `width_mm` wide that lies inside a surface at a signed distance from its centre.
inline double coverage(double distance_mm, double width_mm) {
  return std::clamp(0.5 - distance_mm / width_mm, 0.0, 1.0);
}

// Length in a plane; quicker than std::hypot, whose care for extreme values nothing here needs.
inline double flat_norm(double a, double b) {
  return std::sqrt(a * a + b * b);
}

// The share of a voxel that a round tube fills, such that a straight tube keeps its volume in voxels of any
// size: coverage(), which takes surfaces for flat, gives π w² (1/2 + r/w)³ / 3 (r < w/2) or π (r² + w²/12)
// where its cross-section is π r².
inline double tube_share(double distance_mm, double radius_mm, double width_mm) {
  const double flat = coverage(distance_mm, width_mm), q = radius_mm / width_mm, a = 0.5 + q;
  return flat * (q < 0.5 ? 3 * q * q / (a * a * a) : 1 / (1 + 1 / (12 * q * q)));
}

// 0 below `low`, 1 above `high`, smooth between.
inline double smooth_step(double low, double high, double value) {
  const double t = std::clamp((value - low) / (high - low), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

// The union of two solids with a fillet about `fillet_mm` wide.
inline double smooth_union(double a_mm, double b_mm, double fillet_mm) {
  const double h = std::max(fillet_mm - std::abs(a_mm - b_mm), 0.0) / fillet_mm;
  return std::min(a_mm, b_mm) - h * h * fillet_mm / 4;
}

// Distance to an ellipsoid, exact at its surface and to first order near it.
inline double ellipsoid_distance(Vec3 from_center_mm, Vec3 radii_mm) {
  const Vec3 q{from_center_mm.x / radii_mm.x, from_center_mm.y / radii_mm.y, from_center_mm.z / radii_mm.z};
  const double length = norm(q);
  if (length < 1e-6) return -std::min({radii_mm.x, radii_mm.y, radii_mm.z});
  const double slope = norm(Vec3{q.x / radii_mm.x, q.y / radii_mm.y, q.z / radii_mm.z}) / length;
  return (length - 1) / slope;
}

// Paints a share of the voxel with a tissue, over what is there.
inline void paint(Composition& composition, Tissue tissue, double amount) {
  if (amount <= 0) return;
  const float keep = static_cast<float>(1 - amount);
  for (float& part : composition) part *= keep;
  share(composition, tissue) += static_cast<float>(amount);
}

}  // namespace lobule::phantom
