#include "measure/overlap.h"

namespace lobule::measure {

std::optional<double> dice_of(const Mask& a, const Mask& b, int label) {
  const auto set = [label](std::uint8_t value) { return label == 0 ? value != 0 : value == label; };
  std::size_t both = 0, sum = 0;
  for (std::size_t v = 0; v < a.voxels.size(); ++v) {
    const bool here = set(a.voxels[v]), there = set(b.voxels[v]);
    both += here && there;
    sum += static_cast<std::size_t>(here) + static_cast<std::size_t>(there);
  }
  if (sum == 0) return {};
  return 2.0 * static_cast<double>(both) / static_cast<double>(sum);
}

}  // namespace lobule::measure
