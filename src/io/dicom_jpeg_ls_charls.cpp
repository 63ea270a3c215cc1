#include <charls/charls.h>

#include <string>

#include "io/dicom_codecs.h"

namespace lobule::io {
namespace {

// A stream that surely ends with a marker. Where the coded bits run out at a marker, CharLS 2.4.1 refuses at
// once; where they run out at the last byte, it takes seconds to (7.6 s for the 53 bytes of our test).
Bytes with_end_marker(ByteSpan stream) {
  Bytes bytes(stream.begin(), stream.end());
  bytes.insert(bytes.end(), {0xFF, 0xD9});
  return bytes;
}

}  // namespace

Bytes decode_jpeg_ls(ByteSpan stream, const PixelFormat& format) {
  try {
    charls::jpegls_decoder decoder;
    const Bytes ended = with_end_marker(stream);
    decoder.source(ended.data(), ended.size());
    decoder.read_header();
    const charls::frame_info& info = decoder.frame_info();
    check_stream_size(format, info.height, info.width, static_cast<std::uint64_t>(info.component_count));
    const int cell_bits = info.bits_per_sample <= 8 ? 8 : 16;
    if (cell_bits != format.bits_allocated)
      throw CodecError("its stream has " + std::to_string(info.bits_per_sample) +
                       " bits a sample, the header allocates " + std::to_string(format.bits_allocated));
    Bytes out(frame_bytes(format));
    if (decoder.destination_size() != out.size())
      throw CodecError("JPEG-LS: the decoded size is not the stated one");
    decoder.decode(out.data(), out.size());
    if (info.component_count > 1 && decoder.interleave_mode() == charls::interleave_mode::none)
      return interleaved(out, static_cast<std::size_t>(info.width) * info.height,
                         static_cast<std::size_t>(info.component_count),
                         static_cast<std::size_t>(cell_bits) / 8);
    return out;
  } catch (const charls::jpegls_error& error) {
    throw CodecError(std::string("JPEG-LS: ") + error.what());
  }
}

}  // namespace lobule::io
