#pragma once
// What random training samples are made of, fast: smooth random fields, cheap normal noise, and the point
// spread of an acquisition. Everything depends on its seed alone, never on threads.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/image.h"
#include "core/random.h"

namespace lobule::phantom {

// A cubic B-spline over a coarse lattice of random control points (uniform in ±amplitude), evaluated row by
// row on a grid of voxels. A displacement field of amplitude below 0.48 of the lattice's spacing cannot fold
// (Choi and Lee, Graphical Models 62:161, 2000, with half of it left for three components at once).
class SmoothField {
 public:
  SmoothField() = default;  // zero everywhere
  // `spacing` between control points, in voxels, per axis.
  SmoothField(const RandomStream& random, std::uint64_t first_index, Index3 size,
              std::array<double, 3> spacing, double amplitude);

  bool zero() const { return control_.empty(); }
  std::size_t row_length() const { return along_x_.size(); }

  // The field in one plane, from which rows are read; refers to the field, which must outlive it.
  class Plane {
   public:
    Plane(const SmoothField& field, int k);

    // Adds the field's values along row j, times `scale`, to out[0 … size[0]). From any thread.
    void add_row(int j, float* out, float scale = 1) const;

   private:
    const SmoothField& field_;
    std::vector<float> control_;  // the control points of the spline in this plane
  };

 private:
  struct Tap {
    int first = 0;
    std::array<float, 4> weight{};
  };
  Index3 points_{};
  std::array<std::vector<Tap>, 3> taps_;  // along y and z
  std::vector<float> along_x_;            // where each voxel lies between control points
  std::vector<int> begin_x_;  // the first voxel of each stretch between control points, and the end
  std::vector<float> control_;
};

// Standard normal numbers by (key, index): a hash whose bits look up quantiles of the normal distribution, in
// steps of 1/4096 of probability, so that none exceeds 3.7. A tenth of the cost of RandomStream::normal; for
// images that only a network sees.
class QuickNormal {
 public:
  QuickNormal(const RandomStream& random, std::uint64_t index);

  std::array<float, 2> pair(std::uint64_t index) const {
    std::uint64_t z = key_ + index * 0x9E3779B97F4A7C15ull;  // SplitMix64 (Steele et al., OOPSLA 2014)
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return {table_[z >> 52], table_[(z >> 40) & 4095]};
  }

 private:
  std::uint64_t key_;
  const float* table_;
};

// A symmetric kernel along one axis: its centre, then its one side. Sums to 1 over both sides.
using HalfKernel = std::vector<float>;

// The point spread of an acquisition whose voxels are `width` of the image's, sampled to a share of k-space
// given by it and zero-filled: a sinc, damped by a Gaussian that leaves `ringing` (0 to 1) of its first
// side lobes. A width of 1 or less gives the identity.
HalfKernel acquisition_kernel(double width, double ringing);

// A Gaussian of a standard deviation in voxels, cut at 2.5 of them.
HalfKernel gaussian_kernel(double sigma);

// Convolves a volume, x fastest, along its three axes; what lies beyond the border equals the border.
void convolve(std::span<float> volume, Index3 size, const std::array<HalfKernel, 3>& kernels);

// The same of one slice by a Gaussian of a standard deviation in pixels.
void smooth_slice(std::span<float> slice, int columns, int rows, double sigma);

// The value below which a share of the others lie; 0 of none. The order of the values changes.
float quantile(std::span<float> values, double share);

// Replaces each value by the magnitude of it plus complex normal noise (Rician).
void add_quick_rician(std::span<float> values, float sigma, const QuickNormal& noise);

}  // namespace lobule::phantom
