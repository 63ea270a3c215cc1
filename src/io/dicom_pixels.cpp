#include "io/dicom_pixels.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "core/parallel.h"
#include "core/text.h"
#include "io/byte_source.h"
#include "io/dicom_codecs.h"
#include "io/dicom_fragments.h"
#include "io/dicom_parser.h"
#include "io/dicom_tags.h"
#include "io/transfer_syntax.h"

namespace lobule::io {
namespace {

// An object whose pixels are being read: its bytes (inflated where the data set is deflated) and header.
struct Object {
  std::unique_ptr<ByteSource> file, inflated;
  const DicomHeader& header;
  const TransferSyntax& syntax;
  PixelFormat format;
  const std::string& name;

  ByteSource& bytes() const { return inflated ? *inflated : *file; }
};

Object open_object(std::unique_ptr<ByteSource> file, const DicomHeader& header, const std::string& name) {
  const TransferSyntax* syntax = find_transfer_syntax(header.transfer_syntax);
  if (syntax == nullptr) throw Error(name, "the transfer syntax " + header.transfer_syntax + " is unknown");
  Object object{std::move(file), nullptr, header, *syntax, pixel_format(header, name), name};
  if (syntax->deflated)
    object.inflated =
        make_inflate_source(*object.file, header.dataset_offset, HeaderLimits{}.largest_inflated_bytes, name);
  return object;
}

struct FrameRange {
  int first = 0, count = 0;
};

FrameRange frame_range(const Object& object, int first, int count) {
  const int frames = object.format.frames;
  if (count == -1) count = frames - std::min(frames, first);
  if (first < 0 || count < 1 || first >= frames || count > frames - first)
    throw Error(object.name, "frames " + std::to_string(first + 1) + " to " + std::to_string(first + count) +
                                 " are not among its " + std::to_string(frames));
  return {first, count};
}

bool is_422(const PixelFormat& format) {
  return format.samples_per_pixel == 3 && format.photometric.ends_with("_422");
}

// Bits that `frames` frames take where they are not compressed.
std::uint64_t native_bits(const PixelFormat& format, int frames) {
  const auto samples = static_cast<std::uint64_t>(is_422(format) ? 2 : format.samples_per_pixel);
  return static_cast<std::uint64_t>(format.rows) * static_cast<std::uint64_t>(format.columns) * samples *
         static_cast<std::uint64_t>(format.bits_allocated) * static_cast<std::uint64_t>(frames);
}

// Big-endian words of the value representation that the pixels have; frames of 8 bits may begin and end
// inside a word of OW, so the caller reads whole words.
void swap_words(std::array<char, 2> vr, const PixelFormat& format, Bytes& bytes) {
  const std::size_t size = vr[1] == 'B' && format.bits_allocated <= 8 ? 1
                           : vr[1] == 'F'                             ? 4
                           : vr[1] == 'D'                             ? 8
                                                                      : 2;
  for (std::size_t i = 0; size > 1 && i + size <= bytes.size(); i += size)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 bytes.begin() + static_cast<std::ptrdiff_t>(i + size));
}

// `count` bits of `bytes` from bit `first` on (bit 0 is the lowest of the first byte).
Bytes bits_from(const Bytes& bytes, std::size_t first, std::size_t count) {
  Bytes out((count + 7) / 8, 0);
  const std::size_t shift = first % 8;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t at = first / 8 + i;
    const unsigned low = bytes[at];
    const unsigned high = at + 1 < bytes.size() ? bytes[at + 1] : 0u;
    out[i] = static_cast<std::uint8_t>((low | high << 8) >> shift);
  }
  if (count % 8 != 0) out.back() &= static_cast<std::uint8_t>((1u << count % 8) - 1);
  return out;
}

// Y1 Y2 CB CR for two pixels of a row (PS3.3 C.7.6.3.1.2) to three samples a pixel.
Bytes upsampled_422(const Bytes& bytes) {
  Bytes out;
  out.reserve(bytes.size() / 2 * 3);
  for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4)
    out.insert(out.end(), {bytes[i], bytes[i + 2], bytes[i + 3], bytes[i + 1], bytes[i + 2], bytes[i + 3]});
  return out;
}

Bytes by_pixel(const Bytes& bytes, const PixelFormat& format, int frames) {
  const std::size_t frame = frame_bytes(format);
  Bytes out;
  out.reserve(bytes.size());
  for (int f = 0; f < frames; ++f) {
    const Bytes one =
        interleaved(ByteSpan(bytes).subspan(static_cast<std::size_t>(f) * frame, frame),
                    static_cast<std::size_t>(format.rows) * static_cast<std::size_t>(format.columns),
                    static_cast<std::size_t>(format.samples_per_pixel),
                    static_cast<std::size_t>(format.bits_allocated) / 8);
    out.insert(out.end(), one.begin(), one.end());
  }
  return out;
}

