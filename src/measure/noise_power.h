#pragma once
// How the power of an image's structure falls with spatial frequency. In mammograms it follows P(f) = K / f^β
// with β near 3 (Burgess, Jacobson and Judy, Med Phys 28:419, 2001: 1.5 to 3.5, mean 2.8; Chen et al., Med
// Phys 39:1435, 2012: 3.2 in CC, 3.3 in MLO views).

#include <vector>

#include "core/image.h"

namespace lobule::measure {

struct NoisePowerOptions {
  double region_mm = 25.6;                   // side of the square regions; the nearest power of two of pixels
  double low_per_mm = 0.1, high_per_mm = 1;  // frequencies that the exponent is fitted to
  double overlap = 0.5;                      // of neighbouring regions
};

struct NoisePower {
  int regions = 0;                       // that lie wholly within the mask
  std::vector<double> frequency_per_mm;  // rings of equal width in log frequency within the range
  std::vector<double> power;             // mean over rings and regions; value² mm²
  double exponent = 0;  // β of the least-squares line through log power; NaN without regions
};

// Square regions inside the mask (not 0), less their mean, times a Hann window, Fourier transformed; the mean
// of their squared magnitudes over rings. Of slice 0; pixels are square, of the grid's first spacing. Throws
// Error when image and mask differ in size or the pixel is larger than a sixteenth of the region.
NoisePower noise_power(const Image<float>& image, const Mask& mask, const NoisePowerOptions& options = {});

// The exponent β alone.
double power_spectrum_exponent(const Image<float>& image, const Mask& mask, double pixel_mm);

}  // namespace lobule::measure
