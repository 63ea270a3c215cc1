#pragma once
// From path lengths to the raw image: scatter, blur of the detector, exposure and quantum noise.

#include "phantom/mammogram.h"
#include "phantom/xray_image.h"

namespace lobule::phantom {

// Path lengths of the two basis materials and of the breast on the detector's own pixels, columns fastest.
struct DetectorPaths {
  int columns = 0, rows = 0;
  double pixel_mm = 0.1;
  std::vector<float> adipose, glandular, breast;  // breast: all that scatters, with muscle
};

// Scatter, blur and noise of a raw image; sets the exposure's tube load. `stream` names the noise of one
// view.
Image<float> expose(const DetectorPaths& paths, const XraySignal& signal, const MammogramOptions& options,
                    std::uint64_t stream, Exposure& exposure);

// The raw image's value where nothing is in the beam.
inline constexpr double kRawAir = 10000;

// A Gaussian filter of standard deviation `sigma` pixels, mirrored at the edges.
void blur(std::vector<float>& image, int columns, int rows, double sigma);

// Every value `factor` times along both axes (cubic convolution of Keys, 1981), cut to columns × rows.
std::vector<float> enlarge(const std::vector<float>& coarse, int coarse_columns, int coarse_rows, int factor,
                           int columns, int rows);

}  // namespace lobule::phantom
