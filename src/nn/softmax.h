#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace lobule::nn {

// The probabilities that logits stand for: exp(x) over the sum of all, which is 1.
inline std::vector<double> softmax(const std::vector<float>& logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> p;
  double sum = 0;
  for (const float logit : logits) sum += p.emplace_back(std::exp(logit - largest));
  for (double& value : p) value /= sum;
  return p;
}

}  // namespace lobule::nn
