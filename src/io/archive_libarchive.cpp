#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/text.h"
#include "io/archive.h"
#include "io/xz_lzma.h"

namespace lobule::io {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFreeBytes = 64ull << 20;  // the ratio is judged beyond these
constexpr std::size_t kBlock = 128 << 10;

using Reader = std::unique_ptr<::archive, decltype(&archive_read_free)>;

std::string error_text(::archive* reader) {
  const char* text = archive_error_string(reader);
  return text != nullptr ? text : "unknown reason";
}

// Feeds the unpacked bytes of an xz file to libarchive.
la_ssize_t read_xz(::archive* reader, void* data, const void** bytes) {
  auto& xz = *static_cast<XzStream*>(data);
  const std::span<const std::uint8_t> block = xz.next();
  *bytes = block.data();
  if (!block.empty() || xz.problem().empty()) return static_cast<la_ssize_t>(block.size());
  archive_set_error(reader, EINVAL, "%s", xz.problem().c_str());
  return ARCHIVE_FATAL;
}

// How a member of a zip file is packed where that is one of the rarer ways, whose decoders allocate what the
// member's header asks for (up to 4 GiB for a few bytes); empty otherwise.
std::string unread_packing(::archive* reader) {
  if ((archive_format(reader) & ARCHIVE_FORMAT_BASE_MASK) != ARCHIVE_FORMAT_ZIP) return {};
  const std::string name = archive_format_name(reader);  // "ZIP 2.0 (deflation)"
  const std::size_t open = name.find('('), close = name.find(')', open);
  if (open == std::string::npos || close == std::string::npos) return {};
  const std::string packing = name.substr(open + 1, close - open - 1);
  const bool read = packing == "uncompressed" || packing == "deflation" || packing == "bzip";
  return read ? std::string() : packing;
}

std::string member_path(archive_entry* entry, std::uint64_t number) {
  if (const char* path = archive_entry_pathname(entry)) return path;
  if (const char* path = archive_entry_pathname_utf8(entry)) return path;
  return "member " + std::to_string(number);
}

// Why a path must not be followed; empty when it may.
std::string unsafe_path_reason(std::string path) {
  std::replace(path.begin(), path.end(), '\\', '/');
  if (path.empty()) return "its path is empty";
  if (path.front() == '/' || (path.size() > 1 && path[1] == ':')) return "its path is absolute";
  for (const std::string& part : split(path, '/'))
    if (part == "..") return "its path climbs out of the archive";
  return {};
}

class OutputFile {
 public:
  explicit OutputFile(fs::path path)
      : path_(std::move(path)), fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    if (fd_ < 0) fail();
  }
  ~OutputFile() {
    if (fd_ >= 0) ::close(fd_);
    if (!finished_) ::unlink(path_.c_str());
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(const char* bytes, std::size_t count) {
    while (count > 0) {
      const ssize_t n = ::write(fd_, bytes, count);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) fail();
      bytes += n;
      count -= static_cast<std::size_t>(n);
    }
  }
  void finish() { finished_ = true; }

 private:
  [[noreturn]] void fail() const {
    throw Error(path_.string(), "an archive cannot be unpacked", std::strerror(errno),
                "Free space there, or unpack it yourself");
  }

  fs::path path_;
  int fd_;
  bool finished_ = false;
};

class Unpacker {
 public:
  Unpacker(const fs::path& archive, const std::string& name, const fs::path& folder,
           const ArchiveLimits& limits, const Cancellation& cancellation, std::uint64_t& unpacked_bytes,
           Inputs& inputs)
      : name_(name),
        folder_(folder),
        limits_(limits),
        cancellation_(cancellation),
        unpacked_bytes_(unpacked_bytes),
        inputs_(inputs),
        reader_(archive_read_new(), &archive_read_free) {
    std::error_code code;
    packed_bytes_ = fs::file_size(archive, code);
    archive_read_support_filter_gzip(reader_.get());
    archive_read_support_format_tar(reader_.get());
    archive_read_support_format_zip(reader_.get());
    if (has_xz_signature(archive)) {
      xz_ = std::make_unique<XzStream>(archive, xz_memory_limit(packed_bytes_));
      opened_ = archive_read_open(reader_.get(), xz_.get(), nullptr, read_xz, nullptr) == ARCHIVE_OK;
    } else {
      opened_ = archive_read_open_filename(reader_.get(), archive.c_str(), kBlock) == ARCHIVE_OK;
    }
  }

  void run() {
    if (!opened_) return broken();
    archive_entry* entry = nullptr;
    while (true) {
      cancellation_.check();
      const int result = archive_read_next_header(reader_.get(), &entry);
      if (result == ARCHIVE_EOF) return;
      if (result < ARCHIVE_WARN) return broken();
      if (++members_ > limits_.largest_member_count)
        return bomb("it has more than " + std::to_string(limits_.largest_member_count) + " members");
      if (!take(entry)) return;
    }
  }

