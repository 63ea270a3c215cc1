#pragma once
// Linear filters along one axis: sampling of another grid, k-space cut-off, fractional shifts.

#include <vector>

#include "core/image.h"

namespace lobule::phantom {

// Output sample o is the sum of weights[o · taps + t] · input[first[o] + t].
struct AxisKernel {
  int inputs = 0, outputs = 0, taps = 0;
  std::vector<int> first;
  std::vector<float> weights;
  int even_from = 0, even_to = 0;  // outputs that share their weights, each a sample further

  bool identity() const;
};

// The samples along one axis: positions start_mm + n · spacing_mm.
struct Axis {
  int count = 0;
  double start_mm = 0, spacing_mm = 1;
};

// What an output sample sees of the input: `ringing` 0 a box as wide as the larger of the two spacings, 1 the
// band that `keep` (of the output's Nyquist frequency) leaves, as cutting k-space does, apodised by a Hann
// window over five lobes on both sides; between them a mixture. `shift_mm` moves the content towards larger
// positions. At the ends the outermost input sample repeats. Weights sum to 1.
AxisKernel axis_kernel(const Axis& input, const Axis& output, double ringing = 0, double keep = 1,
                       double shift_mm = 0);

// Along the rows, columns of a plane of `width` columns, row after row.
void filter_rows(const AxisKernel& kernel, int rows, const float* in, float* out);
void filter_columns(const AxisKernel& kernel, int width, const float* in, float* out);

// Along the slices of a volume, in place.
void filter_slices(const AxisKernel& kernel, Image<float>& image);

// The image on a grid with other rows and columns, and the same slices, as scanners interpolate by filling
// k-space with zeros; magnitudes.
Image<float> zero_filled(const Image<float>& image, const Grid& grid);

}  // namespace lobule::phantom
