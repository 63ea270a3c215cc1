#include "core/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace lobule {
namespace {

std::atomic<int> requested_threads{0};
thread_local bool inside_loop = false;

int available_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

int thread_count() {
  const int requested = requested_threads.load();
  return requested > 0 ? requested : available_processors();
}

void set_thread_count(int threads) {
  requested_threads = threads;
}

bool inside_parallel_loop() {
  return inside_loop;
}

void parallel_for_ranges(std::size_t count, std::size_t grain,
                         const std::function<void(std::size_t, std::size_t)>& body) {
  if (count == 0) return;
  grain = std::max<std::size_t>(1, grain);
  const std::size_t pieces = (count + grain - 1) / grain;
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto work = [&] {
    const bool was_inside = inside_loop;
    inside_loop = true;
    for (std::size_t piece = next++; piece < pieces; piece = next++) {
      try {
        body(piece * grain, std::min(count, (piece + 1) * grain));
      } catch (...) {
        const std::lock_guard lock(failure_mutex);
        if (!failure) failure = std::current_exception();
        next = pieces;
      }
    }
    inside_loop = was_inside;
  };
  const std::size_t helpers =
      inside_loop ? 0 : std::min<std::size_t>(static_cast<std::size_t>(thread_count()), pieces) - 1;
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < helpers; ++t) threads.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body) {
  parallel_for_ranges(count, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) body(i);
  });
}

}  // namespace lobule
