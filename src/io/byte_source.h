#pragma once
// Bytes read from front to back through a window: a file by its first kilobytes and onwards, a span, or
// what a deflated stream inflates to. Values that nobody needs are passed over without being read.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace lobule::io {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // `count` bytes at `position`, valid until the next call, or null when the bytes end before. Positions
  // never go back behind the smallest position of the last call.
  const std::uint8_t* at(std::uint64_t position, std::size_t count) {
    if (position >= begin_ && position + count <= end_) return window_ + (position - begin_);
    return refill(position, count) ? window_ + (position - begin_) : nullptr;
  }

  // Whether all bytes before `position` exist. May pass over what lies before.
  virtual bool reaches(std::uint64_t position) = 0;
  // Copies what lies at `position` to `to`; false when there are fewer bytes.
  virtual bool copy(std::uint64_t position, std::span<std::uint8_t> to);
  // The number of bytes there are; exact once at() or reaches() has failed.
  virtual std::uint64_t size() const = 0;
  // Whether size() is known from the start.
  virtual bool size_is_known() const { return true; }

 protected:
  virtual bool refill(std::uint64_t position, std::size_t count) = 0;

  const std::uint8_t* window_ = nullptr;
  std::uint64_t begin_ = 0, end_ = 0;
};

// An open file. Throws Error (where = `name`) when it cannot be opened or read.
std::unique_ptr<ByteSource> open_file_source(const std::filesystem::path& path, const std::string& name);

std::unique_ptr<ByteSource> make_span_source(std::span<const std::uint8_t> bytes);

// What the raw deflate stream that begins at `offset` of `packed` inflates to. Throws Error (where =
// `name`) when the stream is broken or holds more than `largest_bytes`. `packed` must outlive it.
std::unique_ptr<ByteSource> make_inflate_source(ByteSource& packed, std::uint64_t offset,
                                                std::uint64_t largest_bytes, const std::string& name);

}  // namespace lobule::io
