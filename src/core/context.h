#pragma once
// What every long function receives: progress, cancellation, provenance and a cache of finished stages.
// The four parts are independent; a function that needs one takes that one.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/hash.h"

namespace lobule {

// Where a run stands. Stages may nest; fractions run from 0 to 1. Safe to call from several threads.
class Progress {
 public:
  struct State {
    std::string stage;        // "exam 1: register phase 3"
    double fraction = 0;      // of this stage
    double seconds = 0;       // spent in this stage
    double seconds_left = 0;  // linear estimate; 0 while unknown
    bool finished = false;
  };
  using Listener = std::function<void(const State&)>;

  Progress() = default;
  explicit Progress(Listener listener) : listener_(std::move(listener)) {}

  void begin(std::string stage);
  void update(double fraction);
  void finish();

 private:
  void tell(bool finished);

  Listener listener_;
  std::mutex mutex_;
  std::string stage_;
  double fraction_ = 0;
  std::chrono::steady_clock::time_point started_{};
};

// Set by Ctrl-C (see app/); long loops call check().
class Cancellation {
 public:
  void request() { requested_ = true; }
  bool requested() const { return requested_; }
  void check() const {
    if (requested_) throw Cancelled();
  }

 private:
  std::atomic<bool> requested_{false};
};

// How a result came about: everything that may differ between two runs with one result lives here.
struct StageRecord {
  std::string name;
  double seconds = 0;
  double peak_mib = 0;  // of the process, when the stage ended
  bool cached = false;
};

class Provenance {
 public:
  std::string version;                         // of lobule
  std::string command;                         // "analyze"
  std::map<std::string, std::string> options;  // name → value, as text
  std::map<std::string, std::string> inputs;   // what → SHA-256

  void add(StageRecord stage);
  std::vector<StageRecord> stages() const;

 private:
  mutable std::mutex mutex_;
  std::vector<StageRecord> stages_;
};

// Results of finished stages, kept as files under one folder, each written completely or not at all.
// Without a folder nothing is kept.
class StageCache {
 public:
  StageCache() = default;
  explicit StageCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::optional<std::string> load(std::string_view stage, const std::string& key) const;
  void store(std::string_view stage, const std::string& key, const std::string& bytes) const;
  // Removes all results of stages whose names begin so.
  void forget(std::string_view stage_prefix) const;
  std::uintmax_t size_bytes() const;

 private:
  std::filesystem::path file(std::string_view stage, const std::string& key) const;

  std::filesystem::path folder_;
};

struct Context {
  explicit Context(Progress::Listener listener = {}) : progress(std::move(listener)) {}

  Progress progress;
  Cancellation cancellation;
  Provenance provenance;
  StageCache cache;
};

// The largest resident size that this process has had, in MiB.
double peak_memory_mib();

// The version of lobule and of its stages' code; part of every cache key.
std::string_view version();

// Runs a named stage, or takes its result from the cache. `key_parts` name everything that the result
// depends on: hashes of inputs and the options that matter. The key also holds the stage's name and the
// version. The record goes to the provenance either way.
template <class Compute>
auto run_stage(Context& context, const std::string& name, const std::vector<std::string>& key_parts,
               const Compute& compute) -> decltype(compute()) {
  using Result = decltype(compute());
  context.cancellation.check();
  Sha256 hash;
  hash.add(version());
  hash.add(name);
  for (const std::string& part : key_parts) {
    hash.add(std::string_view("\n"));
    hash.add(part);
  }
  const std::string key = hash.hex();
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  context.progress.begin(name);
  if (const auto bytes = context.cache.load(name, key)) {
    try {
      Result result = from_bytes<Result>(*bytes);
      context.progress.finish();
      context.provenance.add({name, seconds(), peak_memory_mib(), true});
      return result;
    } catch (const std::out_of_range&) {
      // A damaged cache file counts as absent.
    }
  }
  Result result = compute();
  context.cache.store(name, key, to_bytes(result));
  context.progress.finish();
  context.provenance.add({name, seconds(), peak_memory_mib(), false});
  return result;
}

}  // namespace lobule
