#include "nn/engine_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <string>

#include "core/error.h"

namespace lobule::nn {

Placement place(const std::vector<Lifetime>& lifetimes) {
  std::vector<std::size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lifetimes[a].bytes > lifetimes[b].bytes; });
  Placement result;
  result.offsets.resize(lifetimes.size());
  std::vector<std::size_t> placed;
  for (const std::size_t item : order) {
    const Lifetime& life = lifetimes[item];
    std::vector<std::pair<std::size_t, std::size_t>> taken;  // begin, end
    for (const std::size_t other : placed) {
      if (lifetimes[other].first <= life.last && life.first <= lifetimes[other].last)
        taken.emplace_back(result.offsets[other], result.offsets[other] + lifetimes[other].bytes);
    }
    std::sort(taken.begin(), taken.end());
    std::size_t at = 0;
    for (const auto& [begin, end] : taken) {
      if (at + life.bytes <= begin) break;
      at = std::max(at, (end + 63) / 64 * 64);
    }
    result.offsets[item] = at;
    result.bytes = std::max(result.bytes, at + life.bytes);
    placed.push_back(item);
  }
  return result;
}

Arena::~Arena() {
  std::free(data_);
}

void Arena::reserve(std::size_t bytes) {
  constexpr std::size_t kPage = std::size_t{1} << 12, kHugePage = std::size_t{1} << 21;
  if (bytes <= bytes_) return;
  std::free(data_);
  const std::size_t page = bytes < kHugePage ? kPage : kHugePage;
  bytes_ = (bytes + page - 1) / page * page;
  data_ = static_cast<std::byte*>(std::aligned_alloc(page, bytes_));
  if (data_ == nullptr) {
    bytes_ = 0;
    throw Error("network", "its intermediate images need " + std::to_string(bytes >> 20) + " MiB",
                "there is not so much memory", "Choose a smaller window");
  }
  if (page == kHugePage) madvise(data_, bytes_, MADV_HUGEPAGE);
}

}  // namespace lobule::nn
