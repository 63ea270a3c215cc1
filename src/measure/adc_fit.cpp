#include "measure/adc_fit.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/parallel.h"
#include "measure/noise.h"

namespace lobule::measure {
namespace {

void check(const std::vector<const Image<float>*>& images, std::span<const double> b) {
  if (images.size() != b.size())
    throw Error("ADC fit",
                std::to_string(images.size()) + " images but " + std::to_string(b.size()) + " b-values");
  if (b.empty() || *std::min_element(b.begin(), b.end()) == *std::max_element(b.begin(), b.end()))
    throw Error("ADC fit", "fewer than two different b-values", "a slope needs two points");
  for (const Image<float>* image : images)
    if (!same_grid(image->grid, images[0]->grid))
      throw Error("ADC fit", "images lie on different grids: " + describe(images[0]->grid) + " and " +
                                 describe(image->grid));
}

}  // namespace

AdcFit fit_adc(const std::vector<const Image<float>*>& images, std::span<const double> b,
               const AdcOptions& options) {
  check(images, b);
  const std::size_t n = b.size();
  const std::size_t lowest = std::min_element(b.begin(), b.end()) - b.begin();
  double mean_b = 0, spread = 0;
  for (const double v : b) mean_b += v / static_cast<double>(n);
  for (const double v : b) spread += (v - mean_b) * (v - mean_b);

  AdcFit fit;
  fit.adc_um2_per_s = Image<float>(images[0]->grid);
  fit.s0 = Image<float>(images[0]->grid);
  fit.noise_sigma = noise_sigma(*images[lowest]);
  const double floor = options.smallest_snr * fit.noise_sigma;
  std::atomic<std::size_t> measured = 0;
  parallel_for_ranges(fit.s0.voxels.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
    std::size_t here = 0;
    for (std::size_t v = begin; v < end; ++v) {
      if (!(images[lowest]->voxels[v] >= floor)) continue;
      double mean_log = 0, slope = 0;
      bool usable = true;
      for (std::size_t i = 0; i < n; ++i) {
        const double s = images[i]->voxels[v];
        if (!(s > 0)) {
          usable = false;
          break;
        }
        const double log_s = std::log(s);
        mean_log += log_s / static_cast<double>(n);
        slope += (b[i] - mean_b) * log_s / spread;
      }
      if (!usable || slope >= 0) continue;
      fit.adc_um2_per_s.voxels[v] = static_cast<float>(-slope * 1e6);
      fit.s0.voxels[v] = static_cast<float>(std::exp(mean_log - slope * mean_b));
      ++here;
    }
    measured += here;
  });
  fit.measured_voxels = measured;
  return fit;
}

}  // namespace lobule::measure
