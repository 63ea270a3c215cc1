#include <algorithm>
#include <cmath>

#include "core/resample.h"
#include "core/text.h"
#include "pipeline/analyze_stages.h"

namespace lobule::pipeline {
namespace {

// Below this ADC the comparison with the scanner's map would be a comparison of fat and noise (a value chosen
// by us; of tissue that is not fat, even cancer lies at 0.8 × 10⁻³ mm²/s and above).
constexpr double kTissueAdc_um2_per_s = 300;

exam::Map map_on(const exam::Volume& source, std::string name, std::string title) {
  exam::Map map;
  map.name = std::move(name);
  map.title = std::move(title);
  map.unit = "um2/s";
  map.slices = source.slices;
  map.series_uid = source.series_uid;
  map.frame_of_reference_uid = source.frame_of_reference_uid;
  return map;
}

// The label of a mask at a point of another grid: the one that fills at least half of the voxel around it.
int majority_label(const Mask& mask, const Grid& grid, int i, int j, int k) {
  constexpr int kSteps = 3;
  std::array<int, 3> votes{};
  for (int c = 0; c < kSteps * kSteps * kSteps; ++c) {
    const auto part = [&](int step) { return (step + 0.5) / kSteps - 0.5; };
    const Vec3 index{i + part(c % kSteps), j + part(c / kSteps % kSteps), k + part(c / kSteps / kSteps)};
    const Vec3 at = index_from_point(mask.grid, point_from_index(grid, index));
    const int x = static_cast<int>(std::lround(at.x)), y = static_cast<int>(std::lround(at.y)),
              z = static_cast<int>(std::lround(at.z));
    if (mask.grid.contains(x, y, z)) ++votes[std::min<int>(mask.at(x, y, z), 2)];
  }
  for (const int label : {1, 2})
    if (2 * votes[label] >= kSteps * kSteps * kSteps) return label;
  return 0;
}

double median_of(std::vector<double> values) {
  if (values.empty()) return kMissing;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double n = static_cast<double>(a.size());
  double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sa += a[i], sb += b[i], saa += a[i] * a[i], sbb += b[i] * b[i], sab += a[i] * b[i];
  }
  const double variances = (saa - sa * sa / n) * (sbb - sb * sb / n);
  return variances > 0 ? (sab - sa * sb / n) / std::sqrt(variances) : kMissing;
}

}  // namespace

Diffusion fit_diffusion(const ExamImages& images, const StageScope& scope, Findings& findings) {
  Diffusion diffusion;
  if (images.scanner_adc) {
    diffusion.scanner_adc =
        map_on(*images.scanner_adc, "adc_scanner", "Apparent diffusion coefficient, scanner");
    diffusion.scanner_adc->image = images.scanner_adc->image;
  }
  std::vector<const Image<float>*> weighted;
  for (const exam::Volume& volume : images.diffusion) {
    weighted.push_back(&volume.image);
    diffusion.b_values_s_per_mm2.push_back(*volume.b_value_s_per_mm2);
  }
  const auto [low, high] =
      std::minmax_element(diffusion.b_values_s_per_mm2.begin(), diffusion.b_values_s_per_mm2.end());
  if (weighted.empty() || *low == *high) {
    findings.push_back({Severity::warning, "diffusion",
                        weighted.empty() ? "there is no diffusion-weighted series with b-values"
                                         : "all diffusion-weighted images have one b-value",
                        "no ADC is fitted", ""});
    return diffusion;
  }
  const measure::AdcFit fit =
      run_stage(scope.context, scope.stage("fit the diffusion coefficient"), {scope.identity},
                [&] { return measure::fit_adc(weighted, diffusion.b_values_s_per_mm2); });
  diffusion.noise_sigma = fit.noise_sigma;
  diffusion.adc = map_on(images.diffusion.front(), "adc", "Apparent diffusion coefficient");
  diffusion.adc->image = fit.adc_um2_per_s;
  return diffusion;
}

std::vector<exam::Measurement> measure_diffusion(const Diffusion& diffusion, const Mask& breast,
                                                 const Mask& fgt) {
  using exam::Side;
  if (!diffusion.adc)
    return {{Side::both, "adc_fgt_median", kMissing, "um2/s", "no diffusion-weighted series"}};
  const Image<float>& adc = diffusion.adc->image;
  const bool compare = diffusion.scanner_adc && same_grid(diffusion.scanner_adc->image.grid, adc.grid, 0.01);
  std::array<std::vector<double>, 3> in_fgt;
  std::vector<double> ours, scanners, ratios;
  for (int k = 0; k < adc.grid.size[2]; ++k)
    for (int j = 0; j < adc.grid.size[1]; ++j)
      for (int i = 0; i < adc.grid.size[0]; ++i) {
        const double value = adc.at(i, j, k);
        if (!(value > 0)) continue;
        if (const int label = majority_label(fgt, adc.grid, i, j, k); label != 0) {
          in_fgt[label].push_back(value);
          in_fgt[0].push_back(value);
        }
        if (!compare || majority_label(breast, adc.grid, i, j, k) == 0) continue;
        const double scanner = diffusion.scanner_adc->image.at(i, j, k);
        if (!(scanner > kTissueAdc_um2_per_s)) continue;
        ours.push_back(value);
        scanners.push_back(scanner);
        ratios.push_back(value / scanner);
      }
  const std::string source = "maps/adc in masks/fgt";
  std::vector<exam::Measurement> measurements = {
      {Side::right, "adc_fgt_median", median_of(in_fgt[1]), "um2/s", source},
      {Side::left, "adc_fgt_median", median_of(in_fgt[2]), "um2/s", source},
      {Side::both, "adc_fgt_median", median_of(in_fgt[0]), "um2/s", source}};
  if (!ratios.empty()) {
    const std::string compared = "maps/adc against the scanner's map in masks/breast, where it is above " +
                                 format_number(kTissueAdc_um2_per_s) + " um2/s";
    measurements.push_back(
        {Side::both, "adc_scanner_correlation", correlation(ours, scanners), "1", compared});
    measurements.push_back({Side::both, "adc_scanner_ratio_median", median_of(ratios), "1", compared});
  }
  return measurements;
}

}  // namespace lobule::pipeline
