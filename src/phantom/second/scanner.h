#pragma once
// From voxels to images as a scanner samples them: a band-limited image of water and one of fat, added as
// complex numbers; four coil loops, combined by the root of their sum of squares.

#include <functional>

#include "phantom/second/grow.h"
#include "phantom/second/relaxation.h"

namespace lobule::phantom::second {

// Rigid shift and turn of the breasts, and waves of breathing that run down the chest.
class Movement {
 public:
  Movement() = default;
  Movement(std::uint64_t seed, int phase, double amount_mm, double breathing_mm);

  bool none() const { return amount_mm_ == 0 && breathing_mm_ == 0; }
  // x_pre − x for tissue seen at a point. Its gradient stays below 0.1.
  Vec3 backward_mm(Vec3 point_mm) const;

 private:
  double amount_mm_ = 0, breathing_mm_ = 0, breathing_phase_ = 0;
  Vec3 shift_, turn_;
};

class Scanner {
 public:
  // Refers to the body, which must outlive it.
  Scanner(const Image<Material>& body, const ExamOptions& options);

  // Noise-free magnitude. `through_plane` samples a slice.
  Image<float> acquire(const Contrast& contrast, const Grid& grid, const Movement& movement = {},
                       int through_plane = 2) const;

  // The field's deviation, in ppm.
  double field_ppm(Vec3 point_mm) const;

 private:
  double sensitivity(Vec3 point_mm) const;
  double fat_left(Vec3 point_mm) const;

  const Image<Material>* body_;
  ExamOptions options_;
  RandomField field_;
  std::array<Vec3, 4> loops_mm_;
};

// The root of the sum of squares of four coils' complex images, each part with noise of `sigma`: a noncentral
// chi distribution with eight degrees of freedom (Constantinides et al., Magn Reson Med 38:852, 1997).
void add_coil_noise(Image<float>& image, double sigma, std::uint64_t seed, std::string_view purpose);

}  // namespace lobule::phantom::second
