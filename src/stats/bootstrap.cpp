#include "stats/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/random.h"

namespace lobule::stats {
namespace {

// By linear interpolation between ranks; `values` is sorted.
double quantile(const std::vector<double>& values, double share) {
  const double rank = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (rank - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace

std::vector<std::vector<double>> bootstrap_samples(std::size_t count, std::size_t repetitions,
                                                   std::uint64_t seed, const Statistics& statistics) {
  const RandomStream random(seed, "bootstrap");
  std::vector<std::vector<double>> samples(repetitions);
  parallel_for(repetitions, [&](std::size_t r) {
    std::vector<std::size_t> cases(count);
    for (std::size_t i = 0; i < count; ++i)
      cases[i] = static_cast<std::size_t>(random.uniform(r * count + i) * static_cast<double>(count));
    samples[r] = statistics(cases);
  });
  return samples;
}

std::vector<std::optional<Interval>> percentile_intervals(const std::vector<std::vector<double>>& samples) {
  std::vector<std::optional<Interval>> intervals(samples.empty() ? 0 : samples.front().size());
  for (std::size_t k = 0; k < intervals.size(); ++k) {
    std::vector<double> values;
    for (const std::vector<double>& one : samples)
      if (std::isfinite(one[k])) values.push_back(one[k]);
    if (2 * values.size() < samples.size() || values.empty()) continue;
    std::sort(values.begin(), values.end());
    intervals[k] = Interval{quantile(values, 0.025), quantile(values, 0.975)};
  }
  return intervals;
}

}  // namespace lobule::stats
