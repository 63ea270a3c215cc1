#include "io/picture_read.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "io/files.h"
#include "io/picture_formats.h"

namespace lobule::io {
namespace {

using Reader = PictureValues (*)(PictureBytes, const std::string&);

struct Format {
  std::string_view start;
  Reader read;  // null: known, not read
  const char* name;
};

constexpr std::string_view kTiffLittle("II\x2A\0", 4), kTiffBig("MM\0\x2A", 4), kJxlBare("\xFF\x0A", 2),
    kJxlBoxed("\0\0\0\x0CJXL \r\n\x87\n", 12);

const std::array<Format, 13> kFormats{{{"\x89PNG\r\n\x1a\n", read_png_picture, "PNG"},
                                       {"\xFF\xD8\xFF", read_jpeg_picture, "JPEG"},
                                       {"P2", read_pnm_picture, "PGM"},
                                       {"P3", read_pnm_picture, "PPM"},
                                       {"P5", read_pnm_picture, "PGM"},
                                       {"P6", read_pnm_picture, "PPM"},
                                       {kTiffLittle, read_tiff_picture, "TIFF"},
                                       {kTiffBig, read_tiff_picture, "TIFF"},
                                       {kJxlBare, read_jxl_picture, "JPEG XL"},
                                       {kJxlBoxed, read_jxl_picture, "JPEG XL"},
                                       {"GIF8", nullptr, "GIF"},
                                       {"BM", nullptr, "BMP"},
                                       {"RIFF", nullptr, "WebP"}}};

const Format* format_of(PictureBytes bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  // DICOM objects may begin as a TIFF does (PS3.10, 7.1: the preamble).
  if (text.size() >= kPictureStart && text.substr(128, 4) == "DICM") return nullptr;
  const auto found = std::find_if(kFormats.begin(), kFormats.end(),
                                  [&](const Format& format) { return text.starts_with(format.start); });
  return found == kFormats.end() ? nullptr : &*found;
}

}  // namespace

void check_picture_size(const std::string& name, std::uint64_t row_bytes, std::uint64_t height,
                        std::size_t file_bytes) {
  constexpr std::uint64_t kAlwaysAllowed = 64ull << 20, kLargestRatio = 1100;
  const std::uint64_t allowed = std::max<std::uint64_t>(kAlwaysAllowed, file_bytes * kLargestRatio);
  if (height != 0 && row_bytes > allowed / height)
    throw Error(name, "it claims more pixels than its " + std::to_string(file_bytes) + " bytes could hold");
}

bool is_picture(std::span<const std::uint8_t> bytes) {
  const Format* format = format_of(bytes);
  return format != nullptr && format->read != nullptr;
}

PictureValues read_picture(std::span<const std::uint8_t> bytes, const std::string& name) {
  const Format* format = format_of(bytes);
  const std::string readable = "Convert it to PNG, JPEG, JPEG XL, TIFF, PGM or PPM";
  if (format == nullptr) throw Error(name, "it is no picture of a known format", "", readable);
  if (format->read == nullptr)
    throw Error(name, std::string("it looks like ") + format->name, "that format is not read", readable);
  return format->read(bytes, name);
}

PictureValues read_picture(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  return read_picture({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, path.string());
}

std::vector<float> grey(const PictureValues& picture) {
  if (picture.channels == 1) return picture.values;
  std::vector<float> values(picture.values.size() / static_cast<std::size_t>(picture.channels));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float* pixel = &picture.values[i * static_cast<std::size_t>(picture.channels)];
    values[i] = 0.299F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2];
  }
  return values;
}

}  // namespace lobule::io
