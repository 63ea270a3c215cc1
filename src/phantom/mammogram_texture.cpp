#include "phantom/mammogram_texture.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/parallel.h"
#include "phantom/noise_lattice.h"

namespace lobule::phantom {
namespace {

constexpr double kCoarse_mm = 0.2;  // the field is smooth below this
constexpr double kLongest_mm = 8, kShortest_mm = 0.5;
// Of the octave at the longest wavelength, as a share of the gland's path and of the whole.
constexpr float kOfGland = 0.16f, kOfBreast = 0.024f;

}  // namespace

std::vector<float> fine_structure(const DetectorPaths& paths, const std::vector<float>& breast,
                                  std::uint64_t seed, std::uint64_t view) {
  const NoiseLattice noise(seed, "fine structure " + std::to_string(view));
  const int factor = std::max(1, static_cast<int>(kCoarse_mm / paths.pixel_mm + 0.01));
  const int columns = (paths.columns + factor - 1) / factor, rows = (paths.rows + factor - 1) / factor;
  const double step = factor * paths.pixel_mm;
  std::vector<float> coarse(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
  parallel_for(static_cast<std::size_t>(rows), [&](std::size_t row) {
    for (int i = 0; i < columns; ++i) {
      const std::size_t pixel = std::min<std::size_t>(row * static_cast<std::size_t>(factor),
                                                      static_cast<std::size_t>(paths.rows) - 1) *
                                    static_cast<std::size_t>(paths.columns) +
                                static_cast<std::size_t>(std::min(i * factor, paths.columns - 1));
      if (paths.breast[pixel] <= 0) continue;
      float sum = 0;
      // In two dimensions power ∝ f^−β needs amplitudes ∝ wavelength^((β − 2) / 2).
      // Each octave's lattice is turned against the last, so that none shows.
      double x = i * step, y = static_cast<double>(row) * step;
      for (double wave = kLongest_mm; wave >= kShortest_mm; wave /= 2) {
        const double turned = 0.8 * x - 0.6 * y;
        y = 0.6 * x + 0.8 * y;
        x = turned;
        sum += static_cast<float>(std::sqrt(wave / kLongest_mm)) *
               noise({x / (0.5 * wave), y / (0.5 * wave), 7.3 * wave});
      }
      coarse[row * static_cast<std::size_t>(columns) + static_cast<std::size_t>(i)] = sum;
    }
  });
  std::vector<float> fine = enlarge(coarse, columns, rows, factor, paths.columns, paths.rows);
  for (std::size_t i = 0; i < fine.size(); ++i) {
    const float of_breast = breast[i] / std::max(0.1f, paths.breast[i]);
    const float amount = of_breast * (kOfGland * paths.glandular[i] + kOfBreast * breast[i]);
    fine[i] = std::clamp(amount * fine[i], -0.9f * paths.glandular[i], 0.9f * paths.adipose[i]);
  }
  return fine;
}

}  // namespace lobule::phantom
