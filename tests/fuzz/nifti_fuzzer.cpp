// Any bytes as a NIfTI file.

#include <cstddef>
#include <cstdint>

#include "core/error.h"
#include "io/nifti.h"
#include "temporary_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const lobule::test::MemoryFile file(data, size);
  try {
    lobule::io::read_nifti(file.path());
  } catch (const lobule::Error&) {
    // A refusal is a good answer.
  }
  return 0;
}
