#pragma once
// What the scanner makes of the signals of a random patch: shading, texture, blur, ringing and noise.

#include "phantom/sampler_patch.h"

namespace lobule::phantom {

// In place; `images` as in MriPatch.
void appear(Draw& draw, const MriPatchOptions& options, const MriParameters& parameters,
            std::vector<float>& images);

}  // namespace lobule::phantom
