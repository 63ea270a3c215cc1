#pragma once
// The one resampler: values of an image at points between its voxels, and images on other grids.

#include "core/image.h"

namespace lobule {

enum class Interpolation { nearest, linear, cubic };

// The value at a fractional index. Outside [0, size − 1] the nearest voxel counts as long as the point is
// within half a voxel, else NaN. A neighbour that is NaN makes linear and cubic fall back to the nearest
// voxel. Cubic is the Catmull–Rom kernel (Keys 1981, a = −1/2).
float sample(const Image<float>& image, Vec3 index, Interpolation interpolation);

// The image on another grid; NaN where it has no voxel.
Image<float> resample(const Image<float>& image, const Grid& grid, Interpolation interpolation);

// A mask on another grid by nearest voxel; 0 outside.
Mask resample_mask(const Mask& mask, const Grid& grid);

// The image smoothed by a Gaussian of a standard deviation in millimetres per axis; NaN voxels carry no
// weight and stay NaN. Truncated at three standard deviations.
Image<float> gaussian_smooth(const Image<float>& image, double sigma_mm);

// The mean over boxes of whole voxels, about `spacing_mm` per axis (never finer than the image); NaN where
// a box holds no measured voxel.
Image<float> downsample(const Image<float>& image, double spacing_mm);
Mask downsample_mask(const Mask& mask, double spacing_mm);  // 1 where at least half of the box is set

}  // namespace lobule
