#include "io/png.h"

#include <zlib.h>

#include <array>
#include <cstdlib>

#include "core/error.h"
#include "core/text.h"

namespace lobule::io {
namespace {

void append_big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

void append_chunk(std::string& out, std::string_view type, std::string_view data) {
  append_big_endian(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t checked_from = out.size();
  out += type;
  out += data;
  const auto crc =
      crc32_z(0, reinterpret_cast<const Bytef*>(out.data() + checked_from), out.size() - checked_from);
  append_big_endian(out, static_cast<std::uint32_t>(crc));
}

int paeth(int left, int up, int corner) {
  const int p = left + up - corner;
  const int a = std::abs(p - left), b = std::abs(p - up), c = std::abs(p - corner);
  return a <= b && a <= c ? left : (b <= c ? up : corner);
}

std::uint8_t predict(int filter, int left, int up, int corner) {
  switch (filter) {
    case 1: return static_cast<std::uint8_t>(left);
    case 2: return static_cast<std::uint8_t>(up);
    case 4: return static_cast<std::uint8_t>(paeth(left, up, corner));
    default: return 0;
  }
}

// Rows with their filter byte in front; for each row the filter with the smallest sum of absolute
// differences (the heuristic of the PNG specification, 12.8).
std::string filtered_rows(const Picture& picture) {
  const std::size_t width =
      static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
  const auto step = static_cast<std::size_t>(picture.channels);
  const std::vector<std::uint8_t> blank(width, 0);
  std::string out, best, trial(width, '\0');
  out.reserve((width + 1) * static_cast<std::size_t>(picture.height));
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* row = picture.pixels.data() + static_cast<std::size_t>(y) * width;
    const std::uint8_t* above = y == 0 ? blank.data() : row - width;
    long best_cost = -1;
    char best_filter = 0;
    for (const int filter : {0, 1, 2, 4}) {
      long cost = 0;
      for (std::size_t x = 0; x < width; ++x) {
        const int left = x < step ? 0 : row[x - step], corner = x < step ? 0 : above[x - step];
        const auto difference = static_cast<std::int8_t>(row[x] - predict(filter, left, above[x], corner));
        trial[x] = static_cast<char>(difference);
        cost += std::abs(static_cast<int>(difference));
      }
      if (best_cost < 0 || cost < best_cost) {
        best_cost = cost;
        best_filter = static_cast<char>(filter);
        best = trial;
      }
    }
    out += best_filter;
    out += best;
  }
  return out;
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
            bytes.size(), 6);
  out.resize(size);
  return out;
}

}  // namespace

std::string encode_png(const Picture& picture) {
  const bool sound = picture.width > 0 && picture.height > 0 &&
                     (picture.channels == 1 || picture.channels == 3) &&
                     picture.pixels.size() == static_cast<std::size_t>(picture.width) *
                                                  static_cast<std::size_t>(picture.height) *
                                                  static_cast<std::size_t>(picture.channels);
  if (!sound) throw Error("picture", "its pixels do not fill its width, height and channels");
  std::string header;
  append_big_endian(header, static_cast<std::uint32_t>(picture.width));
  append_big_endian(header, static_cast<std::uint32_t>(picture.height));
  header += {8, static_cast<char>(picture.channels == 3 ? 2 : 0), 0, 0, 0};
  std::string out = "\x89PNG\r\n\x1a\n";
  append_chunk(out, "IHDR", header);
  append_chunk(out, "IDAT", deflated(filtered_rows(picture)));
  append_chunk(out, "IEND", "");
  return out;
}

std::string png_data_uri(const Picture& picture) {
  return "data:image/png;base64," + base64(encode_png(picture));
}

}  // namespace lobule::io
