#include "core/context.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

namespace lobule {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string file_stem(std::string_view stage) {
  std::string name;
  for (const char c : stage) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

}  // namespace

void Progress::begin(std::string stage) {
  const std::lock_guard lock(mutex_);
  stage_ = std::move(stage);
  fraction_ = 0;
  started_ = std::chrono::steady_clock::now();
  tell(false);
}

void Progress::update(double fraction) {
  const std::lock_guard lock(mutex_);
  fraction_ = fraction;
  tell(false);
}

void Progress::finish() {
  const std::lock_guard lock(mutex_);
  fraction_ = 1;
  tell(true);
}

void Progress::tell(bool finished) {
  if (!listener_) return;
  const double spent = seconds_since(started_);
  const double left = fraction_ > 0 ? spent * (1 - fraction_) / fraction_ : 0;
  listener_({stage_, fraction_, spent, left, finished});
}

void Provenance::add(StageRecord stage) {
  const std::lock_guard lock(mutex_);
  stages_.push_back(std::move(stage));
}

std::vector<StageRecord> Provenance::stages() const {
  const std::lock_guard lock(mutex_);
  return stages_;
}

std::filesystem::path StageCache::file(std::string_view stage, const std::string& key) const {
  return folder_ / (file_stem(stage) + "-" + key.substr(0, 32) + ".bin");
}

void StageCache::forget(std::string_view stage_prefix) const {
  std::error_code ignored;
  if (folder_.empty()) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored))
    if (entry.path().filename().string().starts_with(file_stem(stage_prefix)))
      std::filesystem::remove(entry.path(), ignored);
}

std::uintmax_t StageCache::size_bytes() const {
  std::error_code ignored;
  std::uintmax_t sum = 0;
  if (folder_.empty()) return sum;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored))
    if (entry.is_regular_file(ignored)) sum += entry.file_size(ignored);
  return sum;
}

std::optional<std::string> StageCache::load(std::string_view stage, const std::string& key) const {
  if (folder_.empty()) return std::nullopt;
  std::ifstream in(file(stage, key), std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return std::move(bytes).str();
}

void StageCache::store(std::string_view stage, const std::string& key, const std::string& bytes) const {
  if (folder_.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
  const std::filesystem::path target = file(stage, key);
  const std::filesystem::path partial = target.string() + ".partial";
  const int fd = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  std::size_t written = 0;
  bool good = fd >= 0;
  while (good && written < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + written, bytes.size() - written);
    good = n > 0;
    if (good) written += static_cast<std::size_t>(n);
  }
  const int reason = errno;
  if (fd >= 0) ::close(fd);
  if (good) good = std::rename(partial.c_str(), target.c_str()) == 0;
  if (!good) {
    std::filesystem::remove(partial, ignored);
    throw Error(folder_.string(),
                "the result of the stage \"" + std::string(stage) + "\" cannot be written (" +
                    std::to_string(bytes.size() >> 20) + " MiB)",
                std::strerror(reason), "Free space there, or choose another output folder with -o");
  }
}

double peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

std::string_view version() {
  return LOBULE_VERSION;
}

}  // namespace lobule
