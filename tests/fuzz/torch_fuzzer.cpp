// Any bytes as a file of torch.save. Bytes that begin with "z" are a pickle, put into a sound zip beside a
// storage: its checksums would stop most changes before the pickle is read.

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "io/torch_checkpoint.h"
#include "support/torch_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.starts_with('z'))
    bytes = lobule::test::zip_of({{"a/data.pkl", bytes.substr(1)}, {"a/data/0", std::string(64, '\1')}});
  try {
    std::size_t values = 0;
    for (const auto& [name, tensor] : lobule::io::parse_torch_checkpoint(bytes, "fuzz")) {
      if (tensor.values.size() != lobule::value_count(tensor.shape)) __builtin_trap();
      values += tensor.values.size();
    }
    if (values > 4 * bytes.size()) __builtin_trap();
  } catch (const lobule::Error&) {
    // A refusal is a good answer.
  }
  return 0;
}
