#pragma once
// The JSON header of a safetensors file, read without building a tree: memory grows with what is understood.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/tensor.h"
#include "io/tensor_elements.h"

namespace lobule::io {

struct SafetensorsEntry {
  ElementType type = ElementType::f32;
  Shape shape;
  std::uint64_t begin = 0, end = 0;  // bytes after the header
};

struct SafetensorsHeader {
  std::map<std::string, SafetensorsEntry> entries;
  std::map<std::string, std::string> metadata;
};

// Throws Error (where: `where`) when the text is no such header. Whether places and shapes agree is for the
// caller to check.
SafetensorsHeader parse_safetensors_header(std::string_view json, const std::string& where);

}  // namespace lobule::io
