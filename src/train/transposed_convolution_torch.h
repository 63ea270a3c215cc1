#pragma once
// Transposed convolutions as what they are: the adjoint of a plain convolution.
//
// LibTorch 1.13 runs its own through plain matrix products of the system's BLAS, on CPU several times slower
// than a convolution of the same work, and takes those of bf16 for plain ones. So the forward pass is the
// plain convolution's gradient by its input, and the gradients are a plain convolution and its gradient by
// its weights: all of them run on oneDNN (cuDNN on a GPU), in f32 and bf16.

#include <ATen/ATen.h>

#include <vector>

namespace lobule::train {

struct TransposedOptions {
  std::vector<std::int64_t> stride, padding, dilation, output_padding;  // (z,) y, x
  std::int64_t groups = 1;
};

// As at::convolution with transposed = true. `weight` is [in, out / groups, (z,) y, x]; `bias` may be
// undefined.
at::Tensor transposed_convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                  const TransposedOptions& options);

}  // namespace lobule::train
