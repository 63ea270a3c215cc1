#include "measure/noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace lobule::measure {
namespace {

// At most about this many voxels are looked at; more do not sharpen the mode.
constexpr std::size_t kSamples = 200000;

// The half-sample mode of sorted values (Bickel and Frühwirth 2006, Comput Stat Data Anal 50:3500): the
// densest half, of it the densest half, and so on.
double half_sample_mode(std::vector<float>& sorted) {
  std::size_t begin = 0, n = sorted.size();
  while (n > 3) {
    const std::size_t half = (n + 1) / 2;
    std::size_t best = begin;
    for (std::size_t i = begin; i + half <= begin + n; ++i)
      if (sorted[i + half - 1] - sorted[i] < sorted[best + half - 1] - sorted[best]) best = i;
    begin = best;
    n = half;
  }
  return sorted[begin + n / 2];
}

// Otsu's threshold on a histogram: the bin above which the brighter class starts; −1 for a single class.
int otsu_bin(const std::vector<double>& histogram) {
  double total = 0, total_sum = 0;
  for (std::size_t b = 0; b < histogram.size(); ++b) {
    total += histogram[b];
    total_sum += b * histogram[b];
  }
  double below = 0, below_sum = 0, best = 0;
  int bin = -1;
  for (std::size_t b = 0; b + 1 < histogram.size(); ++b) {
    below += histogram[b];
    below_sum += b * histogram[b];
    if (below == 0 || below == total) continue;
    const double gap = below_sum / below - (total_sum - below_sum) / (total - below);
    const double between = below * (total - below) * gap * gap;
    if (between > best) {
      best = between;
      bin = static_cast<int>(b);
    }
  }
  return bin;
}

std::size_t stride_for(std::size_t count) {
  // An odd stride, so that it does not walk along columns of the usual even matrices.
  return (count / kSamples) | 1;
}

}  // namespace

double noise_sigma(const Image<float>& image) {
  const Grid& grid = image.grid;
  if (grid.size[0] < 3 || grid.size[1] < 3 || grid.voxel_count() < 64) return 0;
  const int depth = grid.size[2] >= 3 ? 1 : 0;
  std::vector<float> means;
  const std::size_t stride = stride_for(grid.voxel_count());
  for (std::size_t o = 0; o < grid.voxel_count(); o += stride) {
    const int i = static_cast<int>(o % grid.size[0]);
    const int j = static_cast<int>(o / grid.size[0] % grid.size[1]);
    const int k = static_cast<int>(o / grid.size[0] / grid.size[1]);
    if (i == 0 || j == 0 || i + 1 == grid.size[0] || j + 1 == grid.size[1]) continue;
    if (k < depth || k + depth >= grid.size[2]) continue;
    double sum = 0;
    int zeros = 0, n = 0;
    for (int c = -depth; c <= depth; ++c)
      for (int b = -1; b <= 1; ++b)
        for (int a = -1; a <= 1; ++a) {
          const float v = image.at(i + a, j + b, k + c);
          sum += v;
          zeros += v == 0;
          ++n;
        }
    if (std::isnan(sum) || 2 * zeros > n) continue;
    means.push_back(static_cast<float>(sum / n));
  }
  if (means.size() < 32) return 0;
  std::sort(means.begin(), means.end());
  // Without air the darkest tissue must not pass for noise: air is a small part of the bright signal.
  const double bright = means[means.size() * 99 / 100];
  std::vector<float> dark(means.begin(), std::lower_bound(means.begin(), means.end(), 0.2F * bright));
  if (dark.size() < means.size() / 50 + 16) return 0;
  return half_sample_mode(dark) / std::sqrt(std::numbers::pi / 2);
}

double air_threshold(const Image<float>& image, double sigma) {
  float top = 0;
  for (const float v : image.voxels)
    if (v > top) top = v;
  if (top <= 0) return 0;
  // Below sigma, or a thousandth of the brightest voxel, signals do not differ in meaning.
  const double floor = std::max(sigma, 1e-3 * top);
  constexpr int kBins = 256;
  std::vector<double> histogram(kBins, 0);
  const double scale = kBins / std::log(1.0001 * top / floor);
  for (const float v : image.voxels) {
    if (std::isnan(v)) continue;
    const double position = v <= floor ? 0 : scale * std::log(v / floor);
    ++histogram[std::clamp(static_cast<int>(position), 0, kBins - 1)];
  }
  const int bin = otsu_bin(histogram);
  if (bin < 0) return 0;
  return std::max(5 * sigma, floor * std::exp((bin + 1) / scale));
}

}  // namespace lobule::measure
