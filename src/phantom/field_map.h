#pragma once
// The static field's unevenness, which air beside tissue makes.

#include "phantom/tissue_raster.h"

namespace lobule::phantom {

// The deviation of the static field in parts per million, on a grid about `spacing_mm` coarse over the
// raster's. Air differs from tissue by 9.4 ppm in susceptibility (air +0.36, tissue −9.05: Schenck, Med Phys
// 23:815, 1996); an inflated lung is three quarters air. The field of a susceptibility distribution is its
// convolution with the unit dipole, in Fourier space (1/3 − kz²/k²) χ(k) (Marques and Bowtell, Concepts Magn
// Reson B 25:65, 2005), B0 along z. The body goes on beyond the raster's first and last slice as it is there.
// A first-order shim over the breasts is taken off. What lies below the resolution (bubbles, clips) is left
// out.
Image<float> field_ppm(const TissueRaster& raster, double spacing_mm = 6);

// Trilinear; the nearest voxel's value outside.
double value_at(const Image<float>& field, Vec3 point_mm);

}  // namespace lobule::phantom
