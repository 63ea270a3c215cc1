// Any bytes as an archive: unpacked below a folder, within small limits.

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "core/error.h"
#include "io/archive.h"
#include "io/files.h"
#include "temporary_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const lobule::io::TemporaryFolder scratch;
  const lobule::test::MemoryFile file(data, size);
  lobule::io::ArchiveLimits limits;
  limits.largest_total_bytes = 8 << 20;
  limits.largest_member_count = 100;
  const lobule::Cancellation never;
  std::uint64_t unpacked = 0;
  lobule::io::Inputs inputs;
  try {
    lobule::io::has_archive_signature(file.path());
    lobule::io::unpack_archive(file.path(), "fuzz", scratch.path() / "members", limits, never, unpacked,
                               inputs);
  } catch (const lobule::Error&) {
    // A refusal is a good answer.
  }
  // Nothing may lie outside of the members' folder.
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path()))
    if (entry.path().filename() != "members") __builtin_trap();
  return 0;
}
