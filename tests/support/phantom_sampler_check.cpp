// Draws one sample of each sampler. Linked with the phantom room and core only: a test looks at what it
// loads.

#include <cmath>
#include <cstdio>
#include <numeric>

#include "phantom/sampler_mammogram.h"
#include "phantom/sampler_patch.h"
#include "phantom/sampler_series.h"

namespace {

double mean(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

int main() {
  using namespace lobule::phantom;
  MriPatchOptions patch;
  patch.size = {16, 16, 16}, patch.spacing_mm = 5, patch.patient_spacing_mm = 6, patch.pool = 1;
  MammogramSamplerOptions mammogram;
  mammogram.columns = mammogram.rows = 32, mammogram.patient_pixel_mm = 2, mammogram.pool = 1;
  SeriesSamplerOptions series;
  series.size = 24, series.patient_spacing_mm = 12, series.pool = 1;
  const double means[] = {mean(MriPatchSampler(patch).at(1).images),
                          mean(MammogramSampler(mammogram).at(1).image),
                          mean(SeriesSampler(series).at(1).pictures)};
  std::printf("%.9g %.9g %.9g\n", means[0], means[1], means[2]);
  for (const double value : means)
    if (!(value > 0) || !std::isfinite(value)) return 1;
  return 0;
}
