#include "measure/fgt_segmentation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/parallel.h"
#include "core/resample.h"
#include "measure/morphology.h"

namespace lobule::measure {
namespace {

// Two classes are told apart when their means differ by this many standard deviations within a class
// (Ashman's D above 2 marks a clean separation; Ashman 1994, Astron J 108:2348).
constexpr double kSeparated = 2;

// The residual shading that is followed (by design): coarser than ducts and lobules, finer than the breast.
constexpr double kGainSigmaMm = 20, kGainSpacingMm = 5;
constexpr int kGainRounds = 2;

struct Classes {
  double fat = 0, gland = 0;  // means
  double spread = 0;          // standard deviation within a class
  double separation() const { return spread > 0 ? std::abs(gland - fat) / spread : 0; }
};

// Fuzzy c-means with three classes (fat, mixed, gland) and fuzziness 2, on a histogram between the 0.1th and
// 99.9th percentile. The mixed class takes the partial volumes, which would otherwise draw gland to fat.
Classes fuzzy_means(std::vector<float> values, FatSignal fat) {
  constexpr int kBins = 512, kRounds = 80, kClasses = 3;
  std::sort(values.begin(), values.end());
  const double low = values[values.size() / 1000], high = values[values.size() - 1 - values.size() / 1000];
  if (!(high > low)) return {low, low, 0};
  std::vector<double> weight(kBins, 0.0);
  for (const float v : values)
    ++weight[std::clamp(static_cast<int>((v - low) / (high - low) * kBins), 0, kBins - 1)];
  const auto value = [&](int bin) { return low + (bin + 0.5) / kBins * (high - low); };
  std::array<double, kClasses> mean{};
  for (int c = 0; c < kClasses; ++c) mean[c] = low + (c + 0.5) / kClasses * (high - low);
  for (int round = 0; round < kRounds; ++round) {
    std::array<double, kClasses> sum{}, total{};
    for (int b = 0; b < kBins; ++b) {
      std::array<double, kClasses> nearness{};
      double all = 0;
      for (int c = 0; c < kClasses; ++c)
        all += nearness[c] = 1 / ((value(b) - mean[c]) * (value(b) - mean[c]) + 1e-9);
      for (int c = 0; c < kClasses; ++c) {
        const double member = nearness[c] / all;
        sum[c] += weight[b] * member * member * value(b);
        total[c] += weight[b] * member * member;
      }
    }
    for (int c = 0; c < kClasses; ++c) mean[c] = sum[c] / total[c];
  }
  double squares = 0, total = 0;
  for (int b = 0; b < kBins; ++b) {
    double nearest = 1e30;
    for (const double m : mean) nearest = std::min(nearest, std::abs(value(b) - m));
    squares += weight[b] * nearest * nearest;
    total += weight[b];
  }
  const auto [dark, bright] = std::minmax_element(mean.begin(), mean.end());
  Classes classes{*dark, *bright, std::sqrt(squares / total)};
  if (fat == FatSignal::bright) std::swap(classes.fat, classes.gland);
  return classes;
}

bool nearer_gland(const Classes& c, double v) {
  return std::abs(v - c.gland) < std::abs(v - c.fat);
}

// The local level of fat over its mean, by Gaussian averages of the voxels that look like fat.
Image<float> fat_gain(const Image<float>& image, const Mask& breast, const Classes& classes) {
  Image<float> weighted(image.grid, 0), weight(image.grid, 0);
  for (std::size_t i = 0; i < image.voxels.size(); ++i) {
    const float v = image.voxels[i];
    if (breast.voxels[i] == 0 || std::isnan(v) || nearer_gland(classes, v)) continue;
    weighted.voxels[i] = v;
    weight.voxels[i] = 1;
  }
  Image<float> level = gaussian_smooth(downsample(weighted, kGainSpacingMm), kGainSigmaMm);
  const Image<float> share = gaussian_smooth(downsample(weight, kGainSpacingMm), kGainSigmaMm);
  for (std::size_t i = 0; i < level.voxels.size(); ++i) {
    const float s = share.voxels[i];
    level.voxels[i] = s > 1e-4F ? static_cast<float>(level.voxels[i] / s / classes.fat) : 1.F;
  }
  return resample(level, image.grid, Interpolation::linear);
}

// Iterated conditional modes: each voxel takes the class of less cost, given its six neighbours.
void smooth_labels(Mask& gland, const Image<float>& image, const Mask& breast, const Classes& classes,
                   double weight) {
  constexpr int kRounds = 4;
  const Grid& grid = gland.grid;
  const double scale = classes.spread > 0 ? 1 / (2 * classes.spread * classes.spread) : 0;
  for (int round = 0; round < kRounds; ++round) {
    const Mask before = gland;
    parallel_for(grid.size[2], [&](std::size_t slice) {
      const int k = static_cast<int>(slice);
      for (int j = 0; j < grid.size[1]; ++j)
        for (int i = 0; i < grid.size[0]; ++i) {
          const std::size_t o = grid.offset(i, j, k);
          const float v = image.voxels[o];
          if (breast.voxels[o] == 0 || std::isnan(v)) continue;
          int as_gland = 0, neighbours = 0;
          for (int a = 0; a < 3; ++a)
            for (const int step : {-1, 1}) {
              Index3 q{i, j, k};
              q[a] += step;
              if (!grid.contains(q[0], q[1], q[2])) continue;
              const std::size_t n = grid.offset(q[0], q[1], q[2]);
              if (breast.voxels[n] == 0) continue;
              ++neighbours;
              as_gland += before.voxels[n] != 0;
            }
          const double gland_cost =
              (v - classes.gland) * (v - classes.gland) * scale + weight * (neighbours - as_gland);
          const double fat_cost = (v - classes.fat) * (v - classes.fat) * scale + weight * as_gland;
          gland.voxels[o] = gland_cost < fat_cost;
        }
    });
  }
}

void fill_report(FgtSegmentation& result, const Image<float>& image, const Mask& breast,
                 const Classes& classes) {
  FgtReport& report = result.report;
  const double voxel_ml = image.grid.voxel_volume_ml();
  std::array<std::array<double, 2>, 3> sum{}, count{};
  for (std::size_t i = 0; i < breast.voxels.size(); ++i) {
    const int label = breast.voxels[i];
    if (label == 0 || label > 2) continue;
    const int gland = result.fgt.voxels[i] != 0;
    for (const int l : {0, label}) {
      report.breast_ml[l] += voxel_ml;
      report.fgt_ml[l] += gland * voxel_ml;
      if (std::isnan(image.voxels[i])) continue;
      sum[l][gland] += image.voxels[i];
      ++count[l][gland];
    }
  }
  for (int l = 0; l < 3; ++l) {
    report.percent_density[l] = 100 * report.fgt_ml[l] / report.breast_ml[l];
    report.fat_mean[l] = sum[l][0] / count[l][0];
    report.gland_mean[l] = sum[l][1] / count[l][1];
  }
  report.confidence = std::clamp(classes.separation() / (2 * kSeparated), 0.0, 1.0);
  if (report.breast_ml[0] > 0 && classes.separation() < kSeparated)
    report.findings.push_back(
        {Severity::warning, "fibroglandular tissue", "fat and gland are hardly told apart",
         "their signals overlap: the breast may hold nearly one tissue only", "Check the mask."});
}

}  // namespace

FgtSegmentation segment_fgt(const Image<float>& corrected, const Mask& breast, const Mask& vessels,
                            const FgtOptions& options) {
  if (!same_grid(corrected.grid, breast.grid))
    throw Error("fibroglandular tissue", "image and breast mask lie on different grids: " +
                                             describe(corrected.grid) + " and " + describe(breast.grid));
  FgtSegmentation result;
  result.fgt = Mask(breast.grid);
  const auto values_in_breast = [&](const Image<float>& image) {
    std::vector<float> values;
    for (std::size_t i = 0; i < breast.voxels.size(); ++i)
      if (breast.voxels[i] != 0 && !std::isnan(image.voxels[i])) values.push_back(image.voxels[i]);
    return values;
  };
  std::vector<float> values = values_in_breast(corrected);
  Classes classes;
  if (!values.empty()) {
    classes = fuzzy_means(std::move(values), options.fat);
    Image<float> even = corrected;
    for (int round = 0; round < kGainRounds; ++round) {
      const Image<float> gain = fat_gain(even, breast, classes);
      for (std::size_t i = 0; i < even.voxels.size(); ++i)
        if (gain.voxels[i] > 0) even.voxels[i] /= gain.voxels[i];
      classes = fuzzy_means(values_in_breast(even), options.fat);
    }
    Mask gland(breast.grid);
    for (std::size_t i = 0; i < gland.voxels.size(); ++i)
      gland.voxels[i] = breast.voxels[i] != 0 && nearer_gland(classes, even.voxels[i]);
    smooth_labels(gland, even, breast, classes, options.mrf_weight);
    if (!vessels.empty())
      for (std::size_t i = 0; i < gland.voxels.size(); ++i)
        if (vessels.voxels[i] != 0) gland.voxels[i] = 0;
    const auto smallest =
        static_cast<std::size_t>(std::ceil(options.smallest_part_ml / breast.grid.voxel_volume_ml()));
    gland = remove_small_components(gland, Connectivity::full, smallest);
    for (std::size_t i = 0; i < gland.voxels.size(); ++i)
      if (gland.voxels[i] != 0) result.fgt.voxels[i] = breast.voxels[i];
  }
  fill_report(result, corrected, breast, classes);
  return result;
}

}  // namespace lobule::measure
