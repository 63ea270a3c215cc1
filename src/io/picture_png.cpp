// PNG pictures through libpng.

#include <png.h>

#include <csetjmp>
#include <cstring>

#include "core/error.h"
#include "io/picture_formats.h"

namespace lobule::io {
namespace {

struct Source {
  PictureBytes bytes;
  std::size_t at = 0;
  std::string problem = {};
};

// libpng's errors jump back to where setjmp was called; no C++ object with a destructor may live in between.
[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  static_cast<Source*>(png_get_error_ptr(png))->problem = message;
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp png, png_bytep to, std::size_t count) {
  auto& source = *static_cast<Source*>(png_get_io_ptr(png));
  if (source.bytes.size() - source.at < count) png_error(png, "it ends too early");
  std::memcpy(to, source.bytes.data() + source.at, count);
  source.at += count;
}

struct Decoder {
  png_structp png = nullptr;
  png_infop info = nullptr;

  explicit Decoder(Source& source)
      : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, on_error, on_warning)),
        info(png ? png_create_info_struct(png) : nullptr) {
    if (info) png_set_read_fn(png, &source, read_bytes);
  }
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

// The header, and that rows shall come as grey or RGB with 8 or 16 bits. False on an error.
bool begin(png_structp png, png_infop info) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_read_info(png, info);
  png_set_expand(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  return true;
}

bool read_rows(png_structp png, png_bytepp rows) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_read_image(png, rows);
  return true;
}

}  // namespace

PictureValues read_png_picture(PictureBytes bytes, const std::string& name) {
  Source source{bytes};
  const Decoder decoder(source);
  if (decoder.info == nullptr) throw Error(name, "there is no memory to read it");
  const auto refuse = [&] { return Error(name, "it is a damaged PNG", source.problem); };
  if (!begin(decoder.png, decoder.info)) throw refuse();

  PictureValues picture;
  picture.width = static_cast<int>(png_get_image_width(decoder.png, decoder.info));
  picture.height = static_cast<int>(png_get_image_height(decoder.png, decoder.info));
  picture.channels = png_get_channels(decoder.png, decoder.info);
  const bool wide = png_get_bit_depth(decoder.png, decoder.info) == 16;
  picture.largest = wide ? 65535 : 255;
  const std::size_t row_bytes = png_get_rowbytes(decoder.png, decoder.info);
  check_picture_size(name, row_bytes, static_cast<std::uint64_t>(picture.height), bytes.size());

  const std::size_t height = static_cast<std::size_t>(picture.height);
  std::vector<png_byte> data(row_bytes * height);
  std::vector<png_bytep> rows(height);
  for (std::size_t y = 0; y < height; ++y) rows[y] = data.data() + y * row_bytes;
  if (!read_rows(decoder.png, rows.data())) throw refuse();

  picture.values.resize(data.size() / (wide ? 2 : 1));
  for (std::size_t i = 0; i < picture.values.size(); ++i)
    picture.values[i] =
        wide ? static_cast<float>(data[2 * i] << 8 | data[2 * i + 1]) : static_cast<float>(data[i]);
  return picture;
}

}  // namespace lobule::io
