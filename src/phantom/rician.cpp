// Rician noise over tens of millions of voxels: a counter-based generator and a Box–Muller transform in
// single precision that the compiler turns into vector instructions.

#include <algorithm>
#include <array>
#include <bit>

#include "core/parallel.h"
#include "core/random.h"
#include "phantom/scan.h"

namespace lobule::phantom {
namespace {

// The mixing function of SplitMix64 (Steele et al., OOPSLA 2014): neighbouring counters give unrelated words.
inline std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

// ln u for u in (0, 1], absolute error below 1e-6: exponent and a series in (m − 1)/(m + 1).
inline float natural_log(float u) {
  const auto bits = std::bit_cast<std::uint32_t>(u);
  const int exponent = static_cast<int>(bits >> 23) - 127;
  const float m = std::bit_cast<float>((bits & 0x7fffffu) | 0x3f800000u);  // 1 to 2
  const float s = (m - 1) / (m + 1), q = s * s;
  const float series =
      2 * s * (1 + q * (1 / 3.0f + q * (1 / 5.0f + q * (1 / 7.0f + q * (1 / 9.0f + q / 11)))));
  return static_cast<float>(exponent) * 0.69314718f + series;
}

// sin(2π t) for t in −1/4 … 1/4, Taylor: absolute error below 4e-6.
inline float sine_turns(float t) {
  const float x = 6.2831853f * t, q = x * x;
  return x * (1 + q * (-1 / 6.0f + q * (1 / 120.0f + q * (-1 / 5040.0f + q / 362880))));
}

// √x for x ≥ 0, relative error below 1e-6: Newton's steps on 1/√x. The library's sets errno, which keeps
// loops scalar.
inline float root(float x) {
  float y = std::bit_cast<float>(0x5f3759dfu - (std::bit_cast<std::uint32_t>(x) >> 1));
  for (int step = 0; step < 3; ++step) y *= 1.5f - 0.5f * x * y * y;
  return x * y;
}

constexpr std::size_t kBlock = 256;

// Complex standard normal values for counters from `index` on.
void fill_normals(std::uint64_t key, std::size_t index, std::array<float, kBlock>& real,
                  std::array<float, kBlock>& imaginary) {
  std::array<std::uint32_t, kBlock> a, b;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const std::uint64_t word = mixed(key + (index + i) * 0x9e3779b97f4a7c15ull);
    a[i] = static_cast<std::uint32_t>(word >> 40);        // 24 bits
    b[i] = static_cast<std::uint32_t>(word & 0xffffffu);  // 24 bits
  }
  for (std::size_t i = 0; i < kBlock; ++i) {
    const float u = (static_cast<float>(static_cast<std::int32_t>(a[i])) + 1) * 0x1.0p-24f;
    const float radius = root(std::max(0.0f, -2 * natural_log(u)));
    // A turn folded to a quarter on both sides of 0, with the cosine from the same point.
    const float turn = static_cast<float>(static_cast<std::int32_t>(b[i])) * 0x1.0p-24f - 0.5f;  // −1/2 … 1/2
    const float folded = turn > 0.25f ? 0.5f - turn : turn < -0.25f ? -0.5f - turn : turn;
    const float size = folded < 0 ? -folded : folded;
    const float cosine = sine_turns(0.25f - size);
    real[i] = radius * (turn != folded ? -cosine : cosine);
    imaginary[i] = radius * sine_turns(folded);
  }
}

}  // namespace

void add_rician_noise(Image<float>& image, double sigma, std::uint64_t seed, std::string_view purpose) {
  const auto words = RandomStream(seed, purpose).words(0);
  const std::uint64_t key = std::uint64_t{words[0]} << 32 | words[1];
  const auto deviation = static_cast<float>(sigma);
  parallel_for_ranges(image.voxels.size(), 64 * kBlock, [&](std::size_t begin, std::size_t end) {
    std::array<float, kBlock> real, imaginary;
    for (std::size_t start = begin; start < end; start += kBlock) {
      fill_normals(key, start, real, imaginary);
      const std::size_t count = std::min(kBlock, end - start);
      float* voxels = &image.voxels[start];
      for (std::size_t i = 0; i < count; ++i) {
        const float r = voxels[i] + deviation * real[i], s = deviation * imaginary[i];
        voxels[i] = root(r * r + s * s);
      }
    }
  });
}

}  // namespace lobule::phantom
