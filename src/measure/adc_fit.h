#pragma once
// Apparent diffusion coefficient from images of two or more b-values: S = S0 exp(−b ADC).

#include <span>
#include <vector>

#include "core/image.h"

namespace lobule::measure {

struct AdcOptions {
  // Voxels whose signal at the lowest b-value is below this many sigma of the noise are not measured.
  // Five is above Rose's limit of detection (Rose 1948), below which a log is dominated by noise.
  double smallest_snr = 5;
};

struct AdcFit {
  Image<float> adc_um2_per_s;  // 10⁻⁶ mm²/s; 0 where not measured
  Image<float> s0;             // the images' unit; 0 where not measured
  double noise_sigma = 0;      // of the image of the lowest b-value; 0 where the air is blank
  std::size_t measured_voxels = 0;
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.adc_um2_per_s), f(s.s0), f(s.noise_sigma), f(s.measured_voxels);
  }
};

// The unweighted least-squares line through log S over b (s/mm²), a voxel at a time. A voxel where any
// signal is NaN or ≤ 0, or whose fit is negative, is not measured. Images of equal b-value may repeat.
// Throws Error unless there are as many b-values as images, all on one grid, at least two different.
AdcFit fit_adc(const std::vector<const Image<float>*>& images, std::span<const double> b_s_per_mm2,
               const AdcOptions& options = {});

}  // namespace lobule::measure
