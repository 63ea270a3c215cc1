#pragma once
// Gaussian random fields made in frequency space: white complex noise shaped by a power law, transformed
// back.

#include <complex>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/vec.h"

namespace lobule::phantom::second {

// In place, unnormalised, of a power of two (Cooley and Tukey, Math Comput 19:297, 1965). `stride` is the
// distance between neighbours.
void fourier(std::complex<float>* values, int count, int stride);

struct FieldSpectrum {
  double exponent = 3;                        // power ∝ frequency^−exponent
  double shortest_mm = 2, longest_mm = 1000;  // wavelengths that the field holds
};

// A periodic field of mean 0 and standard deviation 1 in two or three dimensions.
class RandomField {
 public:
  // `count` (a power of two) points along each of `dimensions` axes, `spacing_mm` apart.
  RandomField(std::uint64_t seed, std::string_view purpose, const FieldSpectrum& spectrum, double spacing_mm,
              int count, int dimensions = 3);

  // Linear between the points; repeats after count · spacing.
  float operator()(Vec3 point_mm) const;

 private:
  int count_, layers_;
  double spacing_mm_;
  std::vector<float> values_;
};

}  // namespace lobule::phantom::second
