#pragma once
// The body behind the breasts: trunk and arms, skin-to-spine layers of the chest wall with pectoral muscles,
// ribs and sternum, the armpits with their lymph nodes, and what the thorax and the upper abdomen hold.
// The trunk's cross-section is a flattened oval; everything in the wall is placed by the depth below it.

#include <vector>

#include "phantom/field_lattice.h"
#include "phantom/noise_lattice.h"
#include "phantom/shapes.h"

namespace lobule::phantom {

enum class ArmPose : std::uint8_t { raised, at_sides };  // raised: beside the head, as in most breast coils
const char* to_text(ArmPose pose);

struct TorsoShape {
  std::uint64_t seed = 1;
  double half_width_mm = 165, half_depth_mm = 100;
  double subcutaneous_mm = 11;  // fat in front of the pectoral muscle
  ArmPose arms = ArmPose::raised;
  double muscle = 1;  // thickness of the chest wall's muscles, relative to typical
};

// A bean: a cortex around a fatty hilum.
struct LymphNode {
  Vec3 center_mm;
  Vec3 axis{1, 0, 0}, to_hilum{0, 1, 0};  // of unit length, across each other
  double length_mm = 12;
};

class Torso {
 public:
  explicit Torso(const TorsoShape& shape);

  const TorsoShape& shape() const { return shape_; }
  const std::vector<LymphNode>& nodes() const { return nodes_; }

  // Where a point lies. Distances are signed, negative inside.
  struct Place {
    double trunk_mm;  // to the trunk's surface without breasts and arms
    double skin_mm;   // with arms
    double arm_mm;
    double muscle_mm;  // how deep below the trunk's surface the pectoral muscle (or the sternum) begins
    double pectoral_mm, minor_mm, armpit_mm;  // thickness of pectoralis major, minor, and the fat behind them
    double bumps;                             // a smooth random number
  };
  Place place(Vec3 point_mm) const;

  // Paints what lies behind the subcutaneous fat.
  void paint_inside(Composition& composition, Vec3 point_mm, const Place& place, double width_mm) const;

  // The y of the trunk's front at some x, near z = 0.
  double front_mm(double x_mm) const;

  Vec3 sternal_notch_mm() const;
  std::vector<Vec3> rib_tips_mm() const;  // where bone meets cartilage in front, right side then left

  // A point well inside the blood of the heart.
  static constexpr Vec3 kHeartBlood{36, 92, -30};

 private:
  Place exact_place(Vec3 point) const;  // without the lattice
  double trunk_distance(Vec3 point) const;
  double arm_distance(Vec3 point) const;
  void paint_arm(Composition&, Vec3 point, double arm, double width) const;
  void paint_wall(Composition&, Vec3 point, const Place&, double width) const;
  void paint_bones(Composition&, Vec3 point, const Place&, double width) const;
  void paint_nodes(Composition&, Vec3 point, double width) const;
  void paint_cavity(Composition&, Vec3 point, double inside_cavity_mm, double bumps, double width) const;
  void paint_thorax(Composition&, Vec3 point, double inside, double bumps, double width) const;
  void paint_abdomen(Composition&, Vec3 point, double inside, double diaphragm, double bumps,
                     double width) const;
  void place_nodes();

  TorsoShape shape_;
  NoiseLattice layers_;
  FieldLattice<8> lattice_;
  std::vector<LymphNode> nodes_;
};

}  // namespace lobule::phantom
