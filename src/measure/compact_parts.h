#pragma once
// An enhancing region cut at its necks: a mass with the vessel that feeds it becomes a mass and a vessel.

#include <vector>

#include "core/image.h"

namespace lobule::measure {

struct CompactPart {
  std::vector<Index3> voxels;      // in memory order
  double inscribed_radius_mm = 0;  // of the largest ball inside
  // Its share of the region's volume within `kNeighbourhoodMm` of its own voxels: 1 for a region without
  // appendages, small for a bead of a long vessel.
  double share_of_neighbourhood = 1;
};

// Twice the widest breast vessels seen on MRI, so that a vessel shows its length.
inline constexpr double kNeighbourhoodMm = 10;

// Parts by falling inscribed radius. Each is the morphological opening of what remains of the region, by
// `neck` times the radius of the largest ball in it: whatever is thinner than that, and leaves the ball, is
// cut away and looked at afterwards. Parts below `smallest_ml` are dropped; at most `most` parts.
// The region's voxels lie on `grid`, in any order. Radii count from voxel centre to the nearest centre
// outside, less half a voxel.
std::vector<CompactPart> compact_parts(const std::vector<Index3>& region, const Grid& grid, double neck,
                                       double smallest_ml, int most);

}  // namespace lobule::measure
