#pragma once
// Bodies that are no breasts, for networks that have to say so: heads, limbs, trunks and test objects made of
// nested solids of invented intensities. They need not look right; they have to differ from a breast exam as
// much as other exams do.

#include <vector>

#include "core/vec.h"
#include "phantom/random_parameters.h"

namespace lobule::phantom {

class OtherBody {
 public:
  explicit OtherBody(Draw& draw);

  const char* kind() const { return kind_; }  // "head", "limb", "trunk", "object"
  double half_size_mm() const { return half_size_mm_; }

  // Brightness at a point, 0 to about 1; the body's middle is at the origin.
  float value(Vec3 mm) const;

 private:
  // An ellipsoid, or an endless elliptic cylinder along an axis; each covers those before it.
  struct Solid {
    Vec3 center_mm, radii_mm;
    int axis = -1;  // −1: an ellipsoid
    float value = 0;
    float texture = 0;  // how far the waves change it, relative
  };
  struct Wave {
    Vec3 per_mm;
    double phase = 0;
  };

  void make_head(Draw& draw);
  void make_limb(Draw& draw);
  void make_trunk(Draw& draw);
  void make_object(Draw& draw);
  // A solid and what lies within it, each thinner by its rind.
  void nest(Draw& draw, Vec3 center_mm, Vec3 radii_mm, int axis, const std::vector<double>& rinds_mm,
            const std::vector<float>& values);

  const char* kind_ = "";
  double half_size_mm_ = 100;
  std::vector<Solid> solids_;
  std::vector<Wave> folds_, ripples_;  // of texture; of surfaces
  Mat3 turn_;
};

}  // namespace lobule::phantom
