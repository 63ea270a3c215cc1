#pragma once
// Random numbers that depend only on (seed, purpose, index), never on the order of calls or on threads.
// The generator is Philox 4x32-10 (Salmon et al., SC 2011, "Parallel random numbers: as easy as 1, 2, 3").

#include <array>
#include <cstdint>
#include <string_view>

namespace lobule {

class RandomStream {
 public:
  // `purpose` names what the numbers are for ("mri noise"); streams of different purposes are independent.
  RandomStream(std::uint64_t seed, std::string_view purpose);

  // Four independent uniform words for `index`.
  std::array<std::uint32_t, 4> words(std::uint64_t index) const;
  // Uniform in [0, 1).
  double uniform(std::uint64_t index) const;
  double uniform(std::uint64_t index, double low, double high) const;
  // Two independent standard normal values (Box–Muller).
  std::array<double, 2> normal_pair(std::uint64_t index) const;
  double normal(std::uint64_t index) const { return normal_pair(index)[0]; }

 private:
  std::uint64_t key_;
  std::uint64_t purpose_;
};

}  // namespace lobule
