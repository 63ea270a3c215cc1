#include "core/random.h"

#include <cmath>
#include <numbers>

namespace lobule {
namespace {

// FNV-1a, enough to keep purposes apart.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t h = 1469598103934665603ull;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return h;
}

double unit_interval(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = (std::uint64_t{high} << 32 | low) >> 11;
  return static_cast<double>(bits) * 0x1.0p-53;
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view purpose)
    : key_(seed), purpose_(hash_of(purpose)) {}

std::array<std::uint32_t, 4> RandomStream::words(std::uint64_t index) const {
  std::array<std::uint32_t, 4> counter = {
      static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
      static_cast<std::uint32_t>(purpose_), static_cast<std::uint32_t>(purpose_ >> 32)};
  std::uint32_t k0 = static_cast<std::uint32_t>(key_), k1 = static_cast<std::uint32_t>(key_ >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = 0xD2511F53ull * counter[0], p1 = 0xCD9E8D57ull * counter[2];
    counter = {static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ k0, static_cast<std::uint32_t>(p1),
               static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return counter;
}

double RandomStream::uniform(std::uint64_t index) const {
  const auto w = words(index);
  return unit_interval(w[0], w[1]);
}

double RandomStream::uniform(std::uint64_t index, double low, double high) const {
  return low + (high - low) * uniform(index);
}

std::array<double, 2> RandomStream::normal_pair(std::uint64_t index) const {
  const auto w = words(index);
  const double radius = std::sqrt(-2.0 * std::log1p(-unit_interval(w[0], w[1])));
  const double angle = 2.0 * std::numbers::pi * unit_interval(w[2], w[3]);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

}  // namespace lobule
