#pragma once
// An anatomy on a grid, compactly: what fills each voxel. Every image of one patient is made from it, so that
// the anatomy is evaluated once and not once a sequence.

#include "phantom/anatomy.h"

namespace lobule::phantom {

// A material is a Tissue's number, or kTissueCount + n for the n-th planned lesion, whose contrast uptake is
// its own.
using Material = std::uint8_t;

// Up to four materials of a voxel, the largest share first; shares in 1/255, summing to 255. Unused: share 0.
struct TissueMix {
  std::array<Material, 4> material{};
  std::array<std::uint8_t, 4> share{};
};

struct TissueRaster {
  Grid grid;
  std::vector<TissueMix> voxels;
  Mask breast;  // 1 right, 2 left (BreastSide): the voxel's centre counts as breast, and most of it is no
                // implant
};

// The four largest shares of a composition, rounded such that they sum to 255. A share of the lesion tissue
// belongs to the planned lesion of this number (−1: to none in particular).
TissueMix pack(const Composition& composition, int lesion = -1);

// The anatomy in every voxel of a grid. `through_plane` points average each voxel along the slice axis. The
// same for any number of threads.
TissueRaster rasterize(const Anatomy& anatomy, const Grid& grid, int through_plane = 1);

// The share of one material in a voxel, 0 to 1.
float share_of(const TissueMix& mix, Material material);

}  // namespace lobule::phantom