Bytes read_native(const Object& object, FrameRange range) {
  const PixelFormat& format = object.format;
  const PixelLocation& pixels = object.header.pixels;
  const std::uint64_t first_bit = native_bits(format, range.first), bits = native_bits(format, range.count);
  std::uint64_t begin = first_bit / 8;
  std::uint64_t end = (first_bit + bits + 7) / 8;
  if (pixels.big_endian) {
    begin -= begin % 8;
    end = std::min<std::uint64_t>(pixels.length, (end + 7) / 8 * 8);
  }
  Bytes bytes(end - begin);
  if (!object.bytes().copy(pixels.offset + begin, bytes))
    throw Error(object.name, "the pixels end too early", "the file is cut short", "Send the object again");
  if (pixels.big_endian) swap_words(pixels.vr, format, bytes);
  if (format.bits_allocated == 1)
    return bits_from(bytes, static_cast<std::size_t>(first_bit - begin * 8), static_cast<std::size_t>(bits));
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(first_bit / 8 - begin));
  bytes.resize(static_cast<std::size_t>(bits / 8));
  if (is_422(format)) return upsampled_422(bytes);
  const bool planes = format.samples_per_pixel > 1 &&
                      object.header.dataset.integer(tag::PlanarConfiguration).value_or(0) == 1;
  return planes ? by_pixel(bytes, format, range.count) : bytes;
}

Bytes decode_frame(ByteSpan stream, const PixelFormat& format, PixelCodec codec) {
  switch (codec) {
    case PixelCodec::rle: return decode_rle(stream, format);
    case PixelCodec::jpeg: return decode_jpeg(stream, format);
    case PixelCodec::jpeg_ls: return decode_jpeg_ls(stream, format);
    case PixelCodec::jpeg_2000: return decode_jpeg_2000(stream, format);
    case PixelCodec::deflated_frames: return inflate_frame(stream, format);
    default: {
      Bytes bytes(stream.begin(), stream.end());
      if (bytes.size() < frame_bytes(format)) throw CodecError("it holds too few bytes");
      bytes.resize(frame_bytes(format));
      return bytes;
    }
  }
}

// The frames' bits one after another, without the padding that each brings.
void append_bits(Bytes& out, std::size_t& bits, const Bytes& frame, std::size_t frame_bits) {
  for (std::size_t i = 0; i < frame_bits; ++i, ++bits)
    if ((frame[i / 8] >> i % 8 & 1) != 0) out[bits / 8] |= static_cast<std::uint8_t>(1 << bits % 8);
}

Bytes read_encapsulated(const Object& object, FrameRange range) {
  const PixelFormat& format = object.format;
  const auto map =
      map_fragments(object.bytes(), object.header.pixels, format.frames, object.syntax.codec, object.name);
  const std::size_t size = frame_bytes(format);
  const auto count = static_cast<std::size_t>(range.count);
  std::vector<Bytes> streams(count);
  for (std::size_t f = 0; f < count; ++f)
    for (const Fragment& fragment : map[static_cast<std::size_t>(range.first) + f]) {
      const std::size_t before = streams[f].size();
      streams[f].resize(before + fragment.length);
      object.bytes().copy(fragment.offset, std::span(streams[f]).subspan(before));
    }
  const std::size_t frame_bits = native_bits(format, 1);
  const bool packed = format.bits_allocated == 1;
  Bytes out(packed ? (frame_bits * count + 7) / 8 : size * count, 0);
  std::vector<Bytes> packed_frames(packed ? count : 0);
  parallel_for(count, [&](std::size_t f) {
    try {
      Bytes frame = decode_frame(streams[f], format, object.syntax.codec);
      Bytes().swap(streams[f]);
      if (packed)
        packed_frames[f] = std::move(frame);
      else
        std::memcpy(out.data() + f * size, frame.data(), size);
    } catch (const CodecError& error) {
      throw Error(object.name,
                  "frame " + std::to_string(static_cast<std::size_t>(range.first) + f + 1) + " of " +
                      std::to_string(format.frames) + " cannot be decoded",
                  error.what());
    }
  });
  std::size_t bits = 0;
  for (const Bytes& frame : packed_frames) append_bits(out, bits, frame, frame_bits);
  return out;
}

