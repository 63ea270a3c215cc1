#include "measure/gain.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "measure/morphology.h"

namespace lobule::measure {
namespace {

// Blur, motion and chemical shift reach less far from the skin (by design).
constexpr double kAwayMm = 10;
constexpr double kWithoutGhosts = 0.5;
// The mean of so many is sure to half a per cent.
constexpr std::size_t kFewest = 10000;

double mean_of_lower(std::vector<float>& values) {
  const auto end =
      values.begin() + static_cast<std::ptrdiff_t>(kWithoutGhosts * static_cast<double>(values.size()));
  std::nth_element(values.begin(), end, values.end());
  double sum = 0;
  for (auto at = values.begin(); at != end; ++at) sum += *at;
  return sum / static_cast<double>(end - values.begin());
}

}  // namespace

double gain_change(const Image<float>& before, const Image<float>& after, const Mask& body) {
  if (!same_grid(before.grid, after.grid) || !same_grid(before.grid, body.grid))
    throw Error("receiver gain", "images lie on different grids: " + describe(before.grid) + ", " +
                                     describe(after.grid) + " and " + describe(body.grid));
  const Mask near = dilate(body, kAwayMm);
  std::vector<float> first, second;
  for (std::size_t i = 0; i < near.voxels.size(); ++i) {
    if (near.voxels[i] != 0) continue;
    if (before.voxels[i] > 0) first.push_back(before.voxels[i]);  // false for NaN
    if (after.voxels[i] > 0) second.push_back(after.voxels[i]);
  }
  if (first.size() < kFewest || second.size() < kFewest) return 1;
  return mean_of_lower(second) / mean_of_lower(first);
}

}  // namespace lobule::measure
