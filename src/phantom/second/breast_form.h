#pragma once
// A hanging breast's outline: a superelliptic hill over the chest, its height a B-spline's unrest, sheared
// towards the feet.

#include <array>

#include "core/image.h"
#include "phantom/breast.h"
#include "phantom/second/trunk.h"

namespace lobule::phantom::second {

struct BreastSize {
  BreastSide side = BreastSide::right;
  double half_width_mm = 58, depth_mm = 84, half_height_mm = 60, sag_mm = 8;
};

class BreastForm {
 public:
  // Refers to the trunk, which must outlive it.
  BreastForm(const Trunk& trunk, const BreastSize& size, std::uint64_t seed);

  // How far a point lies in front of the chest's skin.
  double forward_mm(Vec3 point_mm) const { return trunk_->front_mm(point_mm.x, point_mm.z) - point_mm.y; }

  // The outline's height over the chest on the line through a point; 0 outside the base.
  double height_mm(Vec3 point_mm) const;

  // Inside the outline, and no deeper than `behind_mm` behind the chest's skin.
  bool contains(Vec3 point_mm, double behind_mm) const;

  // Within the base's footprint, sheared like the breast.
  bool over_base(Vec3 point_mm) const;

  const BreastSize& size() const { return size_; }
  double outward() const { return size_.side == BreastSide::left ? 1 : -1; }
  Vec3 nipple_mm() const { return nipple_mm_; }
  Vec3 base_mm() const { return base_mm_; }

  // The point at fractions of the radii from the base: outward, forward, upward.
  Vec3 point_at(Vec3 fractions) const;

  // A grid of cubic voxels around the breast, down to 40 mm behind the chest's front, whose voxels are those
  // of the lattice of multiples of the spacing.
  Grid box(double spacing_mm) const;

 private:
  double unsheared_z(Vec3 point_mm) const;
  double base_radius(double x_mm, double z_mm) const;
  double unrest(double x_mm, double z_mm) const;
  void tabulate();
  double hill_mm(double x_mm, double z_mm) const;  // the height without shear and nipple

  const Trunk* trunk_;
  BreastSize size_;
  Vec3 base_mm_, nipple_mm_;
  double power_, roundness_, fullness_;
  std::array<double, 64> control_{};
  std::vector<float> hill_mm_;  // on a lattice of the base
  Vec3 table_from_;
  int table_columns_ = 0, table_rows_ = 0;
};

}  // namespace lobule::phantom::second
