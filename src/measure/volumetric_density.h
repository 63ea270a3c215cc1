#pragma once
// How much of a compressed breast's volume is dense, from the signal of an unprocessed mammogram.

#include <functional>
#include <optional>

#include "core/image.h"

namespace lobule::measure {

// How the beam is weakened: −ln of the signal behind so many mm of adipose and of dense tissue, relative to
// the signal without a breast. Grows with both.
using LogAttenuation = std::function<double(double adipose_mm, double dense_mm)>;

struct VolumetricDensity {
  double breast_ml = 0, dense_ml = 0;
  double percent_density = 0;  // of the volume, 0 to 100
};

// Of one slice: `signal` linear in what the detector absorbs (air bright; NaN and values that are not
// positive count as air), MammogramLabel values of the same size, the pixel's size in the breast and the
// thickness under the paddle, both in mm. Nothing where too little of the breast has its full thickness to
// tell.
//
// After van Engeland et al. 2006 (IEEE Trans Med Imaging 25:273) and Highnam et al. 2010 (Digital
// Mammography, LNCS 6136:342): the ray that is most nearly fat calibrates the beam, so that neither the
// detector's gain nor air, which is often saturated, has to be known; towards the skin the breast is rounded
// like half a circle; the rest of the attenuation is dense tissue. A breast without a fatty ray is read too
// low. Throws Error for images of different sizes and for spacing or thickness that is not positive.
std::optional<VolumetricDensity> volumetric_density(const Image<float>& signal, const Mask& labels,
                                                    double spacing_mm, double thickness_mm,
                                                    const LogAttenuation& log_attenuation);

// The height in mm of a breast compressed to a thickness, so many mm from its rim.
double compressed_height_mm(double from_rim_mm, double thickness_mm);

}  // namespace lobule::measure
