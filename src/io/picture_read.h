#pragma once
// Pictures as other programs leave them: PNG, JPEG, JPEG XL, TIFF, and PGM or PPM.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lobule::io {

struct PictureValues {
  int width = 0, height = 0, channels = 1;  // 1 grey, 3 RGB
  int largest = 255;                        // what stands for white
  std::vector<float> values;                // row by row from the top, channels interleaved
};

// So many bytes of a file tell what it is.
inline constexpr std::size_t kPictureStart = 132;

// Whether bytes begin as one of these formats does, and are no DICOM object.
bool is_picture(std::span<const std::uint8_t> bytes);

// PNG of every kind: palettes become RGB, fewer than 8 bits a sample become 8, transparency is left out and
// gamma is not applied, as PIL's convert("RGB") does. JPEG with 8 bits, grey or YCbCr (JFIF) or RGB (Adobe);
// what EXIF says of the orientation is not applied. PGM and PPM, as text or binary. JPEG XL in grey
// or colour, of up to 16 bits: more than 8 are stretched to 0 … 65535; of an animation the first picture.
// TIFF, the first of a file: grey of 8 or 16 bits as it is (where 0 is white, turned over), all else as RGB
// of 8 bits. Throws Error (where:
// `name`): damaged files, other formats, and those that claim more pixels than their bytes could hold.
PictureValues read_picture(std::span<const std::uint8_t> bytes, const std::string& name);

// The same of a file.
PictureValues read_picture(const std::filesystem::path& path);

// One value a pixel; of colours 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
std::vector<float> grey(const PictureValues& picture);

}  // namespace lobule::io
