#pragma once
// Noise of magnitude MR images, from the air around the body.
//
// In air a magnitude image follows a Rayleigh distribution whose only parameter is the standard deviation
// sigma of the complex noise per channel; in tissue the distribution is Rician and, above about three
// sigma, nearly normal with that same sigma (Gudbjartsson and Patz 1995, Magn Reson Med 34:910).

#include "core/image.h"

namespace lobule::measure {

// Sigma of the noise, in the image's unit: the mode of the local means (3×3×3) in the dark part of the image,
// divided by sqrt(π/2) (Aja-Fernández et al. 2009, Magn Reson Imaging 27:1397, equation for the Rayleigh
// background), the mode being the half-sample mode (Bickel and Frühwirth 2006). NaN voxels, and
// neighbourhoods mostly of exact zeros (padding, vendor's masking), do not count. 0 where the image has no
// noisy air; callers then have no noise floor.
double noise_sigma(const Image<float>& magnitude);

// The threshold between air and tissue, in the image's unit: Otsu's threshold (1979) on the logarithm of the
// signal, never below five sigma. 0 for an image without two classes.
double air_threshold(const Image<float>& magnitude, double sigma);

}  // namespace lobule::measure
