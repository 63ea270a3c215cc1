#pragma once
// What a network says of a volume, as images on the network's own grid: for those that need more of it than
// the label of each voxel (learn/segment.h gives that).

#include <functional>
#include <vector>

#include "core/image.h"
#include "core/tensor.h"
#include "nn/preprocessing.h"

namespace lobule::learn {

// Whole voxels of a grid.
struct Box {
  Index3 first{0, 0, 0}, size{0, 0, 0};
};

// The grid of a box's voxels.
Grid grid_of(const Grid& grid, const Box& box);

// A network's outputs [1, channels, z, y, x] of an image [1, 1, z, y, x] of any extents.
using OutputsOf = std::function<std::vector<Tensor>(const Tensor&)>;

// Of each output its channels as images of 0 to 1 on grid_of(network_grid(image.grid, p), box): the softmax
// of outputs with several channels, the logistic function of those with one. Intensities are scaled by all of
// the image, whatever the box. Throws as `prepare` does, and Error where the box leaves the network's grid.
std::vector<std::vector<Image<float>>> output_maps(const Image<float>& image, const nn::Preprocessing& p,
                                                   const Box& box, const OutputsOf& outputs_of);

}  // namespace lobule::learn
