#include "io/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/error.h"

namespace lobule::io {
namespace {

// Most headers end within the first block; longer ones are read in larger steps.
constexpr std::size_t kFirstBlock = 16 << 10;
constexpr std::size_t kNextBlock = 128 << 10;

class FileSource final : public ByteSource {
 public:
  FileSource(const std::filesystem::path& path, const std::string& name)
      : name_(name), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat status {};
    if (fd_ < 0 || ::fstat(fd_, &status) != 0) fail();
    if (S_ISDIR(status.st_mode)) {
      errno = EISDIR;
      fail();
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~FileSource() override {
    if (fd_ >= 0) ::close(fd_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  bool reaches(std::uint64_t position) override { return position <= size_; }
  std::uint64_t size() const override { return size_; }
  bool copy(std::uint64_t position, std::span<std::uint8_t> to) override {
    return position <= size_ && to.size() <= size_ - position && read_at(position, to) == to.size();
  }

 protected:
  bool refill(std::uint64_t position, std::size_t count) override {
    if (position > size_ || count > size_ - position) return false;
    const std::size_t block = end_ == 0 ? kFirstBlock : kNextBlock;
    const std::size_t wanted =
        std::max(count, static_cast<std::size_t>(std::min<std::uint64_t>(block, size_ - position)));
    if (buffer().size() < wanted) buffer().resize(wanted);
    const std::size_t filled = read_at(position, std::span(buffer()).first(wanted));
    window_ = buffer().data();
    begin_ = position;
    end_ = position + filled;
    return filled >= count;
  }

 private:
  // One buffer a thread: files are read one after another, so that no memory is asked for a file.
  static std::vector<std::uint8_t>& buffer() {
    thread_local std::vector<std::uint8_t> bytes(kFirstBlock);
    return bytes;
  }

  std::size_t read_at(std::uint64_t position, std::span<std::uint8_t> to) {
    std::size_t filled = 0;
    while (filled < to.size()) {
      const ssize_t n =
          ::pread(fd_, to.data() + filled, to.size() - filled, static_cast<off_t>(position + filled));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail();
      if (n == 0) break;
      filled += static_cast<std::size_t>(n);
    }
    return filled;
  }

  [[noreturn]] void fail() {
    const int code = errno;
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    throw Error(name_, "cannot be read", std::strerror(code));
  }

  const std::string& name_;
  int fd_;
  std::uint64_t size_ = 0;
};

class SpanSource final : public ByteSource {
 public:
  explicit SpanSource(std::span<const std::uint8_t> bytes) {
    window_ = bytes.data();
    end_ = bytes.size();
  }
  bool reaches(std::uint64_t position) override { return position <= end_; }
  std::uint64_t size() const override { return end_; }

 protected:
  bool refill(std::uint64_t, std::size_t) override { return false; }
};

class InflateSource final : public ByteSource {
 public:
  InflateSource(ByteSource& packed, std::uint64_t offset, std::uint64_t largest, const std::string& name)
      : packed_(packed), packed_position_(offset), largest_(largest), name_(name) {
    if (inflateInit2(&stream_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~InflateSource() override { inflateEnd(&stream_); }
  InflateSource(const InflateSource&) = delete;
  InflateSource& operator=(const InflateSource&) = delete;

  bool reaches(std::uint64_t position) override {
    while (end_ < position && more(end_)) {
    }
    return position <= end_;
  }
  std::uint64_t size() const override { return end_; }
  bool size_is_known() const override { return false; }

 protected:
  bool refill(std::uint64_t position, std::size_t count) override {
    while (end_ < position + count)
      if (!more(std::min(position, end_))) return false;
    return true;
  }

 private:
  // Inflates one more block behind the window, which keeps what lies at or behind `keep_from`.
  bool more(std::uint64_t keep_from) {
    if (finished_) return false;
    const std::size_t kept = static_cast<std::size_t>(end_ - keep_from);
    if (kept != 0) std::memmove(buffer_.data(), buffer_.data() + (keep_from - begin_), kept);
    buffer_.resize(kept + kFirstBlock);
    stream_.next_out = buffer_.data() + kept;
    stream_.avail_out = kFirstBlock;
    while (stream_.avail_out == kFirstBlock && !finished_) inflate_some();
    begin_ = keep_from;
    end_ = keep_from + kept + (kFirstBlock - stream_.avail_out);
    window_ = buffer_.data();
    if (end_ > largest_)
      throw Error(name_, "the deflated data set holds more than " + std::to_string(largest_) + " bytes",
                  "it would fill the memory; the file is refused");
    return end_ > keep_from + kept;
  }

  void inflate_some() {
    if (stream_.avail_in == 0) {
      const std::uint64_t left = packed_.size() - std::min(packed_.size(), packed_position_);
      const auto block = static_cast<std::size_t>(std::min<std::uint64_t>(kFirstBlock, left));
      const std::uint8_t* bytes = block == 0 ? nullptr : packed_.at(packed_position_, block);
      if (bytes == nullptr) {
        finished_ = true;
        return;
      }
      packed_position_ += block;
      stream_.next_in = const_cast<Bytef*>(bytes);  // zlib's signature; it does not write there
      stream_.avail_in = static_cast<uInt>(block);
    }
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) finished_ = true;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      throw Error(name_, "the deflated data set is broken",
                  stream_.msg != nullptr ? stream_.msg : "zlib cannot inflate it");
  }

  ByteSource& packed_;
  std::uint64_t packed_position_;
  std::uint64_t largest_;
  const std::string& name_;
  z_stream stream_{};
  bool finished_ = false;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace

bool ByteSource::copy(std::uint64_t position, std::span<std::uint8_t> to) {
  for (std::size_t done = 0; done < to.size();) {
    const std::size_t block = std::min(kFirstBlock, to.size() - done);
    const std::uint8_t* bytes = at(position + done, block);
    if (bytes == nullptr) return false;
    std::memcpy(to.data() + done, bytes, block);
    done += block;
  }
  return true;
}

std::unique_ptr<ByteSource> open_file_source(const std::filesystem::path& path, const std::string& name) {
  return std::make_unique<FileSource>(path, name);
}

std::unique_ptr<ByteSource> make_span_source(std::span<const std::uint8_t> bytes) {
  return std::make_unique<SpanSource>(bytes);
}

std::unique_ptr<ByteSource> make_inflate_source(ByteSource& packed, std::uint64_t offset,
                                                std::uint64_t largest_bytes, const std::string& name) {
  return std::make_unique<InflateSource>(packed, offset, largest_bytes, name);
}

}  // namespace lobule::io
