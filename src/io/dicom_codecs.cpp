#include "io/dicom_codecs.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "io/dicom_parser.h"

namespace lobule::io {
namespace {

// PackBits (PS3.5 annex G.3) until `out` is full.
void unpack_segment(ByteSpan in, std::span<std::uint8_t> out) {
  std::size_t from = 0, to = 0;
  while (to < out.size() && from < in.size()) {
    const auto code = static_cast<std::int8_t>(in[from++]);
    if (code == -128) continue;
    if (code >= 0) {
      const std::size_t n = std::min({static_cast<std::size_t>(code) + 1, in.size() - from, out.size() - to});
      std::copy_n(in.begin() + static_cast<std::ptrdiff_t>(from), n,
                  out.begin() + static_cast<std::ptrdiff_t>(to));
      from += n;
      to += n;
    } else if (from < in.size()) {
      const std::size_t n = std::min(static_cast<std::size_t>(1 - code), out.size() - to);
      std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(to), n, in[from++]);
      to += n;
    }
  }
  if (to < out.size())
    throw CodecError("an RLE segment holds " + std::to_string(to) + " of " + std::to_string(out.size()) +
                     " bytes");
}

struct Segments {
  std::size_t count = 0;
  std::array<std::size_t, 16> offsets{};  // one more than count: the end
};

Segments read_segments(ByteSpan stream) {
  constexpr std::size_t kHeader = 64;
  if (stream.size() < kHeader) throw CodecError("the RLE header is cut short");
  Segments segments;
  segments.count = read_u32(stream.data(), false);
  if (segments.count == 0 || segments.count > 15)
    throw CodecError("the RLE header states " + std::to_string(segments.count) + " segments");
  for (std::size_t i = 0; i < segments.count; ++i) {
    segments.offsets[i] = read_u32(stream.data() + 4 + 4 * i, false);
    const std::size_t least = i == 0 ? kHeader : segments.offsets[i - 1];
    if (segments.offsets[i] < least || segments.offsets[i] > stream.size())
      throw CodecError("RLE segment " + std::to_string(i + 1) + " begins at byte " +
                       std::to_string(segments.offsets[i]) + " of " + std::to_string(stream.size()));
  }
  segments.offsets[segments.count] = stream.size();
  return segments;
}

}  // namespace

std::size_t frame_bytes(const PixelFormat& format) {
  const std::size_t samples = static_cast<std::size_t>(format.rows) *
                              static_cast<std::size_t>(format.columns) *
                              static_cast<std::size_t>(format.samples_per_pixel);
  return (samples * static_cast<std::size_t>(format.bits_allocated) + 7) / 8;
}

void check_stream_size(const PixelFormat& format, std::uint64_t rows, std::uint64_t columns,
                       std::uint64_t samples) {
  if (rows == static_cast<std::uint64_t>(format.rows) &&
      columns == static_cast<std::uint64_t>(format.columns) &&
      samples == static_cast<std::uint64_t>(format.samples_per_pixel))
    return;
  const auto size = [](auto r, auto c, auto s) {
    return std::to_string(r) + "×" + std::to_string(c) + " with " + std::to_string(s) + " samples a pixel";
  };
  throw CodecError("its stream is " + size(rows, columns, samples) + ", the header says " +
                   size(format.rows, format.columns, format.samples_per_pixel));
}

Bytes interleaved(ByteSpan planes, std::size_t pixels, std::size_t samples, std::size_t cell) {
  Bytes out(pixels * samples * cell);
  for (std::size_t s = 0; s < samples; ++s)
    for (std::size_t p = 0; p < pixels; ++p)
      std::memcpy(&out[(p * samples + s) * cell], &planes[(s * pixels + p) * cell], cell);
  return out;
}

Bytes decode_rle(ByteSpan stream, const PixelFormat& format) {
  const Segments segments = read_segments(stream);
  const std::size_t cell =
      format.bits_allocated == 1 ? 1 : static_cast<std::size_t>(format.bits_allocated) / 8;
  const auto samples = static_cast<std::size_t>(format.samples_per_pixel);
  if (segments.count != samples * cell)
    throw CodecError("the RLE header states " + std::to_string(segments.count) +
                     " segments, its pixels need " + std::to_string(samples * cell));
  Bytes out(frame_bytes(format));
  const std::size_t plane_bytes = out.size() / segments.count;
  Bytes plane(plane_bytes);
  for (std::size_t s = 0; s < segments.count; ++s) {
    unpack_segment(stream.subspan(segments.offsets[s], segments.offsets[s + 1] - segments.offsets[s]), plane);
    // The first segment of a sample holds its most significant bytes.
    const std::size_t place = s / cell * cell + (cell - 1 - s % cell);
    for (std::size_t p = 0; p < plane_bytes; ++p) out[p * segments.count + place] = plane[p];
  }
  return out;
}

Bytes inflate_frame(ByteSpan stream, const PixelFormat& format) {
  Bytes out(frame_bytes(format));
  z_stream z{};
  if (inflateInit2(&z, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  z.next_in = const_cast<Bytef*>(stream.data());  // zlib's signature; it does not write there
  z.avail_in = static_cast<uInt>(stream.size());
  z.next_out = out.data();
  z.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&z, Z_FINISH);
  const std::size_t left = z.avail_out;
  inflateEnd(&z);
  if (left != 0)
    throw CodecError(result == Z_DATA_ERROR
                         ? "its deflated stream is broken"
                         : "its deflated stream holds " + std::to_string(out.size() - left) + " of " +
                               std::to_string(out.size()) + " bytes");
  return out;
}

}  // namespace lobule::io
