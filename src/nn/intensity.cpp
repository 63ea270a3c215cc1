#include "nn/intensity.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace lobule::nn {
namespace {

std::vector<float> measured(std::span<const float> values) {
  std::vector<float> kept;
  kept.reserve(values.size());
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
               [](float v) { return !std::isnan(v); });
  return kept;
}

// Reorders the values.
double percentile_of(std::vector<float>& values, double percentile) {
  const double place = percentile / 100 * static_cast<double>(values.size() - 1);
  const auto low = values.begin() + static_cast<std::ptrdiff_t>(place);
  std::nth_element(values.begin(), low, values.end());
  const double share = place - std::floor(place);
  if (share == 0) return *low;
  return *low + share * (*std::min_element(low + 1, values.end()) - *low);
}

}  // namespace

IntensityScale percentile_scale(std::span<const float> values, double low_percentile,
                                double high_percentile) {
  std::vector<float> kept = measured(values);
  if (kept.empty()) return {};
  const double low = percentile_of(kept, low_percentile);
  const double high = percentile_of(kept, high_percentile);
  return {static_cast<float>(low), high > low ? static_cast<float>(1 / (high - low)) : 1.0F};
}

IntensityScale z_score_scale(std::span<const float> values) {
  const std::vector<float> kept = measured(values);
  if (kept.empty()) return {};
  double sum = 0, square = 0;
  for (const float v : kept) sum += v;
  const double mean = sum / static_cast<double>(kept.size());
  for (const float v : kept) square += (v - mean) * (v - mean);
  const double deviation = std::sqrt(square / static_cast<double>(kept.size()));
  return {static_cast<float>(mean), deviation > 0 ? static_cast<float>(1 / deviation) : 1.0F};
}

void zeros_to_missing(std::span<float> values) {
  for (float& value : values)
    if (value == 0) value = std::numeric_limits<float>::quiet_NaN();
}

}  // namespace lobule::nn
