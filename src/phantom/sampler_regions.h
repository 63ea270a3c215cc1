#pragma once
// Regions of interest in random mammograms, and what resembles them. Ranges and their sources:
// docs/methods/phantom-sampler.md.

#include "phantom/random_parameters.h"
#include "phantom/sampler_xray.h"

namespace lobule::phantom {

// Thin fibres of connective tissue, which cross everywhere in a breast: what spicules are mistaken for.
void add_fibres(Draw& draw, double pixel_mm, PathMaps& maps);

// Puts masses, clusters of calcifications and distortions into the paths of a share `options.regions` of the
// pictures, and into all of them what is none of these: single, rim-like and vascular calcifications. Fills
// the pair's `regions` and `region`; its pixel size and `lesion` are set.
void insert_regions(Draw& draw, const MammogramSamplerOptions& options, PathMaps& maps, MammogramPair& pair);

// Masses that the finished picture does not show (blackened, saturated, in what resembles
// them) become what nobody could say.
void doubt_hidden(MammogramPair& pair);

// Dust and hairs of a film, on the picture: as small and bright as calcifications, but sharp.
void add_dust(Draw& draw, const MammogramSamplerOptions& options, MammogramPair& pair);

}  // namespace lobule::phantom
