#pragma once
// Loops over independent pieces, spread over the processors. Results never depend on the number of
// threads: each piece writes only its own output, and reductions combine pieces in their order.

#include <cstddef>
#include <functional>
#include <vector>

namespace lobule {

// The number of threads that parallel loops use: the processors this process may run on, at most the
// value last passed to set_thread_count (0 restores the default).
int thread_count();
void set_thread_count(int threads);

// Whether the caller runs inside a body of the loops below, where further loops run in one thread.
bool inside_parallel_loop();

// Calls body(begin, end) on disjoint pieces that cover [0, count). Pieces are at most `grain` long and are
// taken by idle threads. The first exception thrown by a piece is thrown again here after all have ended.
// A call from inside a body runs in the calling thread.
void parallel_for_ranges(std::size_t count, std::size_t grain,
                         const std::function<void(std::size_t, std::size_t)>& body);

// Calls body(i) for i in [0, count); for pieces of work that are long by themselves (a slice, a file).
void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body);

// The sum of term(begin, end) over fixed pieces of `grain`, added in their order.
template <class Value, class Term>
Value parallel_sum(std::size_t count, std::size_t grain, Value zero, const Term& term) {
  const std::size_t pieces = (count + grain - 1) / grain;
  std::vector<Value> partial(pieces, zero);
  parallel_for(pieces, [&](std::size_t piece) {
    const std::size_t begin = piece * grain;
    partial[piece] = term(begin, begin + grain < count ? begin + grain : count);
  });
  for (const Value& value : partial) zero += value;
  return zero;
}

}  // namespace lobule
