#pragma once
// How vendors turn a raw mammogram into the image that people read.

#include "phantom/mammogram.h"

namespace lobule::phantom {

// Values 0 to 4095, dense tissue bright, air near 0. `seed` is of what is by chance: the marker's place, a
// film's density, grain, dust and scratches.
Image<float> present(const Image<float>& raw, MammogramLook look, BreastSide side, MammogramView view,
                     std::uint64_t seed);

const char* to_text(MammogramLook look);  // "GE", "Hologic", …

// Writes text in block letters (A to Z and digits that side and view need) into an image; `size_mm` is the
// letters' height, the place that of the text's upper left corner in pixels.
void write_text(Image<float>& image, const char* text, int column, int row, double size_mm, float value);

}  // namespace lobule::phantom
