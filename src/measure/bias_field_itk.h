#pragma once
// The slow multiplicative shading of surface coils, by N4 (Tustison 2010, IEEE Trans Med Imaging 29:1310).

#include "core/image.h"

namespace lobule::measure {

struct BiasFieldOptions {
  double working_spacing_mm = 8;  // the field is found on an image shrunken to this
  double knot_spacing_mm = 100;   // of the coarsest B-spline mesh; halves at each level
  int levels = 2;
  int iterations_per_level = 30;
  double convergence = 0.0001;
};

// The field on the image's own grid: its mean logarithm over `mask` is 0, so that image / field keeps the
// overall scale. The log-field is a cubic B-spline, evaluated smoothly at every voxel. Voxels that are NaN or
// ≤ 0 take no part. An empty mask or one with fewer than 1000 working voxels gives a field of ones.
// Deterministic for any thread count.
Image<float> estimate_bias_field(const Image<float>& image, const Mask& mask,
                                 const BiasFieldOptions& options = {});

// image / field, voxel by voxel.
Image<float> divide_by_field(const Image<float>& image, const Image<float>& field);

}  // namespace lobule::measure
