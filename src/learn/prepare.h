#pragma once
// What a network sees of an image: another grid and other intensities.

#include <vector>

#include "core/image.h"
#include "core/tensor.h"
#include "nn/preprocessing.h"

namespace lobule::learn {

// The grid on which the network sees an image: its axes are the image's own, in the order and direction that
// is nearest to LPS, its spacing the preprocessing's, its extent the image's.
Grid network_grid(const Grid& image, const nn::Preprocessing& preprocessing);

// Images on that grid with the preprocessing's intensities: the mean over each of its voxels; 0 where nothing
// is measured. Throws Error unless there are as many as the preprocessing wants, and where their grids
// differ.
std::vector<Image<float>> prepare(const std::vector<const Image<float>*>& channels,
                                  const nn::Preprocessing& preprocessing);

// Slice z of images [1, images, z, y, x] as a network of two dimensions takes it, [1, channels, y, x]: each
// image's slice, or its neighbours one after another where the preprocessing has them.
Tensor network_slice(const Tensor& images, std::int64_t z, const nn::Preprocessing& preprocessing);

}  // namespace lobule::learn
