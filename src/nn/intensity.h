#pragma once
// How the values of an image become what a network was trained on.

#include <cmath>
#include <span>

namespace lobule::nn {

// value → (value − offset) · factor; what is not measured (NaN) becomes 0.
struct IntensityScale {
  float offset = 0, factor = 1;

  float operator()(float value) const { return std::isnan(value) ? 0.0F : (value - offset) * factor; }
};

// Takes two percentiles (0 to 100) of the measured values to 0 and 1; by linear interpolation between the
// sorted values (type 7 of Hyndman and Fan 1996). An image of one value keeps a factor of 1.
IntensityScale percentile_scale(std::span<const float> values, double low_percentile, double high_percentile);

// Takes the mean of the measured values to 0 and their (population) standard deviation to 1.
IntensityScale z_score_scale(std::span<const float> values);

// Zeros count as not measured from now on: a scale then leaves them out, and leaves them 0.
void zeros_to_missing(std::span<float> values);

}  // namespace lobule::nn
