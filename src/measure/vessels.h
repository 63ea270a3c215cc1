#pragma once
// Bright tubes: vesselness from the eigenvalues of the Hessian (Frangi 1998; bright tubes on dark ground)
// over a few scales, and the mask of vessels in an early subtraction.

#include <vector>

#include "core/image.h"

namespace lobule::measure {

// 0 to 1 a voxel, the largest over the scales (Gaussian standard deviations in mm). Evaluated only inside
// `region` and 0 elsewhere. NaN counts as 0 signal. α = β = 0.5, c = half the largest Hessian norm in the
// region (Frangi 1998, section 2.2).
Image<float> vesselness(const Image<float>& image, const Mask& region, const std::vector<double>& scales_mm);

struct VesselOptions {
  std::vector<double> scales_mm{1.0, 1.5, 2.2};  // radii of breast vessels on MRI: 1–3 mm
  double smallest_vesselness = 0.25;
  double smallest_percent = 50;    // early enhancement
  double smallest_length_mm = 12;  // of a connected part, end to end
};

// Vessels (1) inside `region`: tubes in the subtraction that enhance and are long.
Mask segment_vessels(const Image<float>& early_subtraction, const Image<float>& early_percent,
                     const Mask& region, const VesselOptions& options = {});

}  // namespace lobule::measure
