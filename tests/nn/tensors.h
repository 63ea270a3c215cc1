#pragma once
// Images of noise, and how far two results lie apart.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "core/tensor.h"

namespace lobule::nn {

// Standard normal values.
inline Tensor noise(const Shape& shape, std::uint64_t seed) {
  Tensor tensor(shape);
  const RandomStream random(seed, "image");
  for (std::size_t i = 0; i < tensor.values.size(); ++i)
    tensor.values[i] = static_cast<float>(random.normal(i));
  return tensor;
}

// The largest difference over the largest magnitude of `b`; values that are no numbers lie far apart.
inline double difference(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape, b.shape);
  double largest = 0, apart = 0;
  for (std::size_t i = 0; i < std::min(a.values.size(), b.values.size()); ++i) {
    largest = std::max(largest, std::abs(double{b.values[i]}));
    apart = std::max(apart, std::isfinite(a.values[i]) ? std::abs(double{a.values[i]} - b.values[i]) : 1e30);
  }
  return apart / std::max(largest, 1e-30);
}

}  // namespace lobule::nn
