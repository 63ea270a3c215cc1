#pragma once
// Numbers as weight files store them, little endian, to float.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/tensor.h"

namespace lobule::io {

enum class ElementType : std::uint8_t { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };

std::size_t element_size(ElementType type);

// The number of values of a shape; nothing where an extent is negative, there are more than 32 axes, or the
// product exceeds 2^48.
std::optional<std::uint64_t> checked_value_count(const Shape& shape);

// Converts `to.size()` numbers from `bytes`, `stride` numbers apart. The caller has checked that they are
// there. Returns false where a finite number is too large for a float.
[[nodiscard]] bool elements_to_float(ElementType type, const char* bytes, std::size_t stride,
                                     std::span<float> to);

}  // namespace lobule::io
