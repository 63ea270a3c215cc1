#include "phantom/motion.h"

#include <numbers>

#include "core/random.h"
#include "phantom/shapes.h"

namespace lobule::phantom {

Motion::Motion(std::uint64_t seed, double amplitude_mm, double amount, double breath_mm)
    : breath_mm_(breath_mm) {
  const RandomStream random(seed, "patient motion");
  const auto vector = [&](std::uint64_t index) {
    return Vec3{random.uniform(index, -1, 1), random.uniform(index + 1, -1, 1),
                random.uniform(index + 2, -1, 1)};
  };
  for (std::size_t w = 0; w < waves_.size(); ++w) {
    const std::uint64_t base = 16 * w;
    const Vec3 direction = vector(base), along = vector(base + 4);
    const double wavelength_mm = random.uniform(base + 8, 160, 260);
    // The breasts move most along the table's normal, least along the feet–head axis.
    waves_[w].direction_mm = {0.7 * direction.x, direction.y, 0.6 * direction.z};
    waves_[w].wave_vector = (2 * std::numbers::pi / wavelength_mm / (norm(along) + 0.1)) * along;
    waves_[w].phase = random.uniform(base + 9, 0, 2 * std::numbers::pi);
  }
  double largest = 1e-9;
  for (double z = -60; z <= 60; z += 12)
    for (double y = -80; y <= 10; y += 10)
      for (double x = -132; x <= 132; x += 12) largest = std::max(largest, norm(shape({x, y, z})));
  scale_ = amount * amplitude_mm / largest;
}

Vec3 Motion::shape(Vec3 point) const {
  Vec3 sum;
  for (const Wave& wave : waves_)
    sum = sum + std::cos(dot(wave.wave_vector, point) + wave.phase) * wave.direction_mm;
  // The chest lies on the table; what hangs is free to move.
  return (1 - 0.8 * smooth_step(-20, 60, point.y)) * sum;
}

Vec3 Motion::backward_mm(Vec3 point) const {
  if (given_) return given_(point);
  Vec3 back = scale_ == 0 ? Vec3{} : scale_ * shape(point);
  // Tissue that rose lay further back; the wall moves whole, the breasts' tips hardly.
  back.y += breath_mm_ * smooth_step(-60, 40, point.y);
  return back;
}

Vec3 Motion::displacement_mm(Vec3 pre) const {
  Vec3 u;
  if (none()) return u;
  for (int step = 0; step < 12; ++step) u = -1.0 * backward_mm(pre + u);
  return u;
}

}  // namespace lobule::phantom
