#pragma once
// What a file is: its header in short and a hash of its pixels, or why it cannot be read. Names no patient.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/context.h"

namespace lobule::pipeline {

struct FileInfo {
  std::string file;
  bool refused = false;
  std::string reason;  // of the refusal
  // As far as the header could be read.
  std::optional<std::string> sop_class, modality, transfer_syntax, photometric;
  std::optional<int> rows, columns, frames, bits_allocated, bits_stored;
  std::optional<bool> is_signed;
  // SHA-256 of the pixel cells: little endian, frame after frame, colour interleaved by pixel, no colour
  // conversion, bits outside of BitsStored as they are. Nothing where there are no pixels.
  std::optional<std::string> pixel_sha256;
  std::vector<std::string> words;  // sentences for people, not refused files only
};

// One entry a file, in the order of `names`; folders, archives and DICOMDIRs give one a file inside them.
// Whatever cannot be read is an entry too.
std::vector<FileInfo> describe_files(const std::vector<std::string>& names, const Cancellation& cancellation);

// The list as JSON (docs/formats/info.md), and as lines for people.
std::string info_json(const std::vector<FileInfo>& files);
std::string info_text(const std::vector<FileInfo>& files);

}  // namespace lobule::pipeline
