#include "train/loader.h"

#include <utility>

namespace lobule::train {

BatchLoader::BatchLoader(std::shared_ptr<const learn::SampleSource> source, const LoaderOptions& options)
    : source_(std::move(source)),
      options_(options),
      to_make_(options.first_batch),
      to_give_(options.first_batch) {
  for (int i = 0; i < options.threads; ++i) threads_.emplace_back([this] { work(); });
}

BatchLoader::~BatchLoader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

learn::Sample BatchLoader::make(std::uint64_t batch) const {
  std::vector<learn::Sample> samples;
  for (int i = options_.share; i < options_.batch; i += options_.share_of)
    samples.push_back(
        source_->at(batch * static_cast<std::uint64_t>(options_.batch) + static_cast<std::uint64_t>(i)));
  return learn::batch_of(samples);
}

void BatchLoader::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || failure_ || to_make_ < to_give_ + options_.ahead; });
    if (stopping_ || failure_) return;
    const std::uint64_t batch = to_make_++;
    lock.unlock();
    learn::Sample sample;
    std::exception_ptr failure;
    try {
      sample = make(batch);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure)
      failure_ = failure;
    else
      made_.emplace(batch, std::move(sample));
    changed_.notify_all();
  }
}

learn::Sample BatchLoader::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failure_ || made_.contains(to_give_); });
  const auto found = made_.find(to_give_);
  if (found == made_.end()) std::rethrow_exception(failure_);
  learn::Sample sample = std::move(found->second);
  made_.erase(found);
  ++to_give_;
  changed_.notify_all();
  return sample;
}

}  // namespace lobule::train
