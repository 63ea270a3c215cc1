#include "io/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/parallel.h"

namespace lobule::io {
namespace {

constexpr std::size_t kPiece = 1 << 20;  // compressed alone: costs well under 1 % in size

// Higher levels gain a few percent on noisy float images and cost several times the time.
constexpr int kLevel = 3;

// A piece of a raw deflate stream. All but the last end on a byte (Z_SYNC_FLUSH), so that they join.
std::string deflate_piece(std::span<const std::uint8_t> bytes, bool last) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw Error("gzip", "cannot start compression");
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())) + 16, '\0');
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, last ? Z_FINISH : Z_SYNC_FLUSH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

void put_little_endian(std::string& out, std::uint64_t value) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(value >> 8 * i & 0xFF));
}

}  // namespace

std::string gzip(std::span<const std::uint8_t> bytes) {
  const std::size_t count = std::max<std::size_t>(1, (bytes.size() + kPiece - 1) / kPiece);
  std::vector<std::string> pieces(count);
  std::vector<uLong> sums(count);
  const auto part = [&](std::size_t i) {
    return bytes.subspan(i * kPiece, std::min(kPiece, bytes.size() - i * kPiece));
  };
  parallel_for(count, [&](std::size_t i) {
    pieces[i] = deflate_piece(part(i), i + 1 == count);
    sums[i] = crc32(0, part(i).data(), static_cast<uInt>(part(i).size()));
  });
  // Magic, deflate, no flags, no time, no extra flags, unknown system.
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  uLong sum = crc32(0, nullptr, 0);
  for (std::size_t i = 0; i < count; ++i) {
    out += pieces[i];
    sum = crc32_combine(sum, sums[i], static_cast<z_off_t>(part(i).size()));
  }
  put_little_endian(out, sum);
  put_little_endian(out, bytes.size());
  return out;
}

bool is_gzip(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

std::vector<std::uint8_t> gunzip(std::span<const std::uint8_t> packed, std::uint64_t most,
                                 const std::string& name) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw Error(name, "cannot start decompression");
  std::vector<std::uint8_t> out;
  std::vector<std::uint8_t> buffer(64 << 10);
  int state = Z_OK;
  std::size_t position = 0;
  while (state == Z_OK && out.size() < most) {
    if (stream.avail_in == 0) {
      const std::size_t next = std::min<std::size_t>(packed.size() - position, 1u << 30);
      stream.next_in = const_cast<Bytef*>(packed.data() + position);
      stream.avail_in = static_cast<uInt>(next);
      position += next;
    }
    stream.next_out = buffer.data();
    stream.avail_out = static_cast<uInt>(std::min<std::uint64_t>(buffer.size(), most - out.size()));
    const uInt room = stream.avail_out;
    state = inflate(&stream, Z_NO_FLUSH);
    out.insert(out.end(), buffer.data(), buffer.data() + (room - stream.avail_out));
    if (state == Z_STREAM_END && (stream.avail_in != 0 || position < packed.size()) && out.size() < most)
      state = inflateReset(&stream);  // several members in a row count as one stream
  }
  inflateEnd(&stream);
  // Z_BUF_ERROR: the file ends inside the stream; the caller sees too few bytes and says how many.
  if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
    throw Error(name, "the gzip stream is damaged after " + std::to_string(out.size()) + " bytes");
  return out;
}

}  // namespace lobule::io
