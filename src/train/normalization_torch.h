#pragma once
// Instance and batch normalization with the activation behind them, as one step of the network on CPUs: what
// normalization_kernels.h does, with its gradients.

#include <ATen/ATen.h>

namespace lobule::train {

struct NormalizationStep {
  at::Tensor weight, bias;  // [channels], or undefined
  double epsilon = 1e-5;
  double slope = 1;         // of the activation below zero; 1: there is none
  bool over_batch = false;  // statistics of the whole batch, else of each sample
  // Of the batch: moved by `momentum` towards its mean and unbiased variance; undefined: none are kept.
  at::Tensor running_mean = {}, running_var = {};
  double momentum = 0.1;
};

// Whether `normalize` takes this image; otherwise LibTorch has to.
bool can_normalize(const at::Tensor& x);

// x [batch, channels, (z,) y, x] in f32, bf16 or f64 on the CPU; the result is channels-last.
at::Tensor normalize(const at::Tensor& x, const NormalizationStep& step);

}  // namespace lobule::train
