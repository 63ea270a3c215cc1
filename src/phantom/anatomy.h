#pragma once
// A digital patient's anatomy: what tissue lies at any point, as a function of one seed and a few parameters.
// It knows no grid and no scanner. Coordinates are LPS millimetres; the patient lies prone and the breasts
// hang towards −y, with the chest wall near y = 10 and nipples near z = 0.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/image.h"
#include "phantom/breast.h"
#include "phantom/lesion.h"
#include "phantom/torso.h"

namespace lobule::phantom {

struct ImplantPlan {
  BreastSide side = BreastSide::left;
  double volume_ml = 300;  // silicone gel; narrower breasts make it more prominent
  bool behind_muscle = false;
};

// A metal marker left by a biopsy: a rod of 3 by 1 mm.
struct ClipPlan {
  BreastSide side = BreastSide::left;
  Vec3 place{0.28, 0.42, 0.25};  // as in LesionPlan
};

struct AnatomyOptions {
  std::uint64_t seed = 1;
  double half_width_mm = 58, depth_mm = 84, half_height_mm = 60;
  double asymmetry = 0.05;          // the left breast is larger by this share in every direction
  double sag_mm = 8, splay_mm = 0;  // how far the tips hang to the feet and lean outward
  double fullness = 2.3;            // of the profile: 2 an ellipsoid, 3 nearly a column
  double density_percent = 20;
  GlandPattern pattern = GlandPattern::diffuse;
  std::vector<LesionPlan> lesions = std::vector<LesionPlan>(1);  // one mass
  std::vector<ImplantPlan> implants;
  std::vector<ClipPlan> clips;
  // Benign calcifications: single coarse ones, and vessels whose walls are lined with them; per breast.
  int coarse_calcifications = 0, calcified_vessels = 0;
  double trunk_half_width_mm = 165, trunk_half_depth_mm = 100, subcutaneous_mm = 11;
  ArmPose arms = ArmPose::raised;
  double muscle = 1;  // thickness of the chest wall's muscles, relative to typical
};

// A patient drawn from `seed` over the literature's ranges (docs/methods/phantom.md): breast volumes of about
// 100–2500 ml, density 3–70 %, shapes, gland patterns, body, now and then coarse calcifications; and a lesion
// of each kind that is listed, in order, of random side, place, size, irregularity and contrast.
AnatomyOptions random_anatomy(std::uint64_t seed, const std::vector<LesionKind>& lesions = {});

// How far both breasts reach: the frontmost nipple's y, the largest |x| of their outlines, and their least
// and largest z.
struct BreastExtent {
  double front_mm = 0, lateral_mm = 0, low_mm = 0, high_mm = 0;
};
BreastExtent breast_extent(const AnatomyOptions& options);

// Volumes counted from fractions on a fine grid.
struct BreastTruth {
  BreastSide side = BreastSide::right;
  double breast_ml = 0;  // without skin, nipple and implant, in front of the muscle, within the footprint
  double fgt_ml = 0;     // gland only: neither vessels nor lesion
  double percent_density = 0;
  Vec3 nipple_mm;
};

struct Landmark {
  std::string name;  // "left nipple", "lesion 1", "right duct end 3", …
  Vec3 point_mm;
};

struct Parameter {
  std::string name;
  double value = 0;
  std::string unit;  // "" where it has none
  std::string word;  // of choices: "diffuse", "raised", "spiculated mass" …
};

class Anatomy {
 public:
  // Takes about half a second of processor time: smooth parts of the anatomy are computed on lattices.
  explicit Anatomy(const AnatomyOptions& options);

  const AnatomyOptions& options() const { return options_; }
  const Breast& breast(BreastSide side) const { return breasts_[side == BreastSide::right ? 0 : 1]; }
  const Torso& torso() const { return torso_; }
  const std::vector<Lesion>& lesions() const { return lesions_; }  // in the order of the plans

  // The tissues in a cube `width_mm` wide around a point.
  Composition at(Vec3 point_mm, double width_mm) const { return sample(point_mm, width_mm).composition; }

  // The same, with the breast that the point belongs to.
  struct Sample {
    Composition composition{};
    std::optional<BreastSide> breast;
  };
  Sample sample(Vec3 point_mm, double width_mm) const;

  // The breast of which all within `reach_mm` of a point is surely the inside: there sample() is fat and what
  // Breast::paint_inside paints over it for voxels up to `width_mm` wide. Null where that is not sure.
  const Breast* interior_of(Vec3 point_mm, double reach_mm, double width_mm) const;

  // A lower bound of the distance from a point outside to the body; 0 or less inside it.
  double clearance_mm(Vec3 point_mm) const;

  // Which of the planned lesions reaches furthest over a point; −1 outside all of them.
  int lesion_at(Vec3 point_mm, double width_mm) const;

  // The breast that a point belongs to (as BreastTruth counts it), if any.
  std::optional<BreastSide> breast_at(Vec3 point_mm) const;

  // Every calcification of a breast: those of lesions, then benign ones. All of Tissue::calcification is made
  // of them.
  std::vector<Speck> specks(BreastSide side) const;

  // Counted on a grid of `spacing_mm`; costs about a second at 1 mm.
  BreastTruth measure_breast(BreastSide side, double spacing_mm = 1.0) const;
  std::vector<LesionTruth> measure_lesions(double spacing_mm = 0.25) const;  // in the order of the plans

  // Named points and every parameter, for the truth's files.
  std::vector<Landmark> landmarks() const;
  std::vector<Parameter> parameters() const;

 private:
  struct Clip {
    Vec3 center_mm, half_axis_mm;
  };
  struct SpeckGroup {
    BreastSide side;
    Vec3 center_mm;
    double reach_mm;
    std::vector<Speck> specks;
  };
  // What is near a point: the nearer breast's outline, and the signed distance to the skin of the whole body.
  struct Surface {
    Breast::Outline outline;
    double distance_mm;
  };
  Surface surface_at(Vec3 point_mm, double skin_mm) const;
  std::optional<BreastSide> breast_of(Vec3 point_mm, const Torso::Place& place, const Surface& surface) const;
  void paint_findings(Composition& composition, Vec3 point_mm, double width_mm) const;
  void paint_skin(Composition& composition, Vec3 point_mm, double surface_mm, double width_mm) const;
  void place_clips_and_specks();
  void grow_gland(Breast& breast) const;

  AnatomyOptions options_;
  Torso torso_;
  std::array<Breast, 2> breasts_;  // right, left
  std::vector<Lesion> lesions_;
  std::vector<Clip> clips_;
  std::vector<SpeckGroup> benign_specks_;
};

}  // namespace lobule::phantom
