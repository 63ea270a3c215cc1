#pragma once
// An array of numbers with a shape, as networks take and give it, and a set of them by name: weights.
//
// Values lie with the last axis fastest. Images are [batch, channel, y, x] or [batch, channel, z, y, x].

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lobule {

using Shape = std::vector<std::int64_t>;

// The number of values of a shape; 1 for no axes.
inline std::size_t value_count(const Shape& shape) {
  std::size_t count = 1;
  for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
  return count;
}

// "2×16×96×96", for messages.
std::string describe(const Shape& shape);

struct Tensor {
  Shape shape;
  std::vector<float> values;

  Tensor() = default;
  explicit Tensor(Shape s, float value = 0) : shape(std::move(s)), values(value_count(shape), value) {}
  Tensor(Shape s, std::vector<float> v) : shape(std::move(s)), values(std::move(v)) {}

  friend bool operator==(const Tensor&, const Tensor&) = default;
};

using TensorMap = std::map<std::string, Tensor>;

}  // namespace lobule
