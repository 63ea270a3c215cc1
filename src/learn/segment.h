#pragma once
// From an image of any grid to what a segmentation network takes, and from its logits to labels on the
// image's own grid.

#include <functional>
#include <vector>

#include "core/image.h"
#include "core/tensor.h"
#include "nn/preprocessing.h"

namespace lobule::learn {

// Logits [1, classes, (z,) y, x] of an image [1, channels, (z,) y, x] of any extents that are multiples of
// the preprocessing's and at least its window.
using LogitsOf = std::function<Tensor(const Tensor&)>;

struct Segmentation {
  Mask labels;              // by the number of the class, on the image's grid; 0 where nothing was measured
  Image<float> confidence;  // the softmax of that class, 0 to 1
};

// Networks of two dimensions see transversal slices, one by one. Throws as `prepare` does.
// Softmax values return to the image's grid by linear interpolation before the largest is taken, so
// that outlines are smoother than the network's voxels.
Segmentation segment_image(const std::vector<const Image<float>*>& channels,
                           const nn::Preprocessing& preprocessing, int dimensions, int classes,
                           const LogitsOf& logits_of);

}  // namespace lobule::learn