Bytes read_cells(const Object& object, FrameRange range) {
  const bool encapsulated = object.header.pixels.length == kUndefinedLength;
  if (object.syntax.codec == PixelCodec::unsupported)
    throw Error(object.name, "pixels in " + std::string(object.syntax.name) + " cannot be decoded",
                "there is no decoder for it in lobule");
  if (object.syntax.codec != PixelCodec::native && !encapsulated)
    throw Error(object.name, "the transfer syntax is " + std::string(object.syntax.name) +
                                 ", but the pixels are not encapsulated");
  return encapsulated ? read_encapsulated(object, range) : read_native(object, range);
}

template <class T>
void clean_cells(Bytes& bytes, const PixelFormat& format) {
  const int drop_low = format.high_bit + 1 - format.bits_stored;
  const int drop_high = static_cast<int>(sizeof(T)) * 8 - format.bits_stored;
  using Unsigned = std::make_unsigned_t<T>;
  for (std::size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
    Unsigned cell;
    std::memcpy(&cell, &bytes[i], sizeof cell);
    const auto raised = static_cast<Unsigned>(static_cast<Unsigned>(cell >> drop_low) << drop_high);
    const T value = static_cast<T>(static_cast<T>(raised) >> drop_high);
    std::memcpy(&bytes[i], &value, sizeof value);
  }
}

void clean(Bytes& bytes, const PixelFormat& format) {
  if (format.is_float || format.bits_stored == format.bits_allocated) return;
  switch (format.bits_allocated) {
    case 8:
      format.is_signed ? clean_cells<std::int8_t>(bytes, format) : clean_cells<std::uint8_t>(bytes, format);
      break;
    case 16:
      format.is_signed ? clean_cells<std::int16_t>(bytes, format) : clean_cells<std::uint16_t>(bytes, format);
      break;
    case 32:
      format.is_signed ? clean_cells<std::int32_t>(bytes, format) : clean_cells<std::uint32_t>(bytes, format);
      break;
    default:
      format.is_signed ? clean_cells<std::int64_t>(bytes, format) : clean_cells<std::uint64_t>(bytes, format);
  }
}

Bytes read_stored(const Object& object, int first, int count) {
  Bytes bytes = read_cells(object, frame_range(object, first, count));
  clean(bytes, object.format);
  return bytes;
}

template <class T>
std::vector<float> as_floats(const Bytes& bytes) {
  std::vector<float> values(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, &bytes[i * sizeof(T)], sizeof value);
    values[i] = static_cast<float>(value);
  }
  return values;
}

}  // namespace

std::vector<std::uint8_t> read_stored_pixels(const std::filesystem::path& path, const DicomHeader& header,
                                             const std::string& name, int first, int count) {
  return read_stored(open_object(open_file_source(path, name), header, name), first, count);
}

std::vector<std::uint8_t> read_stored_pixels(std::span<const std::uint8_t> bytes, const DicomHeader& header,
                                             const std::string& name, int first, int count) {
  return read_stored(open_object(make_span_source(bytes), header, name), first, count);
}

std::vector<std::uint8_t> read_pixel_cells(const std::filesystem::path& path, const DicomHeader& header,
                                           const std::string& name, int first, int count) {
  const Object object = open_object(open_file_source(path, name), header, name);
  return read_cells(object, frame_range(object, first, count));
}

std::vector<float> read_frames_as_float(const std::filesystem::path& path, const DicomHeader& header,
                                        const std::string& name, int first, int count) {
  const Object object = open_object(open_file_source(path, name), header, name);
  const PixelFormat& format = object.format;
  if (format.samples_per_pixel != 1)
    throw Error(name, "the pixels are colour (" + format.photometric + ") where one value a pixel is needed");
  const FrameRange range = frame_range(object, first, count);
  const Bytes bytes = read_stored(object, first, count);
  if (format.is_float)
    return format.bits_allocated == 32 ? as_floats<float>(bytes) : as_floats<double>(bytes);
  switch (format.bits_allocated) {
    case 1: {
      std::vector<float> values(static_cast<std::size_t>(native_bits(format, range.count)));
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(bytes[i / 8] >> i % 8 & 1);
      return values;
    }
    case 8: return format.is_signed ? as_floats<std::int8_t>(bytes) : as_floats<std::uint8_t>(bytes);
    case 16: return format.is_signed ? as_floats<std::int16_t>(bytes) : as_floats<std::uint16_t>(bytes);
    case 32: return format.is_signed ? as_floats<std::int32_t>(bytes) : as_floats<std::uint32_t>(bytes);
    default: return format.is_signed ? as_floats<std::int64_t>(bytes) : as_floats<std::uint64_t>(bytes);
  }
}

}  // namespace lobule::io
