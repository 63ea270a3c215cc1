#pragma once
// Unpacks one archive into a folder of numbered files, believing nothing that it says about itself.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/error.h"
#include "io/inputs.h"

namespace lobule::io {

// Whether the name ends as an archive's does: .zip, .tar, .tar.gz, .tgz, .tar.xz, .txz.
bool is_archive_name(const std::string& name);

// Whether the file begins as a zip, gzip, xz or tar file does.
bool has_archive_signature(const std::filesystem::path& path);

// Unpacks the regular members of `archive` (known as `name`) into `folder`, which is emptied first, and
// adds them to `inputs` as "NAME:MEMBER". Members keep no path on disk, so none can lead anywhere; those
// that try (absolute, "..", links) are refused with a finding, as are archives within and encrypted
// members. `unpacked_bytes` and the member count go on from archive to archive. Throws Error when `folder`
// cannot be written.
void unpack_archive(const std::filesystem::path& archive, const std::string& name,
                    const std::filesystem::path& folder, const ArchiveLimits& limits,
                    const Cancellation& cancellation, std::uint64_t& unpacked_bytes, Inputs& inputs);

}  // namespace lobule::io
