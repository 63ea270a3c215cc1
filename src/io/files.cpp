#include "io/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "core/error.h"

namespace lobule::io {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPartial = ".partial";

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }
  bool close() {
    const bool good = fd_ < 0 || ::close(fd_) == 0;
    fd_ = -1;
    return good;
  }

 private:
  int fd_;
};

[[noreturn]] void throw_unreadable(const fs::path& path, int code) {
  throw Error(path.string(), "cannot be read", std::strerror(code));
}

[[noreturn]] void throw_unwritable(const fs::path& path, const std::string& reason) {
  throw Error(path.string(), "cannot be written", reason,
              "Free space there, or choose another place for results");
}

// An empty text, or the system's reason.
std::string write_all(const fs::path& path, std::string_view bytes) {
  Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.valid()) return std::strerror(errno);
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return std::strerror(written == 0 ? ENOSPC : errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return file.close() ? "" : std::strerror(errno);
}

void make_folder(const fs::path& folder) {
  std::error_code code;
  if (!folder.empty()) fs::create_directories(folder, code);
  if (code) throw_unwritable(folder, std::strerror(code.value()));
}

}  // namespace

std::string read_file(const fs::path& path) {
  Descriptor file(path, O_RDONLY);
  if (!file.valid()) throw_unreadable(path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_unreadable(path, errno);
  if (S_ISDIR(status.st_mode)) throw_unreadable(path, EISDIR);
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t filled = 0;
  while (true) {
    if (filled == bytes.size()) bytes.resize(bytes.size() + (S_ISREG(status.st_mode) ? 1 : 65536));
    const ssize_t n = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_unreadable(path, errno);
    if (n == 0) break;
    filled += static_cast<std::size_t>(n);
  }
  bytes.resize(filled);
  return bytes;
}

void write_file(const fs::path& path, std::string_view bytes) {
  make_folder(path.parent_path());
  const fs::path partial = path.string() + kPartial;
  std::string reason = write_all(partial, bytes);
  if (reason.empty() && ::rename(partial.c_str(), path.c_str()) != 0) reason = std::strerror(errno);
  if (reason.empty()) return;
  ::unlink(partial.c_str());
  throw_unwritable(path, reason);
}

void prepare_output_folder(const fs::path& folder) {
  make_folder(folder);
  const fs::path probe = folder / ".lobule-write-test";
  const std::string reason = write_all(probe, "x");
  ::unlink(probe.c_str());
  if (!reason.empty()) throw_unwritable(folder, reason);
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "lobule-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw_unwritable(pattern, std::strerror(errno));
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void remove_partial_files(const fs::path& folder) {
  std::error_code ignored;
  std::vector<fs::path> partial;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored))
    if (entry.path().extension() == kPartial) partial.push_back(entry.path());
  for (const fs::path& path : partial) fs::remove(path, ignored);
}

}  // namespace lobule::io
