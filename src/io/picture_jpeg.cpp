// JPEG pictures, by the decoder that DICOM's JPEG frames go through.

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "io/dicom_codecs.h"
#include "io/picture_formats.h"

namespace lobule::io {
namespace {

// The colour transform that an Adobe marker (APP14) states: 0 none (RGB), 1 YCbCr; −1 where there is no
// marker.
int adobe_transform(PictureBytes stream) {
  for (std::size_t i = 2; i + 16 <= stream.size() && stream[i] == 0xFF && stream[i + 1] != 0xDA;) {
    const std::size_t length = static_cast<std::size_t>(stream[i + 2] << 8 | stream[i + 3]);
    if (stream[i + 1] == 0xEE && length >= 14 && std::equal(&stream[i + 4], &stream[i + 9], "Adobe"))
      return stream[i + 15];
    i += 2 + std::max<std::size_t>(length, 2);
  }
  return -1;
}

// JFIF 1.02, "Colour space": full-range YCbCr of ITU-R BT.601, rounded to whole numbers.
void to_rgb(float* pixel) {
  const float y = pixel[0], blue = pixel[1] - 128, red = pixel[2] - 128;
  const auto whole = [](float value) { return std::clamp(std::floor(value + 0.5F), 0.0F, 255.0F); };
  pixel[0] = whole(y + 1.402F * red);
  pixel[1] = whole(y - 0.344136F * blue - 0.714136F * red);
  pixel[2] = whole(y + 1.772F * blue);
}

PictureValues decoded(PictureBytes bytes, const std::string& name) {
  const JpegFrame frame = read_jpeg_frame_header(bytes);
  if (frame.precision != 8 || (frame.samples != 1 && frame.samples != 3))
    throw Error(name,
                "it has " + std::to_string(frame.samples) + " channels of " +
                    std::to_string(frame.precision) + " bits",
                "JPEG is read in grey and in colour with 8 bits", "Convert it to PNG");
  const auto row_bytes =
      static_cast<std::uint64_t>(frame.columns) * static_cast<std::uint64_t>(frame.samples);
  check_picture_size(name, row_bytes, static_cast<std::uint64_t>(frame.rows), bytes.size());
  PixelFormat format;
  format.rows = frame.rows;
  format.columns = frame.columns;
  format.samples_per_pixel = frame.samples;
  format.bits_allocated = format.bits_stored = 8;
  format.high_bit = 7;
  format.photometric = frame.samples == 3 ? "YBR_FULL" : "MONOCHROME2";
  const Bytes data = decode_jpeg(bytes, format);
  PictureValues picture{frame.columns, frame.rows, frame.samples, 255, {data.begin(), data.end()}};
  if (frame.samples == 3 && adobe_transform(bytes) != 0) {
    for (std::size_t i = 0; i + 2 < picture.values.size(); i += 3) to_rgb(&picture.values[i]);
  }
  return picture;
}

}  // namespace

PictureValues read_jpeg_picture(PictureBytes bytes, const std::string& name) {
  try {
    return decoded(bytes, name);
  } catch (const CodecError& error) {
    throw Error(name, "it is a damaged JPEG", error.what());
  }
}

}  // namespace lobule::io
