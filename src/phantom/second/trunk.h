#pragma once
// The chest behind the breasts as elliptic layers: every organ is a range of the elliptic radius, of height
// or of a sum of blobs.

#include "phantom/second/material.h"
#include "phantom/second/random_field.h"

namespace lobule::phantom::second {

class Trunk {
 public:
  explicit Trunk(std::uint64_t seed);

  // y of the skin in front, without breasts; far behind outside the trunk.
  double front_mm(double x_mm, double z_mm) const;

  // How deep below that surface muscle begins.
  double muscle_depth_mm(double x_mm, double z_mm) const;

  // What lies at a point; air outside.
  Material at(Vec3 point_mm) const;

 private:
  Material inside_cage(Vec3 point_mm, double from_front) const;
  double half_width(double z_mm) const;

  double half_width_mm_, half_depth_mm_, middle_y_mm_;
  double fat_mm_, muscle_mm_, rib_period_mm_, rib_phase_, rib_slope_;
  Vec3 heart_mm_;
  RandomField unrest_;
};

}  // namespace lobule::phantom::second
