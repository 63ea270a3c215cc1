#pragma once
// One compressed frame to its cells: little endian, colour interleaved by pixel, no colour conversion.

#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "io/dicom_pixels.h"

namespace lobule::io {

// Why a frame cannot be decoded; the caller adds which one.
class CodecError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

// The bytes of one decoded frame; 1-bit frames are rounded up to a whole byte.
std::size_t frame_bytes(const PixelFormat& format);

// Each returns frame_bytes(format) bytes or throws CodecError. None allocates more than a few times that:
// the size that the stream itself states is compared with the format first.
Bytes decode_rle(ByteSpan stream, const PixelFormat& format);
Bytes inflate_frame(ByteSpan stream, const PixelFormat& format);
Bytes decode_jpeg(ByteSpan stream, const PixelFormat& format);
Bytes decode_jpeg_ls(ByteSpan stream, const PixelFormat& format);
Bytes decode_jpeg_2000(ByteSpan stream, const PixelFormat& format);

// What the frame header of a JPEG stream states (ITU-T T.81 B.2.2). Throws CodecError when there is none.
struct JpegFrame {
  bool lossless = false;
  int precision = 0;  // bits a sample
  int rows = 0, columns = 0, samples = 0;
};
JpegFrame read_jpeg_frame_header(ByteSpan stream);

// Throws CodecError naming both sizes when a stream's own size is not the header's.
void check_stream_size(const PixelFormat& format, std::uint64_t rows, std::uint64_t columns,
                       std::uint64_t samples);

// Plane after plane to pixel after pixel; `cell` bytes a sample.
Bytes interleaved(ByteSpan planes, std::size_t pixels, std::size_t samples, std::size_t cell);

}  // namespace lobule::io
