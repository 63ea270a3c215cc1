#pragma once
// What a network sees of a mammogram in standard form: the picture, or the part with the breast, fitted into
// its window. The same for learning and for use.

#include <string>

#include "core/image.h"
#include "core/tensor.h"
#include "nn/preprocessing.h"

namespace lobule::pipeline {

// Whole pixels of a picture; what lies beyond it is air.
struct PicturePart {
  int x = 0, y = 0, width = 0, height = 0;
};

// The part of a picture that holds what is not 0 in a mask of the same field, on pixels of any size: from the
// chest wall on, with a margin of 5 % of its extents where tissue ends by itself and none where it is cut
// (at the armpit); the margin is the same however much air the picture shows and may lie beyond it. All of
// the picture where the mask is empty.
PicturePart part_around(const Mask& mask, const Grid& picture);

Image<float> part_of(const Image<float>& picture, const PicturePart& part);

// The picture on pixels so large that it just fits into the window times `scale`; proportions are kept, but
// for extents that are whole numbers of `step` pixels.
Image<float> fitted_picture(const Image<float>& picture, const nn::Preprocessing& preprocessing,
                            double scale = 1, int step = 1);

// A fitted picture as a network's input [1, 1, y, x]: intensities as the preprocessing says, air to the right
// and below as far as the window, or a multiple that the network takes, goes.
Tensor window_of(const Image<float>& fitted, const nn::Preprocessing& preprocessing);

// Throws Error (where: `name`) for preprocessing without a window or with another rule of intensities than
// mammograms have.
void check_mammogram_window(const nn::Preprocessing& preprocessing, const std::string& name);

}  // namespace lobule::pipeline
