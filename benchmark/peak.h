#pragma once
// What the processor can do at most, measured: the limit of rows that multiply.

namespace lobule::benchmark {

// 10^9 floating-point operations a second of fused multiply-adds of 32 bits on registers, in so many threads
// at once: the sum of each thread's best of `repeats` pieces of a millisecond.
double peak_gflops(int threads, int repeats);

}  // namespace lobule::benchmark
