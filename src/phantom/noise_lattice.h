#pragma once
// Smooth random texture in space: random values on the corners of a periodic cubic lattice, interpolated.

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/vec.h"

namespace lobule::phantom {

class NoiseLattice {
 public:
  // Textures of different purposes are independent.
  NoiseLattice(std::uint64_t seed, std::string_view purpose);

  // A smooth function of the point with a mean near 0, values in −1 … 1, and features about one unit wide;
  // divide a position by the wanted feature size.
  float operator()(Vec3 point) const;

 private:
  std::vector<float> values_;
};

}  // namespace lobule::phantom
