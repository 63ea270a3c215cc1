#pragma once
// Weights and images that follow from their names by a formula, which programs in other languages share
// (tools/references/networks.py), so that results can be held against theirs.

#include <cmath>
#include <cstdint>
#include <string>

#include "nn/graph.h"

namespace lobule::nn::test {

inline std::uint32_t crc32(const std::string& text) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

// In [0, 1): the finalizer of MurmurHash3 of the name's CRC-32 and the place.
inline double fixed_uniform(std::uint32_t name, std::size_t place) {
  std::uint32_t x = static_cast<std::uint32_t>(place) * 0x9E3779B1U + name;
  x = (x ^ (x >> 16)) * 0x85EBCA6BU;
  x = (x ^ (x >> 13)) * 0xC2B2AE35U;
  x ^= x >> 16;
  return x / 4294967296.0;
}

inline Tensor fixed_weight(const std::string& name, const Shape& shape) {
  Tensor tensor(shape);
  const std::uint32_t key = crc32(name);
  const std::size_t count = tensor.values.size();
  for (std::size_t i = 0; i < count; ++i) {
    const double u = fixed_uniform(key, i);
    double value = 0.2 * (u - 0.5);
    if (shape.size() > 1)
      value = std::sqrt(2.0 / static_cast<double>(count / static_cast<std::size_t>(shape[0]))) *
              std::sqrt(12.0) * (u - 0.5);
    else if (name.ends_with("running_var") || name.ends_with("weight"))
      value = 0.5 + u;
    tensor.values[i] = static_cast<float>(value);
  }
  return tensor;
}

inline TensorMap fixed_weights(const Graph& graph) {
  TensorMap weights;
  for (const Parameter& parameter : parameters(graph))
    weights.emplace(parameter.name, fixed_weight(parameter.name, parameter.shape));
  return weights;
}

inline Tensor fixed_image(const Shape& shape) {
  Tensor image(shape);
  const std::uint32_t key = crc32("image");
  for (std::size_t i = 0; i < image.values.size(); ++i)
    image.values[i] = static_cast<float>(2 * fixed_uniform(key, i) - 1);
  return image;
}

}  // namespace lobule::nn::test
