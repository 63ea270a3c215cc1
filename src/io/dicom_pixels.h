#pragma once
// Decodes the pixels of a DICOM object in any transfer syntax: uncompressed little and big endian,
// deflated, RLE, JPEG baseline, extended and lossless, JPEG-LS, JPEG 2000.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/dicom_read.h"

namespace lobule::io {

struct PixelFormat {
  int rows = 0, columns = 0, frames = 1, samples_per_pixel = 1;
  int bits_allocated = 0, bits_stored = 0, high_bit = 0;
  bool is_signed = false;
  bool is_float = false;  // Float or Double Float Pixel Data
  std::string photometric;
};

// An image whose decoded pixels take more than this is refused where its compressed bytes are fewer by more
// than the ratio: blank images compress very far, yet a few bytes must not claim gigabytes.
inline constexpr std::uint64_t kAlwaysAllowedPixelBytes = 64ull << 20;
inline constexpr std::uint64_t kLargestPixelRatio = 2000;

// The pixel format that a header states. Throws Error when it is missing, contradictory (BitsStored above
// BitsAllocated), zero, or larger than the bytes of the file could ever hold.
PixelFormat pixel_format(const DicomHeader& header, const std::string& name);

// Stored values of frames [first, first + count), zero-based: little endian, frame after frame, colour
// interleaved by pixel, no colour conversion (4:2:2 is brought to three samples a pixel), 8, 16, 32 or 64
// bits a sample (1 bit stays packed: one stream of bits that begins with the first frame's first pixel).
// Values lie at the low end of their cells; bits above them are cleared or sign-extended. count −1 means all
// the rest. Throws Error as read_dicom_header does.
std::vector<std::uint8_t> read_stored_pixels(const std::filesystem::path& path, const DicomHeader& header,
                                             const std::string& name, int first = 0, int count = -1);

// The same from the bytes of the whole object.
std::vector<std::uint8_t> read_stored_pixels(std::span<const std::uint8_t> bytes, const DicomHeader& header,
                                             const std::string& name, int first = 0, int count = -1);

// The same with cells as they are, bits outside of BitsStored untouched: what tells whether two encodings
// hold the same object.
std::vector<std::uint8_t> read_pixel_cells(const std::filesystem::path& path, const DicomHeader& header,
                                           const std::string& name, int first = 0, int count = -1);

// The same as numbers, stored value × slope + intercept not applied; one sample a pixel only.
std::vector<float> read_frames_as_float(const std::filesystem::path& path, const DicomHeader& header,
                                        const std::string& name, int first = 0, int count = -1);

}  // namespace lobule::io
