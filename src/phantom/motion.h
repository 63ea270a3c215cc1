#pragma once
// Smooth motion of the patient between phases, known everywhere.

#include <array>
#include <functional>

#include "core/image.h"

namespace lobule::phantom {

class Motion {
 public:
  Motion() = default;  // none
  // A motion whose largest displacement in the breasts is `amplitude_mm`, `amount` (0 to 1) of it done. The
  // gradient stays below 0.2, so that no tissue folds.
  // The chest besides rises by `breath_mm` (towards −y), which fades into the breasts.
  Motion(std::uint64_t seed, double amplitude_mm, double amount, double breath_mm = 0);
  // Any other, given as x_pre − x; its gradient must stay below 1/2.
  explicit Motion(std::function<Vec3(Vec3)> backward_mm) : given_(std::move(backward_mm)) {}

  // Where the tissue that is seen at a point lay before the motion: x_pre − x.
  Vec3 backward_mm(Vec3 point_mm) const;

  // The displacement of tissue, u(x_pre) = x − x_pre, to 1e-4 mm.
  Vec3 displacement_mm(Vec3 pre_mm) const;

  bool none() const { return scale_ == 0 && breath_mm_ == 0 && !given_; }

 private:
  struct Wave {
    Vec3 direction_mm;  // displacement at its crest
    Vec3 wave_vector;   // radians per millimetre
    double phase = 0;
  };
  Vec3 shape(Vec3 point_mm) const;

  std::array<Wave, 4> waves_{};
  double scale_ = 0, breath_mm_ = 0;
  std::function<Vec3(Vec3)> given_;
};

}  // namespace lobule::phantom
