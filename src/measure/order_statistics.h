#pragma once
// Values by their rank.

#include <algorithm>
#include <cstddef>
#include <vector>

namespace lobule::measure {

// The value that `share` (0 to 1) of the others do not exceed: that of rank share · (n − 1), rounded down, so
// that 0.5 is the (lower) median. At least one value, none of them NaN.
template <class Number>
double percentile(std::vector<Number> values, double share) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace lobule::measure
