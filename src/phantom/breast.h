#pragma once
// One prone, hanging breast: its outline, its fibroglandular tissue, ligaments and vessels.

#include "phantom/noise_lattice.h"
#include "phantom/shapes.h"
#include "phantom/vessels.h"

namespace lobule::phantom {

enum class BreastSide { right = 1, left = 2 };  // the patient's; also the labels of masks

struct BreastShape {
  BreastSide side = BreastSide::right;
  Vec3 base_mm;                 // centre of the base, on the chest wall
  Vec3 radii_mm{58, 85, 62};    // half width (x), depth from base to tip (y), half height (z)
  double sag_mm = 8;            // how far the tip hangs towards the feet
  double density_percent = 20;  // gland as a share of the breast's volume
  std::uint64_t texture_seed = 1;
};

class Breast {
 public:
  Breast(const BreastShape& shape);

  const BreastShape& shape() const { return shape_; }
  Vec3 nipple_mm() const { return nipple_mm_; }
  const TubeTree& vessels() const { return vessels_; }

  // Signed distance to the breast's outline (without nipple), and to the nipple.
  double distance_mm(Vec3 point_mm) const;
  double nipple_distance_mm(Vec3 point_mm) const;

  // Whether a point in front of the muscle counts as breast: within `margin_mm` of the outline, or behind the
  // base within the same of its footprint. Skin is judged by the caller.
  bool footprint_contains(Vec3 point_mm, double margin_mm = 0) const;

  // The point at fractions of the radii from the base's centre: outward, forward, upward.
  Vec3 point_at(double outward, double forward, double upward) const;

  // Paints gland, ligaments and vessels over fat. Depths from the skin's surface and from the muscle.
  void paint_inside(Composition& composition, Vec3 point_mm, double skin_depth_mm, double muscle_gap_mm,
                    double width_mm) const;

  // Chooses the texture's threshold such that gland fills the wanted share of the given samples: points
  // inside the breast with their depths from skin and muscle.
  struct Sample {
    Vec3 point_mm;
    double skin_depth_mm, muscle_gap_mm;
  };
  void fit_density(const std::vector<Sample>& samples);

 private:
  Vec3 local(Vec3 point_mm) const;
  double gland_field(Vec3 point_mm, double skin_depth_mm, double muscle_gap_mm) const;
  double gland_share(double field) const;

  BreastShape shape_;
  double outward_;  // +1 where +x leads away from the middle
  Vec3 nipple_mm_;
  NoiseLattice outline_, ducts_, lobules_;
  TubeTree vessels_;
  double threshold_ = 0;
};

}  // namespace lobule::phantom
