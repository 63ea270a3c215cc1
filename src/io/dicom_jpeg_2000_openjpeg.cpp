#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "io/dicom_codecs.h"

namespace lobule::io {
namespace {

struct Cursor {
  ByteSpan bytes;
  std::size_t position = 0;
};

OPJ_SIZE_T read_bytes(void* to, OPJ_SIZE_T count, void* user) {
  auto& cursor = *static_cast<Cursor*>(user);
  const std::size_t n = std::min<std::size_t>(count, cursor.bytes.size() - cursor.position);
  if (n == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(to, cursor.bytes.data() + cursor.position, n);
  cursor.position += n;
  return n;
}

OPJ_OFF_T skip_bytes(OPJ_OFF_T count, void* user) {
  auto& cursor = *static_cast<Cursor*>(user);
  const std::size_t left = cursor.bytes.size() - cursor.position;
  if (count < 0 || static_cast<std::uint64_t>(count) > left) return -1;
  cursor.position += static_cast<std::size_t>(count);
  return count;
}

OPJ_BOOL seek_bytes(OPJ_OFF_T position, void* user) {
  auto& cursor = *static_cast<Cursor*>(user);
  if (position < 0 || static_cast<std::uint64_t>(position) > cursor.bytes.size()) return OPJ_FALSE;
  cursor.position = static_cast<std::size_t>(position);
  return OPJ_TRUE;
}

void keep_message(const char* message, void* user) {
  auto& text = *static_cast<std::string*>(user);
  if (!text.empty()) return;
  text = message;
  while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.pop_back();
}

using Codec = std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)>;
using Stream = std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)>;
using OpjImage = std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)>;

Stream open_stream(Cursor& cursor) {
  Stream stream(opj_stream_create(
                    std::max<std::size_t>(64, std::min<std::size_t>(cursor.bytes.size(), 1 << 20)), OPJ_TRUE),
                &opj_stream_destroy);
  if (!stream) throw std::bad_alloc();
  opj_stream_set_user_data(stream.get(), &cursor, nullptr);
  opj_stream_set_user_data_length(stream.get(), cursor.bytes.size());
  opj_stream_set_read_function(stream.get(), &read_bytes);
  opj_stream_set_skip_function(stream.get(), &skip_bytes);
  opj_stream_set_seek_function(stream.get(), &seek_bytes);
  return stream;
}

void check_components(const opj_image_t& image, const PixelFormat& format) {
  if (image.x1 <= image.x0 || image.y1 <= image.y0) throw CodecError("JPEG 2000: the image is empty");
  check_stream_size(format, image.y1 - image.y0, image.x1 - image.x0, image.numcomps);
  for (OPJ_UINT32 c = 0; c < image.numcomps; ++c) {
    const opj_image_comp_t& component = image.comps[c];
    if (component.dx != 1 || component.dy != 1)
      throw CodecError("JPEG 2000: subsampled components are not supported");
    if (component.prec > static_cast<OPJ_UINT32>(format.bits_allocated) || component.prec == 0)
      throw CodecError("its stream has " + std::to_string(component.prec) +
                       " bits a sample, the header allocates " + std::to_string(format.bits_allocated));
  }
}

Bytes cells(const opj_image_t& image, const PixelFormat& format) {
  Bytes out(frame_bytes(format));
  const std::size_t pixels = static_cast<std::size_t>(format.rows) * static_cast<std::size_t>(format.columns);
  const std::size_t cell = static_cast<std::size_t>(format.bits_allocated) / 8;
  for (std::size_t c = 0; c < image.numcomps; ++c) {
    const opj_image_comp_t& component = image.comps[c];
    if (component.data == nullptr || component.w != static_cast<OPJ_UINT32>(format.columns) ||
        component.h != static_cast<OPJ_UINT32>(format.rows))
      throw CodecError("JPEG 2000: a component is missing");
    std::uint8_t* to = out.data() + c * cell;
    for (std::size_t p = 0; p < pixels; ++p, to += image.numcomps * cell)
      std::memcpy(to, &component.data[p], cell);
  }
  return out;
}

}  // namespace

Bytes decode_jpeg_2000(ByteSpan stream_bytes, const PixelFormat& format) {
  if (format.bits_allocated < 8 || format.bits_allocated > 32)
    throw CodecError("JPEG 2000: " + std::to_string(format.bits_allocated) +
                     " bits allocated are not supported");
  constexpr std::uint8_t kCodeStream[] = {0xFF, 0x4F, 0xFF, 0x51};
  const bool raw = stream_bytes.size() >= 4 && std::memcmp(stream_bytes.data(), kCodeStream, 4) == 0;
  const Codec codec(opj_create_decompress(raw ? OPJ_CODEC_J2K : OPJ_CODEC_JP2), &opj_destroy_codec);
  if (!codec) throw std::bad_alloc();
  std::string message;
  opj_set_error_handler(codec.get(), &keep_message, &message);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  parameters.flags |= OPJ_DPARAMETERS_IGNORE_PCLR_CMAP_CDEF_FLAG;
  if (opj_setup_decoder(codec.get(), &parameters) == OPJ_FALSE) throw CodecError("JPEG 2000: no decoder");
  Cursor cursor{stream_bytes};
  const Stream stream = open_stream(cursor);
  opj_image_t* pointer = nullptr;
  const bool has_header = opj_read_header(stream.get(), codec.get(), &pointer) != OPJ_FALSE;
  const OpjImage image(pointer, &opj_image_destroy);
  const auto fail = [&] {
    throw CodecError("JPEG 2000: " + (message.empty() ? "the stream is broken" : message));
  };
  if (!has_header || !image) fail();
  check_components(*image, format);
  if (opj_decode(codec.get(), stream.get(), image.get()) == OPJ_FALSE) fail();
  if (opj_end_decompress(codec.get(), stream.get()) == OPJ_FALSE) fail();
  if (!message.empty()) fail();  // OpenJPEG goes on behind some errors, with blank tiles
  return cells(*image, format);
}

}  // namespace lobule::io
