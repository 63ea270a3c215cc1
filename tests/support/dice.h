#pragma once

#include "core/image.h"

namespace lobule::test {

// 2 |A ∩ B| / (|A| + |B|) of all that is above 0, of images of one size.
inline double dice(const Image<float>& a, const Image<float>& b) {
  double both = 0, sum = 0;
  for (std::size_t v = 0; v < a.voxels.size(); ++v) {
    both += a.voxels[v] > 0 && b.voxels[v] > 0;
    sum += (a.voxels[v] > 0) + (b.voxels[v] > 0);
  }
  return 2 * both / sum;
}

}  // namespace lobule::test
