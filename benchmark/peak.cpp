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

double pass_avx512(long turns) {
  asm volatile(
      "vpxorq %%zmm15, %%zmm15, %%zmm15\n"
      "1:\n" LOBULE_FMA("zmm", "0") LOBULE_FMA("zmm", "1") LOBULE_FMA("zmm", "2") LOBULE_FMA("zmm", "3")
          LOBULE_FMA("zmm", "4") LOBULE_FMA("zmm", "5") LOBULE_FMA("zmm", "6") LOBULE_FMA("zmm", "7")
              LOBULE_FMA("zmm", "8") LOBULE_FMA("zmm", "9") LOBULE_FMA("zmm", "10") LOBULE_FMA("zmm", "11")
      "dec %0\n"
      "jnz 1b\n"
      "vzeroupper\n"
      : "+r"(turns)
      :
      : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm15",
        "cc");
  return 12 * 16 * 2;
}

double pass_avx2(long turns) {
  asm volatile(
      "vxorps %%ymm15, %%ymm15, %%ymm15\n"
      "1:\n" LOBULE_FMA("ymm", "0") LOBULE_FMA("ymm", "1") LOBULE_FMA("ymm", "2") LOBULE_FMA("ymm", "3")
          LOBULE_FMA("ymm", "4") LOBULE_FMA("ymm", "5") LOBULE_FMA("ymm", "6") LOBULE_FMA("ymm", "7")
              LOBULE_FMA("ymm", "8") LOBULE_FMA("ymm", "9") LOBULE_FMA("ymm", "10") LOBULE_FMA("ymm", "11")
      "dec %0\n"
      "jnz 1b\n"
      "vzeroupper\n"
      : "+r"(turns)
      :
      : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm15",
        "cc");
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
