#pragma once
// Pictures for people: 8-bit RGB or grey PNG, in memory and as data URIs for self-contained pages.

#include <cstdint>
#include <string>
#include <vector>

namespace lobule::io {

struct Picture {
  int width = 0, height = 0, channels = 1;  // 1 grey, 3 RGB
  std::vector<std::uint8_t> pixels;         // row by row from the top, channels interleaved
};

// The bytes of a PNG file; the same picture gives the same bytes.
std::string encode_png(const Picture& picture);

// "data:image/png;base64,…".
std::string png_data_uri(const Picture& picture);

}  // namespace lobule::io
