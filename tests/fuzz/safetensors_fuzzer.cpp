// Any bytes as a safetensors file; what is read comes back from what is written of it.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/error.h"
#include "io/safetensors.h"

namespace {

// NaN is not equal to itself; its bits are.
bool same_bits(const lobule::Tensor& a, const lobule::Tensor& b) {
  return a.shape == b.shape && a.values.size() == b.values.size() &&
         (a.values.empty() ||
          std::memcmp(a.values.data(), b.values.data(), a.values.size() * sizeof(float)) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto first = lobule::io::parse_safetensors({reinterpret_cast<const char*>(data), size}, "fuzz");
    const std::string written =
        lobule::io::safetensors_bytes(first.tensors, {.metadata = first.metadata}, "fuzz");
    const auto second = lobule::io::parse_safetensors(written, "fuzz");
    if (first.metadata != second.metadata || first.tensors.size() != second.tensors.size()) __builtin_trap();
    for (const auto& [name, tensor] : first.tensors)
      if (!same_bits(tensor, second.tensors.at(name))) __builtin_trap();
  } catch (const lobule::Error&) {
    // A refusal is a good answer.
  }
  return 0;
}
