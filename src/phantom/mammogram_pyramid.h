#pragma once
// Contrast by scale: an image as a Laplacian pyramid (Burt and Adelson, IEEE Trans Commun 31:532, 1983), its
// bands amplified, small contrasts more than large ones, as mammography systems do (multiscale image contrast
// amplification: Vuylsteke and Schoeters, SPIE 2167:551, 1994).

#include <vector>

namespace lobule::phantom {

struct ContrastGain {
  double fine = 1.5;  // of bands up to `scale_mm`
  double coarse = 1;  // of larger ones, up to 20 mm; what is larger still stays as it is
  double scale_mm = 4;
  double power = 0.85;      // below 1 lifts contrasts smaller than `reference`
  double reference = 0.15;  // in units of the image
};

std::vector<float> amplify(const std::vector<float>& image, int columns, int rows, double pixel_mm,
                           const ContrastGain& gain);

}  // namespace lobule::phantom
