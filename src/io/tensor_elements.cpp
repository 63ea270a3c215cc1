#include "io/tensor_elements.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/small_float.h"

namespace lobule::io {
namespace {

static_assert(std::endian::native == std::endian::little, "weight files are little endian");

template <class Stored, class Convert>
void convert_all(const char* bytes, std::size_t stride, std::span<float> to, const Convert& convert) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes + i * stride * sizeof stored, sizeof stored);
    to[i] = convert(stored);
  }
}

template <class Stored>
void cast_all(const char* bytes, std::size_t stride, std::span<float> to) {
  convert_all<Stored>(bytes, stride, to, [](Stored value) { return static_cast<float>(value); });
}

bool doubles_to_float(const char* bytes, std::size_t stride, std::span<float> to) {
  bool fits = true;
  convert_all<double>(bytes, stride, to, [&](double value) {
    if (std::isfinite(value) && std::abs(value) > std::numeric_limits<float>::max()) {
      fits = false;
      return std::numeric_limits<float>::infinity();
    }
    return static_cast<float>(value);
  });
  return fits;
}

}  // namespace

std::size_t element_size(ElementType type) {
  switch (type) {
    case ElementType::f64:
    case ElementType::i64: return 8;
    case ElementType::f32:
    case ElementType::i32: return 4;
    case ElementType::f16:
    case ElementType::bf16:
    case ElementType::i16: return 2;
    case ElementType::i8:
    case ElementType::u8:
    case ElementType::boolean: return 1;
  }
  return 1;
}

std::optional<std::uint64_t> checked_value_count(const Shape& shape) {
  constexpr std::uint64_t kMost = 1ULL << 48;
  if (shape.size() > 32) return std::nullopt;
  // A zero makes the whole zero, but the other extents have to make sense as well.
  std::uint64_t product = 1;
  bool empty = false;
  for (const std::int64_t extent : shape) {
    if (extent < 0) return std::nullopt;
    if (extent == 0) {
      empty = true;
      continue;
    }
    if (static_cast<std::uint64_t>(extent) > kMost / product) return std::nullopt;
    product *= static_cast<std::uint64_t>(extent);
  }
  return empty ? 0 : product;
}

bool elements_to_float(ElementType type, const char* bytes, std::size_t stride, std::span<float> to) {
  switch (type) {
    case ElementType::f64: return doubles_to_float(bytes, stride, to);
    case ElementType::f32: cast_all<float>(bytes, stride, to); break;
    case ElementType::f16: convert_all<std::uint16_t>(bytes, stride, to, half_to_float); break;
    case ElementType::bf16: convert_all<std::uint16_t>(bytes, stride, to, bfloat16_to_float); break;
    case ElementType::i64: cast_all<std::int64_t>(bytes, stride, to); break;
    case ElementType::i32: cast_all<std::int32_t>(bytes, stride, to); break;
    case ElementType::i16: cast_all<std::int16_t>(bytes, stride, to); break;
    case ElementType::i8: cast_all<std::int8_t>(bytes, stride, to); break;
    case ElementType::u8: cast_all<std::uint8_t>(bytes, stride, to); break;
    case ElementType::boolean:
      convert_all<std::uint8_t>(bytes, stride, to,
                                [](std::uint8_t value) { return value != 0 ? 1.0F : 0.0F; });
      break;
  }
  return true;
}

}  // namespace lobule::io
