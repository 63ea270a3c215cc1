#pragma once
// Volumetric density of a mammogram, where its header and its pixels tell enough of the beam.

#include <optional>
#include <string>

#include "exam/mammogram_picture.h"
#include "measure/volumetric_density.h"

namespace lobule::pipeline {

struct MeasuredVolume {
  std::optional<measure::VolumetricDensity> density;
  std::string reason;  // why there is none
};

// `labels` on the standard picture's pixels. Needs the detector's signal, spacing, the thickness under the
// paddle, and a beam of tungsten and rhodium of 27 to 31 kV: only of those the spectra are at hand
// (phantom/xray_spectrum.h); between and beside 28 and 30 kV the attenuation is taken along a straight line.
MeasuredVolume measured_volume(const exam::MammogramPicture& picture, const Mask& labels);

}  // namespace lobule::pipeline
