#pragma once
// What a detector reads behind thicknesses of adipose and glandular tissue, and back: how much of a known
// thickness is dense.

#include <vector>

#include "core/image.h"
#include "phantom/xray_spectrum.h"

namespace lobule::phantom {

// The energy that the detector absorbs behind tissue, relative to that behind the empty paddle.
class XraySignal {
 public:
  // The beam passes paddle and support (PMMA) and is absorbed in selenium, energy counting.
  explicit XraySignal(const XraySpectrum& tube, double paddle_mm = 4, double selenium_mm = 0.2);

  // −ln of the relative signal: interpolated in a table of 1 mm steps, within 4e-4 of the integral over the
  // spectrum; beyond the table (−40 … 160 mm adipose, −40 … 160 mm glandular) it goes on linearly.
  double log_attenuation(double adipose_mm, double glandular_mm) const;

  // The same by summing over the spectrum.
  double exact_log_attenuation(double adipose_mm, double glandular_mm) const;

  // How much of a thickness of adipose and glandular tissue is glandular; below 0 or above the thickness
  // where the signal is out of range.
  double glandular_mm(double log_attenuation, double thickness_mm) const;

  // Absorbed quanta's mean energy squared over their mean squared energy (the Swank factor of the spectrum).
  double spectral_swank() const { return swank_; }

 private:
  std::vector<double> weight_, adipose_, glandular_;  // a spectrum bin's share of the signal, coefficients
  std::vector<float> table_;
  double swank_ = 1;
};

// A noise-free raw image of a breast given as maps of the share of dense tissue (0 to 1) and of thickness in
// mm, without skin; air reads `air`. NaN and negative thickness count as air.
Image<float> project_glandularity(const Image<float>& glandularity, const Image<float>& thickness_mm,
                                  const XraySignal& signal, double air = 10000);

// Percent of the breast's volume that is dense, from a raw image and the thickness that each ray crossed:
// the inverse of the forward model pixel by pixel, summed. `skin_mm` (may be empty) is the part of the
// thickness that is skin: it is neither adipose nor dense. Throws Error for images of different sizes or
// where the thickness is nowhere positive.
double volumetric_density(const Image<float>& raw, const Image<float>& thickness_mm,
                          const Image<float>& skin_mm, const XraySignal& signal, double air = 10000);

}  // namespace lobule::phantom
