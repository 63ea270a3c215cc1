// TIFF pictures through libtiff: the first of a file.

#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/error.h"
#include "io/picture_formats.h"

namespace lobule::io {
namespace {

// The file as libtiff reads it.
struct Source {
  PictureBytes bytes;
  toff_t at = 0;
  std::string problem = {};
};

tmsize_t read_bytes(thandle_t handle, void* to, tmsize_t count) {
  auto& source = *static_cast<Source*>(handle);
  const toff_t size = source.bytes.size(), from = std::min<toff_t>(source.at, size);
  const toff_t n = std::min<toff_t>(size - from, static_cast<toff_t>(count));
  std::memcpy(to, source.bytes.data() + from, n);
  source.at = from + n;
  return static_cast<tmsize_t>(n);
}

tmsize_t write_nothing(thandle_t, void*, tmsize_t) {
  return 0;
}

toff_t seek(thandle_t handle, toff_t to, int whence) {
  auto& source = *static_cast<Source*>(handle);
  source.at = whence == SEEK_SET ? to : whence == SEEK_CUR ? source.at + to : source.bytes.size() + to;
  return source.at;
}

int close_nothing(thandle_t) {
  return 0;
}

toff_t size_of(thandle_t handle) {
  return static_cast<Source*>(handle)->bytes.size();
}

int keep_problem(TIFF*, void* source, const char*, const char* format, va_list arguments) {
  std::array<char, 200> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  if (static_cast<Source*>(source)->problem.empty()) static_cast<Source*>(source)->problem = text.data();
  return 1;
}

int ignore_warning(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

struct Close {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using Reader = std::unique_ptr<TIFF, Close>;

Reader open(Source& source) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  if (options == nullptr) return nullptr;
  TIFFOpenOptionsSetErrorHandlerExtR(options, keep_problem, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options, ignore_warning, nullptr);
  // Without a memory map ("m"): every byte comes through read_bytes.
  Reader reader(TIFFClientOpenExt("picture", "rm", &source, read_bytes, write_nothing, seek, close_nothing,
                                  size_of, nullptr, nullptr, options));
  TIFFOpenOptionsFree(options);
  return reader;
}

std::uint16_t short_of(TIFF* tiff, ttag_t tag, std::uint16_t otherwise) {
  std::uint16_t value = otherwise;
  return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : otherwise;
}

// Copies part of a picture's rows to their places.
void place(PictureValues& picture, const std::vector<std::uint8_t>& data, bool wide, std::uint32_t left,
           std::uint32_t top, std::uint32_t columns, std::uint32_t rows) {
  const auto width = static_cast<std::uint32_t>(picture.width),
             height = static_cast<std::uint32_t>(picture.height);
  for (std::uint32_t y = 0; y < rows && top + y < height; ++y)
    for (std::uint32_t x = 0; x < columns && left + x < width; ++x) {
      const std::size_t from = static_cast<std::size_t>(y) * columns + x;
      std::uint16_t value = 0;
      if (wide)
        std::memcpy(&value, &data[2 * from], 2);  // in this machine's order, as libtiff leaves it
      else
        value = data[from];
      picture.values[static_cast<std::size_t>(top + y) * width + left + x] = value;
    }
}

bool read_grey(TIFF* tiff, PictureValues& picture, bool wide) {
  const auto width = static_cast<std::uint32_t>(picture.width),
             height = static_cast<std::uint32_t>(picture.height);
  if (TIFFIsTiled(tiff) == 0) {
    if (static_cast<std::uint64_t>(TIFFScanlineSize64(tiff)) != width * (wide ? 2ULL : 1ULL)) return false;
    std::vector<std::uint8_t> row(width * (wide ? 2U : 1U));
    for (std::uint32_t y = 0; y < height; ++y) {
      if (TIFFReadScanline(tiff, row.data(), y, 0) != 1) return false;
      place(picture, row, wide, 0, y, width, 1);
    }
    return true;
  }
  std::uint32_t columns = 0, rows = 0;
  TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &columns);
  TIFFGetField(tiff, TIFFTAG_TILELENGTH, &rows);
  const auto size = static_cast<std::uint64_t>(TIFFTileSize64(tiff));
  if (columns == 0 || rows == 0 || size != static_cast<std::uint64_t>(columns) * rows * (wide ? 2 : 1))
    return false;
  check_picture_size("a tile", size, 1, 0);
  std::vector<std::uint8_t> tile(size);
  for (std::uint32_t y = 0; y < height; y += rows)
    for (std::uint32_t x = 0; x < width; x += columns) {
      if (TIFFReadTile(tiff, tile.data(), x, y, 0, 0) < 0) return false;
      place(picture, tile, wide, x, y, columns, rows);
    }
  return true;
}

// Palettes, colours, fewer bits and odd orders of channels as libtiff itself shows them.
bool read_colours(TIFF* tiff, PictureValues& picture) {
  const std::size_t count =
      static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
  std::vector<std::uint32_t> pixels(count);
  if (TIFFReadRGBAImageOriented(tiff, static_cast<std::uint32_t>(picture.width),
                                static_cast<std::uint32_t>(picture.height), pixels.data(),
                                ORIENTATION_TOPLEFT, 1) != 1)
    return false;
  for (std::size_t i = 0; i < count; ++i) {
    picture.values[3 * i] = static_cast<float>(TIFFGetR(pixels[i]));
    picture.values[3 * i + 1] = static_cast<float>(TIFFGetG(pixels[i]));
    picture.values[3 * i + 2] = static_cast<float>(TIFFGetB(pixels[i]));
  }
  return true;
}

}  // namespace

PictureValues read_tiff_picture(PictureBytes bytes, const std::string& name) {
  Source source{bytes};
  const Reader reader = open(source);
  const auto refuse = [&] { return Error(name, "it is a damaged TIFF", source.problem); };
  if (!reader) throw refuse();
  TIFF* tiff = reader.get();
  std::uint32_t width = 0, height = 0;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  constexpr std::uint32_t kLargestExtent = 1 << 20;
  if (width == 0 || height == 0 || width > kLargestExtent || height > kLargestExtent) throw refuse();
  const int bits = short_of(tiff, TIFFTAG_BITSPERSAMPLE, 1),
            samples = short_of(tiff, TIFFTAG_SAMPLESPERPIXEL, 1),
            photometric = short_of(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK),
            kind = short_of(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  if (kind != SAMPLEFORMAT_UINT || bits > 16)
    throw Error(name, "its samples are of " + std::to_string(bits) + " bits or not whole numbers from 0",
                "TIFF is read with up to 16 bits a sample", "Convert it to PNG");
  const bool white_is_0 = photometric == PHOTOMETRIC_MINISWHITE;
  const bool grey =
      samples == 1 && (bits == 8 || bits == 16) && (white_is_0 || photometric == PHOTOMETRIC_MINISBLACK);
  PictureValues picture{
      static_cast<int>(width), static_cast<int>(height), grey ? 1 : 3, grey && bits == 16 ? 65535 : 255, {}};
  const std::uint64_t values =
      static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(picture.channels);
  check_picture_size(name, values * sizeof(float), height, bytes.size());
  picture.values.resize(values * height);
  if (!(grey ? read_grey(tiff, picture, bits == 16) : read_colours(tiff, picture))) throw refuse();
  if (grey && white_is_0)
    for (float& value : picture.values) value = static_cast<float>(picture.largest) - value;
  return picture;
}

}  // namespace lobule::io
