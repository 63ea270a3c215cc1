#pragma once
// The findings in a breast: what kinds there are, how one is planned, and its solid shape.

#include <cstdint>
#include <vector>

#include "phantom/breast.h"
#include "phantom/noise_lattice.h"
#include "phantom/shapes.h"

namespace lobule {
class RandomStream;
}

namespace lobule::phantom {

enum class LesionKind : std::uint8_t {
  mass,
  rim_mass,         // a necrotic centre, which hardly enhances
  spiculated_mass,  // thin spicules radiate from it
  non_mass,         // clumps along the ducts of a territory whose tip points to the nipple
  focus,            // below 5 mm
  cyst,
  fibroadenoma,   // smooth, oval, lobulated, with dark septa
  calcifications  // a cluster of specks
};
inline constexpr int kLesionKindCount = 8;
const char* to_text(LesionKind kind);  // "mass", "rim mass", …
Tissue tissue_of(LesionKind kind);     // what it is made of
bool is_malignant(LesionKind kind);    // cysts, fibroadenomas and foci stand for benign findings

struct LesionPlan {
  LesionKind kind = LesionKind::mass;
  BreastSide side = BreastSide::left;
  // Of the sphere of equal volume, roughly: the surface is irregular. Non-mass enhancement and
  // calcifications: the longest extent. A focus is at most 4.9 mm wide.
  double diameter_mm = 12;
  Vec3 place{0.28, 0.42, 0.25};  // fractions of the breast's radii: outward, forward, upward
  // How far the surface leaves the sphere, in radii. Of non-mass enhancement: below 0.15 one line of clumps,
  // above a segment.
  double irregularity = 0.22;
  double uptake_scale = 1;  // of the contrast agent's concentration
};

// A calcification: a ball too small for most voxels.
struct Speck {
  Vec3 center_mm;
  double radius_mm = 0.2;
};

// The share of a cube that specks fill; cubes that tile space share each speck without loss.
double speck_share(const Speck& speck, Vec3 point_mm, double width_mm);

class Lesion {
 public:
  // `number` among the patient's lesions; `nipple_mm` is where ducts lead to.
  Lesion(const LesionPlan& plan, std::size_t number, std::uint64_t seed, Vec3 center_mm, Vec3 nipple_mm);

  const LesionPlan& plan() const { return plan_; }
  Vec3 center_mm() const { return center_mm_; }
  double reach_mm() const { return reach_mm_; }  // nothing of it lies further from its centre

  // Signed distance to its surface, exact enough near it; of calcifications, to the nearest speck.
  double distance_mm(Vec3 point_mm) const;

  // The share of a cube that lies in it, whatever it is made of there.
  double coverage_at(Vec3 point_mm, double width_mm) const;

  // Paints it over what is there. `distance` is distance_mm(point).
  void paint_over(Composition& composition, Vec3 point_mm, double distance, double width_mm) const;

  // Of calcifications, the single specks; otherwise none.
  const std::vector<Speck>& specks() const { return specks_; }

 private:
  struct Spicule {
    Vec3 tip_mm;  // from the centre
    double root_radius_mm, tip_radius_mm;
  };
  struct Septum {
    Vec3 normal;
    double offset_mm;
  };
  double ball_distance(Vec3 from_center, double distance) const;
  double spicule_distance(Vec3 from_center) const;
  void grow_spicules(const RandomStream& random);
  void grow_clumps(const RandomStream& random, Vec3 nipple_mm);
  void scatter_specks(const RandomStream& random);

  LesionPlan plan_;
  Vec3 center_mm_;
  double radius_mm_, reach_mm_ = 0;
  Vec3 axes_{1, 1, 1};  // of the oval, relative
  NoiseLattice shape_;
  std::vector<Septum> septa_;
  std::vector<Spicule> spicules_;
  std::vector<Speck> clumps_, specks_;
};

struct LesionTruth {
  LesionKind kind = LesionKind::mass;
  BreastSide side = BreastSide::left;
  Vec3 center_mm;  // centroid
  double volume_ml = 0;
  double longest_diameter_mm = 0;  // of its extent along the axes and diagonals
  double uptake_scale = 1;
  bool malignant = true;
  std::vector<Speck> specks;  // of calcifications
};

// Counted on a grid of `spacing_mm`, at most some hundred points wide; calcifications from their specks.
LesionTruth measure_lesion(const Lesion& lesion, double spacing_mm);

}  // namespace lobule::phantom
