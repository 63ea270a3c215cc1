#pragma once
// The trunk behind the breasts: skin-to-spine layers of the chest wall, ribs, sternum, lungs, heart, great
// vessels. Its cross-section is a flattened oval; everything in the wall is placed by the depth below it.

#include "phantom/noise_lattice.h"
#include "phantom/shapes.h"

namespace lobule::phantom {

class Torso {
 public:
  explicit Torso(std::uint64_t seed);

  // Signed distance to the trunk's surface without breasts.
  double distance_mm(Vec3 point_mm) const;

  // How deep below that surface the pectoral muscle (or the sternum) begins.
  double muscle_depth_mm(Vec3 point_mm) const;

  // Paints what lies behind the subcutaneous fat. `depth_mm` is −distance_mm(point), `muscle_mm` the depth
  // at which muscle begins there, `width_mm` the voxel's width.
  void paint_inside(Composition& composition, Vec3 point_mm, double depth_mm, double muscle_mm,
                    double width_mm) const;

  // A point well inside the blood of the heart.
  static constexpr Vec3 kHeartBlood{36, 92, -30};

 private:
  void paint_wall(Composition&, Vec3 point, double depth, double muscle, double width) const;
  void paint_cavity(Composition&, Vec3 point, double inside_cavity_mm, double width) const;

  NoiseLattice layers_;
};

}  // namespace lobule::phantom
