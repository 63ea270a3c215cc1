#pragma once
// The files behind what a user names: folders (walked), DICOMDIR media, .zip, .tar, .tar.gz and .tar.xz
// archives (unpacked member by member into `scratch`), and plain files; a .nii.gz is one of these.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/error.h"

namespace lobule::io {

struct InputFile {
  std::filesystem::path path;  // where its bytes lie now
  std::string name;            // as the user would know it: "exam.tar.xz:s01/0001"
};

struct ArchiveLimits {
  std::uint64_t largest_total_bytes = 64ull << 30;
  double largest_ratio = 200;  // unpacked bytes per packed byte, judged beyond the first 64 MiB
  std::uint64_t largest_member_count = 2'000'000;
};

struct Inputs {
  std::vector<InputFile> files;  // sorted by name
  Findings findings;             // unreadable, empty, unsafe or bomb-like parts; the rest is there
};

// Lists every file under `roots`. Archives are unpacked below `scratch` (made when needed; members whose
// path climbs out are refused with a finding). Throws Error when a root does not exist.
Inputs collect_inputs(const std::vector<std::filesystem::path>& roots, const std::filesystem::path& scratch,
                      const ArchiveLimits& limits, const Cancellation& cancellation);

}  // namespace lobule::io
