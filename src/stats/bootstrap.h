#pragma once
// Percentile intervals by drawing cases again (Efron and Tibshirani 1993, chapter 13).

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace lobule::stats {

struct Interval {
  double low = 0, high = 0;
};

// The values of `statistics` (each call gives as many) on `repetitions` samples of `count` cases drawn with
// replacement. The same for any number of threads; `statistics` is called from several of them.
using Statistics = std::function<std::vector<double>(std::span<const std::size_t> cases)>;
std::vector<std::vector<double>> bootstrap_samples(std::size_t count, std::size_t repetitions,
                                                   std::uint64_t seed, const Statistics& statistics);

// Of each value from its 2.5th to its 97.5th percentile over the samples. Those that are NaN are left out;
// nothing where fewer than half of the samples had one.
std::vector<std::optional<Interval>> percentile_intervals(const std::vector<std::vector<double>>& samples);

}  // namespace lobule::stats
