#pragma once
// An xz file as a stream of its unpacked bytes, within a limit of memory. An xz header of a few bytes can ask
// for a dictionary of 4 GiB, and libarchive's own xz filter would grant it.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lobule::io {

// Whether the file begins as an xz file does.
bool has_xz_signature(const std::filesystem::path& path);

// The memory that an xz file of so many bytes may ask for: 200 times its size, and at least the 65 MiB that
// `xz -9` needs.
std::uint64_t xz_memory_limit(std::uint64_t packed_bytes);

class XzStream {
 public:
  XzStream(const std::filesystem::path& path, std::uint64_t memory_limit);
  ~XzStream();
  XzStream(const XzStream&) = delete;
  XzStream& operator=(const XzStream&) = delete;

  // The next bytes, valid until the next call; none at the end. After a problem none either, and `problem`
  // says it.
  std::span<const std::uint8_t> next();
  const std::string& problem() const { return problem_; }

 private:
  struct Decoder;
  bool fill();

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<std::uint8_t> packed_, unpacked_;
  std::string problem_;
  bool done_ = false;
};

}  // namespace lobule::io