 private:
  void find(Severity severity, const std::string& where, const std::string& what, const std::string& why,
            const std::string& what_to_do = {}) {
    inputs_.findings.push_back({severity, where, what, why, what_to_do});
  }
  void broken() {
    find(Severity::error, name_, "the archive cannot be read on", error_text(reader_.get()),
         inputs_.files.empty() ? "" : "Members before this place are used");
  }
  void bomb(const std::string& what) {
    find(Severity::error, name_, what, "it was not unpacked further, to protect the disk",
         "Unpack it yourself if it is what you expect");
  }

  // False when the rest of the archive must not be read.
  bool take(archive_entry* entry) {
    const std::string path = member_path(entry, members_);
    const std::string where = name_ + ":" + (path.starts_with("./") ? path.substr(2) : path);
    const auto type = archive_entry_filetype(entry);
    if (type == AE_IFDIR) return true;
    const auto refuse = [&](Severity severity, const std::string& what, const std::string& why,
                            const std::string& what_to_do = {}) {
      find(severity, where, what, why, what_to_do);
      return true;
    };
    if (const std::string reason = unsafe_path_reason(path); !reason.empty())
      return refuse(Severity::error, reason, "the member was not unpacked");
    if (archive_entry_symlink(entry) != nullptr || archive_entry_hardlink(entry) != nullptr)
      return refuse(Severity::warning, "it is a link", "links in archives are not followed");
    if (type != AE_IFREG)
      return refuse(Severity::warning, "it is no regular file", "the member was not unpacked");
    if (archive_entry_is_encrypted(entry) != 0)
      return refuse(Severity::error, "it is encrypted", "the member was not unpacked", "Unpack it yourself");
    if (const std::string packing = unread_packing(reader_.get()); !packing.empty())
      return refuse(Severity::error, "it is packed as \"" + packing + "\", which is not read",
                    "the member was not unpacked", "Unpack it yourself");
    if (is_archive_name(path))
      return refuse(Severity::warning, "an archive inside an archive is not unpacked", "",
                    "Unpack it and name it as an input");
    return unpack(where);
  }

  bool unpack(const std::string& where) {
    char number[24];
    std::snprintf(number, sizeof number, "%07llu", static_cast<unsigned long long>(members_));
    OutputFile file(folder_ / number);
    std::array<char, kBlock> block;
    while (true) {
      cancellation_.check();
      const la_ssize_t n = archive_read_data(reader_.get(), block.data(), block.size());
      if (n == 0) break;
      if (n == ARCHIVE_RETRY) continue;
      if (n < 0) {
        find(Severity::error, where, "the member cannot be unpacked", error_text(reader_.get()));
        return n != ARCHIVE_FATAL;
      }
      here_bytes_ += static_cast<std::uint64_t>(n);
      unpacked_bytes_ += static_cast<std::uint64_t>(n);
      if (unpacked_bytes_ > limits_.largest_total_bytes) {
        bomb("its members take more than " + std::to_string(limits_.largest_total_bytes >> 20) + " MiB");
        return false;
      }
      if (here_bytes_ > kFreeBytes &&
          static_cast<double>(here_bytes_) > limits_.largest_ratio * static_cast<double>(packed_bytes_)) {
        bomb("its members take more than " + format_number(limits_.largest_ratio) + " times its own size");
        return false;
      }
      file.write(block.data(), static_cast<std::size_t>(n));
    }
    file.finish();
    inputs_.files.push_back({folder_ / number, where});
    return true;
  }

  const std::string& name_;
  const fs::path& folder_;
  const ArchiveLimits& limits_;
  const Cancellation& cancellation_;
  std::uint64_t& unpacked_bytes_;
  Inputs& inputs_;
  std::unique_ptr<XzStream> xz_;  // outlives the reader that reads from it
  Reader reader_;
  bool opened_ = false;
  std::uint64_t packed_bytes_ = 0, here_bytes_ = 0, members_ = 0;
};

}  // namespace

bool is_archive_name(const std::string& name) {
  const std::string small = lower(name);
  for (const char* end : {".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz"})
    if (small.ends_with(end)) return true;
  return false;
}

bool has_archive_signature(const fs::path& path) {
  std::array<char, 262> bytes{};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) return false;
  const std::size_t n = std::fread(bytes.data(), 1, bytes.size(), file.get());
  const std::string_view text(bytes.data(), n);
  return text.starts_with("PK\x03\x04") || text.starts_with("PK\x05\x06") || text.starts_with("\x1F\x8B") ||
         text.starts_with(
             "\xFD"
             "7zXZ") ||
         (n == bytes.size() && text.substr(257) == "ustar");
}

void unpack_archive(const fs::path& archive, const std::string& name, const fs::path& folder,
                    const ArchiveLimits& limits, const Cancellation& cancellation,
                    std::uint64_t& unpacked_bytes, Inputs& inputs) {
  std::error_code code;
  fs::remove_all(folder, code);
  fs::create_directories(folder, code);
  if (code) throw Error(folder.string(), "an archive cannot be unpacked", code.message());
  Unpacker(archive, name, folder, limits, cancellation, unpacked_bytes, inputs).run();
}

}  // namespace lobule::io
