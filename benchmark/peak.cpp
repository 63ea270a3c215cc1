#include "peak.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace lobule::benchmark {
namespace {

// 12 sums that do not wait for one another, of 16 or 8 numbers. In assembly, since a compiler may keep them
// in memory, which is a third as fast.
#define LOBULE_FMA(width, n) "vfmadd231ps %%" width "15, %%" width "15, %%" width n "\n"

#define LOBULE_LOOP(width, clear) \
  asm volatile(clear " %%" width "15, %%" width "15, %%" width "15\n"                                      \
      "1:\n" LOBULE_FMA(width, "0") LOBULE_FMA(width, "1") LOBULE_FMA(width, "2") LOBULE_FMA(width, "3")   \
      LOBULE_FMA(width, "4") LOBULE_FMA(width, "5") LOBULE_FMA(width, "6") LOBULE_FMA(width, "7")          \
      LOBULE_FMA(width, "8") LOBULE_FMA(width, "9") LOBULE_FMA(width, "10") LOBULE_FMA(width, "11")        \
      "dec %0\n" "jnz 1b\n" "vzeroupper\n"                                                                 \
      : "+r"(turns)                                                                                        \
      :                                                                                                    \
      : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",    \
        "xmm15", "cc")

double pass_avx512(long turns) {
  LOBULE_LOOP("zmm", "vpxorq");
  return 12 * 16 * 2;
}

double pass_avx2(long turns) {
  LOBULE_LOOP("ymm", "vxorps");
  return 12 * 8 * 2;
}

double best_of_thread(int repeats) {
  using Clock = std::chrono::steady_clock;
  constexpr long kTurns = 500000;
  const bool wide = __builtin_cpu_supports("avx512f");
  double best = 0;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const auto start = Clock::now();
    const double operations = static_cast<double>(kTurns) * (wide ? pass_avx512(kTurns) : pass_avx2(kTurns));
    best = std::max(best, operations / std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best * 1e-9;
}

}  // namespace

double peak_gflops(int threads, int repeats) {
  std::vector<double> best(static_cast<std::size_t>(threads));
  {
    std::vector<std::jthread> pool;
    for (double& of_thread : best) pool.emplace_back([&] { of_thread = best_of_thread(repeats); });
  }
  double sum = 0;
  for (const double of_thread : best) sum += of_thread;
  return sum;
}

}  // namespace lobule::benchmark
