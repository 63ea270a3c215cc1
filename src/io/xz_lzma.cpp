#include "io/xz_lzma.h"

#include <lzma.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace lobule::io {
namespace {

constexpr std::size_t kBlock = 128 << 10;
constexpr std::uint64_t kMemoryRatio = 200;                // as an archive's unpacked bytes
constexpr std::uint64_t kSmallestMemoryLimit = 80u << 20;  // xz -9 needs 65 MiB, says xz(1)

std::string reason(lzma_ret result) {
  switch (result) {
    case LZMA_MEM_ERROR: return "there is not enough memory";
    case LZMA_MEMLIMIT_ERROR: return "it asks for more memory than a file of its size may have";
    case LZMA_FORMAT_ERROR:
    case LZMA_OPTIONS_ERROR: return "its xz header is not understood";
    case LZMA_BUF_ERROR: return "the file ends inside its xz stream";
    default: return "its xz stream is damaged";
  }
}

}  // namespace

struct XzStream::Decoder {
  lzma_stream stream = LZMA_STREAM_INIT;
  ~Decoder() { lzma_end(&stream); }
};

bool has_xz_signature(const std::filesystem::path& path) {
  constexpr std::array<char, 6> kMagic = {'\xFD', '7', 'z', 'X', 'Z', '\0'};
  std::array<char, 6> bytes{};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  return file && std::fread(bytes.data(), 1, bytes.size(), file.get()) == bytes.size() && bytes == kMagic;
}

std::uint64_t xz_memory_limit(std::uint64_t packed_bytes) {
  return std::max(kSmallestMemoryLimit, kMemoryRatio * packed_bytes);
}

XzStream::XzStream(const std::filesystem::path& path, std::uint64_t memory_limit)
    : file_(std::fopen(path.c_str(), "rb"), &std::fclose),
      decoder_(std::make_unique<Decoder>()),
      packed_(kBlock),
      unpacked_(kBlock) {
  if (!file_) {
    problem_ = std::strerror(errno);
    return;
  }
  const lzma_ret result = lzma_stream_decoder(&decoder_->stream, memory_limit, LZMA_CONCATENATED);
  if (result != LZMA_OK) problem_ = reason(result);
}

XzStream::~XzStream() = default;

// Reads more packed bytes; false when the file cannot be read.
bool XzStream::fill() {
  lzma_stream& stream = decoder_->stream;
  stream.next_in = packed_.data();
  stream.avail_in = std::fread(packed_.data(), 1, packed_.size(), file_.get());
  if (std::ferror(file_.get()) == 0) return true;
  problem_ = "the file cannot be read on";
  return false;
}

std::span<const std::uint8_t> XzStream::next() {
  if (done_ || !problem_.empty()) return {};
  lzma_stream& stream = decoder_->stream;
  stream.next_out = unpacked_.data();
  stream.avail_out = unpacked_.size();
  while (stream.avail_out > 0 && !done_) {
    if (stream.avail_in == 0 && !fill()) return {};
    const lzma_ret result = lzma_code(&stream, stream.avail_in == 0 ? LZMA_FINISH : LZMA_RUN);
    done_ = result == LZMA_STREAM_END;
    if (result != LZMA_OK && !done_) {
      problem_ = reason(result);
      break;  // what came before is still good
    }
  }
  return std::span(unpacked_).first(unpacked_.size() - stream.avail_out);
}

}  // namespace lobule::io
