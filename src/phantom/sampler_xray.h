#pragma once
// From path lengths to the picture of a random mammogram: exposure, processing or film, and what else lies on
// such pictures.

#include "phantom/random_parameters.h"
#include "phantom/sampler_mammogram.h"

namespace lobule::phantom {

// Path lengths in mm to each pixel, and the attenuation of what they leave out (skin, muscle, lesions).
struct PathMaps {
  PathMaps() = default;
  PathMaps(int width, int height)
      : columns(width),
        rows(height),
        breast(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)),
        dense(breast.size()),
        rest(breast.size()),
        labels(breast.size()) {}

  std::size_t at(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(x);
  }

  int columns = 0, rows = 0;
  std::vector<float> breast, dense, rest;
  std::vector<std::uint8_t> labels;
};

// Linear attenuation in 1/mm of adipose and dense tissue at the energy that the pool's beam amounts to.
struct BeamAttenuation {
  double adipose = 0, dense = 0;
};
BeamAttenuation pool_beam();

// The picture, 0 to 1.
void expose_and_show(Draw& draw, const MammogramSamplerOptions& options, MammogramStyle style, bool inverted,
                     const PathMaps& maps, std::vector<float>& image);

// A random texture with the power spectrum of anatomical noise in mammograms, f^−3 (Burgess, Jacobson and
// Judy, Med Phys 28:419, 2001), of standard deviation 1 or so. `largest`: of its features, in pixels.
std::vector<float> power_law_texture(Draw& draw, int columns, int rows, double largest = 48);

}  // namespace lobule::phantom
