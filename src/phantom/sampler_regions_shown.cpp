// Regions of interest on the finished picture.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "phantom/sampler_regions.h"
#include "phantom/shapes.h"

namespace lobule::phantom {
namespace {

// What a mass has to be brighter by than its surroundings for somebody to see it: so much of the range, and
// so many standard deviations of them.
constexpr double kLeastShown = 0.015, kLeastShownContrast = 0.5;
constexpr double kTurn = 2 * std::numbers::pi;

}  // namespace

void doubt_hidden(MammogramPair& pair) {
  for (std::size_t n = 0; n < pair.regions.size(); ++n) {
    const MammogramRegion& region = pair.regions[n];
    if (region.kind != RegionKind::mass) continue;
    const double far = 1.8 * region.radius;
    double inside = 0, sum = 0, around = 0, other = 0, squares = 0;
    std::vector<std::size_t> own;
    for (int y = std::max(0, static_cast<int>(region.y - far));
         y <= std::min(pair.rows - 1, static_cast<int>(region.y + far)); ++y)
      for (int x = std::max(0, static_cast<int>(region.x - far));
           x <= std::min(pair.columns - 1, static_cast<int>(region.x + far)); ++x) {
        const std::size_t at = static_cast<std::size_t>(y) * static_cast<std::size_t>(pair.columns) +
                               static_cast<std::size_t>(x);
        const auto value = static_cast<double>(pair.image[at]);
        if (pair.region[at] == n + 1)
          own.push_back(at), ++inside, sum += value;
        else if (pair.region[at] == 0 && (pair.labels[at] == 1 || pair.labels[at] == 2))
          ++around, other += value, squares += value * value;
      }
    if (inside < 1 || around < 1) continue;
    const double spread = std::sqrt(std::max(0.0, squares / around - other * other / around / around));
    if (sum / inside - other / around < kLeastShown + kLeastShownContrast * spread)
      for (const std::size_t at : own) pair.region[at] = MammogramPair::kUnsure;
  }
}

void add_dust(Draw& draw, const MammogramSamplerOptions& options, MammogramPair& pair) {
  if (options.clutter <= 0) return;
  const auto put = [&](double x, double y, double radius, float value, float amount) {
    const int reach = static_cast<int>(radius + 1.5), cx = static_cast<int>(std::lround(x)),
              cy = static_cast<int>(std::lround(y));
    for (int b = std::max(0, cy - reach); b <= std::min(pair.rows - 1, cy + reach); ++b)
      for (int a = std::max(0, cx - reach); a <= std::min(pair.columns - 1, cx + reach); ++a) {
        float& v = pair.image[static_cast<std::size_t>(b) * static_cast<std::size_t>(pair.columns) +
                              static_cast<std::size_t>(a)];
        v += amount * static_cast<float>(coverage(flat_norm(a - x, b - y) - radius, 1)) * (value - v);
      }
  };
  const std::size_t specks = draw.chance(0.6) ? draw.below(14) : 0,
                    hairs = draw.chance(0.3) ? 1 + draw.below(3) : 0;
  for (std::size_t n = 0; n < specks; ++n)
    put(draw.uniform(0, pair.columns), draw.uniform(0, pair.rows), draw.log_uniform(0.3, 1.8),
        draw.chance(0.7) ? 1.0f : 0.0f, static_cast<float>(draw.uniform(0.3, 1)));
  for (std::size_t n = 0; n < hairs; ++n) {
    double x = draw.uniform(0, pair.columns), y = draw.uniform(0, pair.rows), angle = draw.uniform(0, kTurn);
    const double length = draw.uniform(5, 60), bend = draw.uniform(-0.15, 0.15),
                 amount = draw.uniform(0.3, 1);
    const float value = draw.chance(0.7) ? 1.0f : 0.0f;
    for (double s = 0; s < length; s += 0.7) {
      put(x, y, 0.4, value, static_cast<float>(0.5 * amount));
      angle += bend, x += 0.7 * std::cos(angle), y += 0.7 * std::sin(angle);
    }
  }
}

}  // namespace lobule::phantom
