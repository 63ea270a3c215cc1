#pragma once
// What is true of a random mammogram: by the paths of its rays, and by what of them can be seen.

#include "phantom/sampler_mammogram.h"
#include "phantom/sampler_xray.h"

namespace lobule::phantom {

// Fills the share of dense tissue and the labels. A pixel is dense by the share around it, averaged by a
// Gaussian of `region_mm` (0: its own): readers outline regions and not strands.
void label_dense(const PathMaps& maps, double region_mm, MammogramPair& pair);

// Takes labels away from the breast's rim as far as it is not brighter than air by a share of the range from
// air to the brightest half percent: films hide the skin in black, and nobody outlines what cannot be seen.
void unlabel_invisible(double share, MammogramPair& pair);

// Fills percent and volumetric density of what is labelled as breast.
void add_densities(const PathMaps& maps, MammogramPair& pair);

}  // namespace lobule::phantom
