#pragma once
// How an image becomes what a network was trained on: part of every model.

#include <array>
#include <string>
#include <vector>

namespace lobule::nn {

enum class IntensityRule {
  none,
  percentiles,      // two percentiles of the image's measured values become 0 and 1
  z_score,          // the image's mean becomes 0, its standard deviation 1
  z_score_nonzero,  // the same of all values but 0, which stays 0 (MONAI's NormalizeIntensityd, "nonzero")
  fixed,            // (value − mean) / deviation by channel
  fixed_clipped     // the same after values are cut off at two bounds by channel (nnU-Net's rule for CT)
};

struct Preprocessing {
  int channels = 1;  // that the network takes
  // Of a network of two dimensions: the slices that it sees as channels of their own, counted from the one
  // that it is asked of, rising; at an end of the image the outermost slice stands for those beyond. Empty:
  // that slice alone.
  std::vector<int> neighbours{};
  // Of a voxel, x, y, z in the patient (LPS); 0: as the image has it, along the axis nearest to that one.
  std::array<double, 3> spacing_mm{0, 0, 0};
  // Of what the network sees at once, x, y, z; z is 1 in two dimensions. 0: the whole image.
  std::array<int, 3> window{0, 0, 0};
  // Extents of an image have to be multiples of these; it is padded with 0 and the result cut.
  std::array<int, 3> multiple{1, 1, 1};
  IntensityRule intensity = IntensityRule::none;
  double low_percentile = 0, high_percentile = 100;
  std::vector<double> mean, deviation;              // by channel, of the fixed rules
  std::vector<double> lowest_value, highest_value;  // by channel, of fixed_clipped
  double before_scale = 1;                          // values are divided by it first: 255 for 8-bit pictures

  // How many images a network's channels are made of.
  int images() const {
    return neighbours.empty() ? channels : channels / static_cast<int>(neighbours.size());
  }

  friend bool operator==(const Preprocessing&, const Preprocessing&) = default;
};

}  // namespace lobule::nn
