#pragma once
// Normalization and the activation behind it as loops over memory, forward and backward: one pass that sums
// and one that writes. LibTorch takes several for each and copies images to another layout and back.
//
// Images are channels-last: [samples][places][channels]. Sums are taken over fixed pieces of the places and
// added in their order, so that results do not depend on how the pieces are spread over threads.

#include <cstddef>
#include <cstdint>

namespace lobule::train {

// The upper half of a float.
struct BFloat16 {
  std::uint16_t bits;
};

constexpr std::size_t kPlacesAPiece = 512;

// Σ (x − shift) and Σ (x − shift)² of each channel over places [0, count) → sums[2][channels]. The shift, a
// value of the channel, keeps the digits of a variance that is small beside its mean.
void add_up(const float* x, std::size_t count, std::size_t channels, const double* shift, double* sums);
void add_up(const BFloat16* x, std::size_t count, std::size_t channels, const double* shift, double* sums);
void add_up(const double* x, std::size_t count, std::size_t channels, const double* shift, double* sums);

// What is done to each channel: t = x · scale + offset; y = t where t > 0, else slope · t.
struct Affine {
  const double* scale;
  const double* offset;
  double slope;  // 1: no activation, 0: ReLU
};
void normalize(const float* x, float* y, std::size_t count, std::size_t channels, const Affine& affine);
void normalize(const BFloat16* x, BFloat16* y, std::size_t count, std::size_t channels, const Affine& affine);
void normalize(const double* x, double* y, std::size_t count, std::size_t channels, const Affine& affine);

// g = gradient · (1 or slope, by the sign of t); Σ g and Σ g (x − mean) → sums[2][channels].
void add_up_gradient(const float* gradient, const float* x, std::size_t count, std::size_t channels,
                     const Affine& affine, const double* mean, double* sums);
void add_up_gradient(const BFloat16* gradient, const BFloat16* x, std::size_t count, std::size_t channels,
                     const Affine& affine, const double* mean, double* sums);
void add_up_gradient(const double* gradient, const double* x, std::size_t count, std::size_t channels,
                     const Affine& affine, const double* mean, double* sums);

// by_x = g · scale + x · by_value + constant, the last two of each channel.
struct Backward {
  const double* by_value;
  const double* constant;
};
void normalize_backward(const float* gradient, const float* x, float* by_x, std::size_t count,
                        std::size_t channels, const Affine& affine, const Backward& backward);
void normalize_backward(const BFloat16* gradient, const BFloat16* x, BFloat16* by_x, std::size_t count,
                        std::size_t channels, const Affine& affine, const Backward& backward);
void normalize_backward(const double* gradient, const double* x, double* by_x, std::size_t count,
                        std::size_t channels, const Affine& affine, const Backward& backward);

}  // namespace lobule::train
