#pragma once
// The patients that random MRI patches show: random ones, and a share of unusual ones that a network has to
// meet before it can tell them.

#include "phantom/sampler_patch.h"

namespace lobule::phantom {

// Patient `number` of the options' seed, on the options' spacing. At most one kind of MriPatchOptions'
// unusual patients is drawn for it; a lone breast is one breast (the other and the chest are air) as label
// maps and specimens show it.
TissueRaster random_patient(const MriPatchOptions& options, std::uint64_t number);

// Air instead of all that lies further than `reach_mm` (along each axis) from the breast of one side, and of
// all behind the plane y = rear_mm.
void leave_one_breast(TissueRaster& raster, BreastSide side, double reach_mm, double rear_mm);

}  // namespace lobule::phantom
