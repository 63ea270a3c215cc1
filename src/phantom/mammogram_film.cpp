#include "phantom/mammogram_film.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/parallel.h"
#include "core/random.h"
#include "phantom/mammogram_detector.h"
#include "phantom/mammogram_look.h"

namespace lobule::phantom {
namespace {

// Of mammographic film: base and fog, the largest density, the mean gradient near 3 to 3.5, and the
// density 1.4 to 1.8 that exposure control aims at (ACR mammography quality control manual, 1999).
constexpr double kFog = 0.19, kMostDensity = 3.9, kGradient = 3.2, kAim = 1.6;
constexpr double kGrain = 0.016;       // standard deviation of density at 0.1 mm and density 1.5
constexpr double kDigitiserTop = 3.4;  // density that reads 0

// The curve in log10 exposure: a logistic whose middle has the gradient.
double density_of(double log_exposure) {
  const double span = kMostDensity - kFog;
  return kFog + span / (1 + std::exp(-4 * kGradient / span * log_exposure));
}

// log exposure, relative to the curve's middle, that gives the aimed density.
double aim_point() {
  const double span = kMostDensity - kFog;
  return -std::log(span / (kAim - kFog) - 1) / (4 * kGradient / span);
}

void add_dust(Image<float>& density, const RandomStream& random) {
  const double pixel = density.grid.spacing_mm.x;
  const int columns = density.grid.size[0], rows = density.grid.size[1];
  const auto mark = [&](double x, double y, double radius, double change) {
    const int r = static_cast<int>(std::ceil(radius / pixel));
    const int cx = static_cast<int>(x), cy = static_cast<int>(y);
    for (int j = -r; j <= r; ++j)
      for (int i = -r; i <= r; ++i) {
        if (!density.grid.contains(cx + i, cy + j, 0)) continue;
        const double share = std::clamp(radius / pixel + 0.5 - std::hypot(i, j), 0.0, 1.0);
        float& value = density.at(cx + i, cy + j, 0);
        value = static_cast<float>(std::max(kFog, value + share * change));
      }
  };
  // Dust between screen and film stops light: clear spots. Scratches take emulsion away, along lines.
  const int specks = 6 + static_cast<int>(random.uniform(0, 0, 25));
  for (int n = 0; n < specks; ++n) {
    const std::uint64_t base = 100 + 8 * static_cast<std::uint64_t>(n);
    mark(random.uniform(base) * columns, random.uniform(base + 1) * rows,
         random.uniform(base + 2, 0.05, 0.22), -random.uniform(base + 3, 0.2, 1.0));
  }
  const int scratches = static_cast<int>(random.uniform(1, 0, 4));
  for (int n = 0; n < scratches; ++n) {
    const std::uint64_t base = 5000 + 8 * static_cast<std::uint64_t>(n);
    double x = random.uniform(base) * columns, y = random.uniform(base + 1) * rows;
    const double angle = random.uniform(base + 2, 0, 2 * std::numbers::pi);
    const double bend = random.uniform(base + 3, -0.002, 0.002),
                 change = -random.uniform(base + 4, 0.05, 0.2);
    const int length = static_cast<int>(random.uniform(base + 5, 5, 50) / pixel);
    for (int step = 0; step < length; ++step) {
      mark(x, y, 0.04, change);
      x += std::cos(angle + bend * step), y += std::sin(angle + bend * step);
    }
  }
}

}  // namespace

Image<float> film(const Image<float>& raw, BreastSide side, MammogramView view, std::uint64_t seed) {
  const RandomStream random(seed, "film");
  const int columns = raw.grid.size[0], rows = raw.grid.size[1];
  const double pixel = raw.grid.spacing_mm.x;
  // Exposure control aims at the breast's middle tone.
  std::vector<float> inside;
  for (std::size_t i = 0; i < raw.voxels.size(); i += 53)
    if (raw.voxels[i] < 0.25 * kRawAir) inside.push_back(raw.voxels[i]);
  double middle = 0.1 * kRawAir;
  if (!inside.empty()) {
    const auto at = inside.begin() + static_cast<std::ptrdiff_t>(inside.size() * 4 / 10);
    std::nth_element(inside.begin(), at, inside.end());
    middle = *at;
  }
  const double shift = aim_point() + random.uniform(10, -0.08, 0.08);
  const double grain = kGrain * 0.1 / pixel;
  Image<float> density = raw;
  std::vector<float> curve(2048);
  constexpr double kLow = -2.5, kHigh = 2.5;
  for (std::size_t i = 0; i < curve.size(); ++i)
    curve[i] = static_cast<float>(density_of(kLow + (kHigh - kLow) * static_cast<double>(i) / 2047.0));
  parallel_for_ranges(raw.voxels.size(), 1 << 15, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const double x = std::log10(std::max(raw.voxels[i], 1.0f) / middle) + shift;
      const double place = std::clamp((x - kLow) / (kHigh - kLow) * 2047.0, 0.0, 2047.0);
      const float d = curve[static_cast<std::size_t>(place)];
      density.voxels[i] = d + static_cast<float>(grain * std::sqrt(d / 1.5) * random.normal(1000 + i));
    }
  });
  add_dust(density, RandomStream(seed, "film dust"));
  // The film ends a few millimetres before the scan does: clear base, then the digitiser's bright light.
  const int border = static_cast<int>(random.uniform(11, 1, 4) / pixel);
  const bool left = side == BreastSide::left;
  Image<float> out = density;
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x) {
      const int from_edge = std::min({y, rows - 1 - y, left ? columns - 1 - x : x});
      const double d = from_edge < border ? kFog : density.at(x, y, 0);
      out.at(x, y, 0) = static_cast<float>(std::clamp(4095 * (1 - d / kDigitiserTop), 0.0, 4095.0));
    }
  // Lead letters: no exposure below them.
  const std::string text = std::string(left ? "L" : "R") + (view == MammogramView::cc ? "CC" : "MLO");
  const int width = static_cast<int>(7 * static_cast<double>(text.size()) / pixel);
  const int inset = border + static_cast<int>(random.uniform(12, 5, 15) / pixel);
  write_text(out, text.c_str(), left ? columns - inset - width : inset,
             border + static_cast<int>(random.uniform(13, 5, 30) / pixel), 8,
             static_cast<float>(4095 * (1 - kFog / kDigitiserTop)));
  return out;
}

}  // namespace lobule::phantom
