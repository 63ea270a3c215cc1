#pragma once
// Labels of mammograms as closed contours that people can edit, and back.
//
// Coordinates are pixels from the top left corner of the picture: pixel (x, y) covers x to x + 1 and y to y +
// 1, its centre lies at (x + 0.5, y + 0.5).

#include <array>
#include <cstdint>
#include <vector>

#include "core/image.h"

namespace lobule::measure {

struct LabelContour {
  std::uint8_t label = 0;
  std::vector<std::array<double, 2>> points;  // closed by itself, from the last to the first
};

// The borders of labels, along pixel edges, corners only. Those of kAdipose are of the whole breast, adipose
// and dense tissue together, so that moving the border of dense tissue leaves no gap. Contours of one label
// are ordered by their topmost, then leftmost corner; holes are contours of their own. label_image() gives
// the mask back exactly.
std::vector<LabelContour> label_contours(const Mask& labels);

// Pixels whose centre lies inside an odd number of a label's contours carry it; where labels overlap, the
// larger one does: dense tissue lies on adipose, muscle on both. Parts outside of the picture are cut off.
Mask label_image(const std::vector<LabelContour>& contours, int width, int height);

}  // namespace lobule::measure
