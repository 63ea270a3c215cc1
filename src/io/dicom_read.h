#pragma once
// Reads DICOM headers: fast (the first kilobytes of a file, no pixels) and safe (lengths are believed only
// as far as there are bytes, nesting is bounded, nothing recurses without limit).

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "io/dicom_dataset.h"

namespace lobule::io {

struct HeaderLimits {
  int deepest_nesting = 64;
  std::uint64_t largest_inflated_bytes = 1ull << 30;  // of deflated data sets, skipped values included
  std::uint64_t largest_element_bytes = 64ull << 10;  // larger values outside sequences are left out
};

// Where the pixels of an object lie in its file.
struct PixelLocation {
  Tag tag;  // {0, 0} when there are none
  std::array<char, 2> vr{'O', 'W'};
  bool big_endian = false;
  std::uint64_t offset = 0;  // of the value in the file, or in the inflated bytes where deflated
  std::uint64_t length = 0;  // 0xFFFFFFFF when encapsulated
  bool present() const { return tag.group != 0; }
};

struct DicomHeader {
  std::string transfer_syntax;  // UID; guessed and said in `notes` where there is no meta header
  DicomDataset dataset;         // without group 0002 and without pixels
  PixelLocation pixels;
  std::uint64_t file_bytes = 0;
  std::uint64_t dataset_offset = 0;  // where the data set begins in the file
  std::vector<std::string> notes;    // "no preamble; read as implicit little endian", …
};

// A file that is no DICOM object at all, where Error is one that is broken.
class NotDicom : public Error {
  using Error::Error;
};

// Reads the header of the file. Throws Error whose `what` says why it is refused: "the file is empty",
// "not DICOM (no DICM at byte 128, and the bytes do not begin a data set)", "the element (0010,0010) claims
// 4294967280 bytes, 312 are left", … `where` is `name`.
DicomHeader read_dicom_header(const std::filesystem::path& path, const std::string& name,
                              const HeaderLimits& limits = {});

// The same from bytes that hold a whole object.
DicomHeader read_dicom_header(std::span<const std::uint8_t> bytes, const std::string& name,
                              const HeaderLimits& limits = {});

}  // namespace lobule::io
