#pragma once
// Weights as safetensors files (https://huggingface.co/docs/safetensors, "Format"): 8 bytes that say how long
// the header is, a header in JSON (name → type, shape, place), and the numbers, little endian.
// docs/formats/models.md states what is read, written and refused.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/tensor.h"

namespace lobule::io {

// How numbers are stored.
enum class WeightPrecision { f32, f16, bf16 };

struct SafetensorsOptions {
  WeightPrecision precision = WeightPrecision::f32;
  std::map<std::string, std::string> metadata = {};
};

struct Safetensors {
  TensorMap tensors;
  std::map<std::string, std::string> metadata;
};

// Numbers of every type become float. Throws Error (where: the path) when the file is damaged, contradicts
// itself, or holds what a float cannot. Memory stays below 16 bytes for each byte of the file.
TensorMap read_safetensors(const std::filesystem::path& path);

// The same from the bytes of a file known as `where`, with what the file says of itself.
Safetensors parse_safetensors(std::string_view bytes, const std::string& where);

// Names in order, the header padded so that numbers begin at a multiple of 8; the same tensors give the same
// bytes. Throws Error that names the tensor when a finite value exceeds what the precision holds, when a
// shape and its values disagree, or when a name is not UTF-8; and when the file cannot be written.
void write_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                       const SafetensorsOptions& options = {});

// The bytes of that file; `where` is for errors.
std::string safetensors_bytes(const TensorMap& tensors, const SafetensorsOptions& options,
                              const std::string& where);

}  // namespace lobule::io
