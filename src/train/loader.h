#pragma once
// Batches made ahead by threads of their own, and handed over in their order.

#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "learn/sample.h"

namespace lobule::train {

struct LoaderOptions {
  int batch = 8;
  std::uint64_t first_batch = 0;
  // This process takes every `share_of`-th sample of each batch, from `share` on; batches hold so many fewer.
  int share = 0, share_of = 1;
  int threads = 2;
  std::size_t ahead = 4;  // batches that may wait
};

// Batch b holds samples b · batch … of the source, so that what is learned from in which step is a function
// of the step alone.
class BatchLoader {
 public:
  BatchLoader(std::shared_ptr<const learn::SampleSource> source, const LoaderOptions& options);
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  // The next batch. Throws what making it threw.
  learn::Sample next();

 private:
  void work();
  learn::Sample make(std::uint64_t batch) const;

  std::shared_ptr<const learn::SampleSource> source_;
  LoaderOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, learn::Sample> made_;
  std::uint64_t to_make_, to_give_;
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace lobule::train
