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

// The threshold between air and tissue for `smoothed` (the image after a small Gaussian), in the image's
// unit: Otsu's threshold (1979) on the logarithm of the signal, never below two and a half sigma. Noise is
// often stronger far from the coil, or after a correction for shading, and then forms a third, dim class:
// where the dim class of a three-class split (Liao 2001) varies locally like noise (a coefficient of
// variation near Rayleigh's 0.52, above 0.3 = a signal of about three sigma), everywhere by about as much,
// and is weaker than ten sigma, the threshold lies above it. 0 without two classes.
double air_threshold(const Image<float>& image, const Image<float>& smoothed, double sigma);

}  // namespace lobule::measure
