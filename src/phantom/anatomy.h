#pragma once
// A digital patient's anatomy: what tissue lies at any point, as a function of one seed and a few parameters.
// It knows no grid and no scanner. Coordinates are LPS millimetres; the patient lies prone and the breasts
// hang towards −y, with the chest wall near y = 10.

#include <array>
#include <optional>
#include <vector>

#include "core/image.h"
#include "phantom/breast.h"
#include "phantom/lesion.h"
#include "phantom/torso.h"

namespace lobule::phantom {

struct AnatomyOptions {
  std::uint64_t seed = 1;
  double half_width_mm = 58, depth_mm = 84, half_height_mm = 60;
  double asymmetry = 0.05;  // the left breast is larger by this share in every direction
  double sag_mm = 8;
  double density_percent = 20;
  std::vector<LesionPlan> lesions = std::vector<LesionPlan>(1);  // one mass
};

// Volumes counted from fractions on a fine grid.
struct BreastTruth {
  BreastSide side = BreastSide::right;
  double breast_ml = 0;  // without skin and nipple, in front of the muscle, within the footprint
  double fgt_ml = 0;     // gland only: neither vessels nor lesion
  double percent_density = 0;
  Vec3 nipple_mm;
};

class Anatomy {
 public:
  explicit Anatomy(const AnatomyOptions& options);

  const AnatomyOptions& options() const { return options_; }
  const Breast& breast(BreastSide side) const { return breasts_[side == BreastSide::right ? 0 : 1]; }

  // The tissues in a cube `width_mm` wide around a point.
  Composition at(Vec3 point_mm, double width_mm) const;

  // Which of the planned lesions reaches furthest over a point; −1 outside all of them.
  int lesion_at(Vec3 point_mm, double width_mm) const;

  const std::vector<Lesion>& lesions() const { return lesions_; }  // in the order of the plans

  // The breast that a point belongs to (as BreastTruth counts it), if any.
  std::optional<BreastSide> breast_at(Vec3 point_mm) const;

  // Counted on a grid of `spacing_mm`; costs about a second at 1 mm.
  BreastTruth measure_breast(BreastSide side, double spacing_mm = 1.0) const;
  std::vector<LesionTruth> measure_lesions(double spacing_mm = 0.25) const;  // in the order of the plans

 private:
  double surface_distance_mm(Vec3 point_mm, double torso_mm) const;
  void fit_density(Breast& breast) const;

  AnatomyOptions options_;
  Torso torso_;
  std::array<Breast, 2> breasts_;  // right, left
  std::vector<Lesion> lesions_;
};

}  // namespace lobule::phantom
