#pragma once
// How vendors turn a raw mammogram into the image that people read.

#include "phantom/mammogram.h"

namespace lobule::phantom {

// Values 0 to 4095, dense tissue bright, air near 0. `seed` is of a film's dust and scratches.
Image<float> present(const Image<float>& raw, MammogramLook look, std::uint64_t seed);

const char* to_text(MammogramLook look);  // "GE", "Hologic", …

}  // namespace lobule::phantom
