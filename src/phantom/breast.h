#pragma once
// One prone, hanging breast: its outline, its fibroglandular tissue, ducts, ligaments and vessels.

#include <functional>
#include <optional>

#include "phantom/compartments.h"
#include "phantom/ducts.h"
#include "phantom/field_lattice.h"
#include "phantom/noise_lattice.h"
#include "phantom/shapes.h"
#include "phantom/vessels.h"

namespace lobule::phantom {

enum class BreastSide : std::uint8_t { right = 1, left = 2 };  // the patient's; also the labels of masks

// How gland is spread: over most of the breast, gathered behind the nipple, or in islands along the ducts.
enum class GlandPattern : std::uint8_t { diffuse, central, scattered };
const char* to_text(GlandPattern pattern);

struct BreastShape {
  BreastSide side = BreastSide::right;
  Vec3 base_mm;                 // centre of the base, on the chest wall
  Vec3 radii_mm{58, 85, 62};    // half width (x), depth from base to tip (y), half height (z)
  double sag_mm = 8;            // how far the tip hangs towards the feet
  double splay_mm = 0;          // how far the tip leans outward
  double fullness = 2.3;        // exponent of the profile: 2 an ellipsoid, 3 nearly a column
  double density_percent = 20;  // gland as a share of the breast's volume
  GlandPattern pattern = GlandPattern::diffuse;
  double implant_ml = 0;  // 0: none
  bool implant_behind_muscle = false;
  std::uint64_t texture_seed = 1;
};

class Breast {
 public:
  explicit Breast(const BreastShape& shape);

  const BreastShape& shape() const { return shape_; }
  Vec3 nipple_mm() const { return nipple_mm_; }
  const TubeTree& vessels() const { return vessels_; }
  const TubeTree& ducts() const { return ducts_.tubes; }
  const std::vector<Vec3>& vessel_branchings_mm() const { return vessel_branchings_mm_; }
  const std::vector<Vec3>& lobe_ends_mm() const { return ducts_.lobe_ends_mm; }

  // The breast's outline near a point.
  struct Outline {
    double distance_mm;  // signed, without nipple; at least 12 mm where it is far away
    Vec3 wall_shift_mm;  // how the walls of fat lobules are displaced there
  };
  Outline outline_at(Vec3 point_mm) const;
  double nipple_distance_mm(Vec3 point_mm) const;

  // Signed distance to the implant; far away where there is none.
  double implant_distance_mm(Vec3 point_mm) const;

  // Whether a point in front of the muscle counts as breast: within `margin_mm` of the outline, or behind the
  // base within the same of its footprint. Skin is judged by the caller. `outline` is that of the point.
  bool footprint_contains(Vec3 point_mm, const Outline& outline, double margin_mm) const;
  bool footprint_contains(Vec3 point_mm, double margin_mm = 0) const {
    return footprint_contains(point_mm, outline_at(point_mm), margin_mm);
  }
  double distance_mm(Vec3 point_mm) const { return outline_at(point_mm).distance_mm; }

  // The point at fractions of the radii from the base's centre: outward, forward, upward; and back.
  Vec3 point_at(double outward, double forward, double upward) const;
  Vec3 fractions_at(Vec3 point_mm) const;

  // Where a point lies: its depths from the skin's surface and from the muscle.
  struct Depths {
    double skin_mm, muscle_gap_mm;
  };
  // Lays out the gland, which keeps away from skin and muscle, and chooses the threshold of its texture such
  // that it fills the wanted share of the given samples, points inside the breast. To be called once.
  void grow_gland(const std::function<Depths(Vec3)>& depths, const std::vector<Vec3>& samples);

  // Paints gland, ducts, ligaments, vessels and implant over fat.
  void paint_inside(Composition& composition, Vec3 point_mm, const Outline& outline, double width_mm) const {
    paint_inside(composition, point_mm, &outline, width_mm);
  }
  // The same, looking the outline up where it is needed.
  void paint_inside(Composition& composition, Vec3 point_mm, double width_mm) const {
    paint_inside(composition, point_mm, nullptr, width_mm);
  }

 private:
  void paint_inside(Composition& composition, Vec3 point_mm, const Outline* outline, double width_mm) const;
  double outline_distance(Vec3 point_mm) const;
  std::array<float, 4> outline_fields(Vec3 point_mm) const;
  std::array<float, 3> gland_fields(Vec3 point_mm, const TubeTree& wide_ducts, Depths depths) const;
  double gland_share(Vec3 point_mm, double field) const;
  void paint_septa(Composition& composition, Vec3 shifted_mm, double thickest_mm, double width_mm) const;
  void place_implant();

  BreastShape shape_;
  double outward_;  // +1 where +x leads away from the middle
  Vec3 nipple_mm_;
  Vec3 implant_center_mm_, implant_radii_mm_;
  NoiseLattice outline_, texture_, lobules_;
  DuctTrees ducts_;
  TubeTree vessels_;
  std::vector<Vec3> vessel_branchings_mm_;
  Compartments fat_lobules_;
  FieldLattice<4> outline_lattice_;  // distance to the outline; displacement of the fat lobules' walls
  FieldLattice<3> gland_lattice_;    // gland's field, distance to ducts, septa's half thickness
  double threshold_ = 0;
};

}  // namespace lobule::phantom
