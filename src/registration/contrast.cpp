#include "registration/contrast.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "registration/box_sums.h"
#include "registration/tuning.h"

namespace lobule::registration {

std::vector<std::uint8_t> appeared_structure(const Index3& size, std::span<const float> fixed,
                                             std::span<const float> moving,
                                             std::span<const std::uint8_t> centres) {
  const std::size_t count = fixed.size();
  std::array<std::vector<float>, 5> s;  // sums of 1, F, M, FF, MM
  for (auto& field : s) field.assign(count, 0.0f);
  for (std::size_t v = 0; v < count; ++v) {
    const float f = fixed[v], m = moving[v];
    if (std::isnan(f) || std::isnan(m)) continue;
    s[0][v] = 1;
    s[1][v] = f;
    s[2][v] = m;
    s[3][v] = f * f;
    s[4][v] = m * m;
  }
  box_sums(s, size, kWindowRadius);
  std::vector<float> ratio(count, 0.0f), judged;
  for (std::size_t v = 0; v < count; ++v) {
    const float n = s[0][v];
    if (n == 0) continue;
    const float B = std::max(0.0f, s[3][v] - s[1][v] * s[1][v] / n) + n * kNoiseVariance;
    const float C = std::max(0.0f, s[4][v] - s[2][v] * s[2][v] / n) + n * kNoiseVariance;
    ratio[v] = C / B;
    if (centres[v] != 0) judged.push_back(ratio[v]);
  }
  std::vector<std::uint8_t> appeared(count, 0);
  if (judged.empty()) return appeared;
  const auto middle = judged.begin() + static_cast<std::ptrdiff_t>(judged.size() / 2);
  std::nth_element(judged.begin(), middle, judged.end());
  const float limit = *middle * kContrastRatio;
  for (std::size_t v = 0; v < count; ++v) appeared[v] = ratio[v] > limit;
  return appeared;
}

}  // namespace lobule::registration
