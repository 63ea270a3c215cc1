#include "phantom/noise_lattice.h"

#include "core/random.h"

namespace lobule::phantom {
namespace {

constexpr int kSize = 32;  // a power of two; the texture repeats after so many units
constexpr int kMask = kSize - 1;

}  // namespace

NoiseLattice::NoiseLattice(std::uint64_t seed, std::string_view purpose) : values_(kSize * kSize * kSize) {
  const RandomStream random(seed, purpose);
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = static_cast<float>(random.uniform(i, -1, 1));
}

float NoiseLattice::operator()(Vec3 point) const {
  int corner[3];
  float weight[3];
  for (int axis = 0; axis < 3; ++axis) {
    int floor = static_cast<int>(point[axis]);
    if (point[axis] < floor) --floor;
    const float t = static_cast<float>(point[axis] - floor);
    corner[axis] = floor & kMask;
    weight[axis] = t * t * (3 - 2 * t);
  }
  float sum = 0;
  for (int dz = 0; dz < 2; ++dz) {
    const float wz = dz ? weight[2] : 1 - weight[2];
    const int z = (corner[2] + dz) & kMask;
    for (int dy = 0; dy < 2; ++dy) {
      const float wy = dy ? weight[1] : 1 - weight[1];
      const float* row = &values_[(z * kSize + ((corner[1] + dy) & kMask)) * kSize];
      const float here = row[corner[0]], next = row[(corner[0] + 1) & kMask];
      sum += wz * wy * (here + weight[0] * (next - here));
    }
  }
  return sum;
}

}  // namespace lobule::phantom
