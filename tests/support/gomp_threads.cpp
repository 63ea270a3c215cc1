// OpenMP for tests under ThreadSanitizer. GCC's libgomp waits by futexes that the sanitizer does not see, so
// that every loop of the engine would be reported. These are the functions that GCC's code and oneDNN call
// (libgomp's ABI, gcc/libgomp/libgomp_g.h), on std::thread with locks that the sanitizer knows: what it
// reports then is real. Linked into the tests of the tsan preset alone.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace {

struct Loop {
  long next = 0, end = 0, step = 1, chunk = 1;
};

// The threads that run one parallel region.
struct Team {
  explicit Team(int count) : threads(count) {}

  const int threads;
  std::mutex mutex;
  std::condition_variable arrived;
  int waiting = 0;
  long barrier = 0;
  std::deque<Loop> loops;  // those with a dynamic schedule, in the order in which each thread meets them

  void wait_for_all() {
    std::unique_lock lock(mutex);
    const long mine = barrier;
    if (++waiting == threads) {
      waiting = 0;
      ++barrier;
      arrived.notify_all();
    } else {
      arrived.wait(lock, [&] { return barrier != mine; });
    }
  }
};

thread_local Team* team = nullptr;
thread_local int place = 0;         // of this thread in the team
thread_local std::size_t loop = 0;  // how many dynamic loops it has met
thread_local int wanted = 0;        // threads of the next region; 0: all processors

int threads_of_next_region() {
  return wanted > 0 ? wanted : static_cast<int>(std::thread::hardware_concurrency());
}

void run_as(Team& members, int index, void (*body)(void*), void* data) {
  Team* const outer_team = team;
  const int outer_place = place;
  const std::size_t outer_loop = loop;
  team = &members;
  place = index;
  loop = 0;
  body(data);
  team = outer_team;
  place = outer_place;
  loop = outer_loop;
}

bool next_piece(long* begin, long* end) {
  const std::lock_guard lock(team->mutex);
  Loop& mine = team->loops[loop - 1];
  if (mine.step > 0 ? mine.next >= mine.end : mine.next <= mine.end) return false;
  *begin = mine.next;
  mine.next += mine.step * mine.chunk;
  if (mine.step > 0 ? mine.next > mine.end : mine.next < mine.end) mine.next = mine.end;
  *end = mine.next;
  return true;
}

}  // namespace

extern "C" {

void GOMP_parallel(void (*body)(void*), void* data, unsigned threads, unsigned /*flags*/) {
  // As libgomp by itself, a region within a region runs on one thread.
  const int count = team != nullptr ? 1 : threads > 0 ? static_cast<int>(threads) : threads_of_next_region();
  Team members(count);
  std::vector<std::jthread> helpers;
  for (int index = 1; index < count; ++index)
    helpers.emplace_back([&members, index, body, data] { run_as(members, index, body, data); });
  run_as(members, 0, body, data);
}

void GOMP_barrier() {
  if (team != nullptr) team->wait_for_all();
}

bool GOMP_loop_nonmonotonic_dynamic_start(long first, long last, long step, long chunk, long* begin,
                                          long* end) {
  {
    const std::lock_guard lock(team->mutex);
    if (team->loops.size() == loop) team->loops.push_back({first, last, step, chunk});
    ++loop;
  }
  return next_piece(begin, end);
}

bool GOMP_loop_nonmonotonic_dynamic_next(long* begin, long* end) {
  return next_piece(begin, end);
}

void GOMP_loop_end_nowait() {}

void GOMP_loop_end() {
  GOMP_barrier();
}

int omp_get_thread_num() {
  return place;
}

int omp_get_num_threads() {
  return team != nullptr ? team->threads : 1;
}

int omp_get_max_threads() {
  return threads_of_next_region();
}

int omp_in_parallel() {
  return team != nullptr && team->threads > 1 ? 1 : 0;
}

void omp_set_num_threads(int threads) {
  wanted = threads;
}

}  // extern "C"
