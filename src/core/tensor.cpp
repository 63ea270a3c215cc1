#include "core/tensor.h"

namespace lobule {

std::string describe(const Shape& shape) {
  if (shape.empty()) return "a single value";
  std::string text;
  for (const std::int64_t extent : shape) text += (text.empty() ? "" : "×") + std::to_string(extent);
  return text;
}

}  // namespace lobule
