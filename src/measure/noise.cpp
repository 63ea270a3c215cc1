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

std::size_t stride_for(std::size_t count) {
  // An odd stride, so that it does not walk along columns of the usual even matrices.
  return (count / kSamples) | 1;
}

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

// Histogram of log signal, and Otsu's cuts on it.
class LogHistogram {
 public:
  LogHistogram(const Image<float>& image, double floor, double top)
      : floor_(floor), scale_(kBins / std::log(1.0001 * top / floor)) {
    for (const float v : image.voxels) {
      if (std::isnan(v)) continue;
      const double position = v <= floor_ ? 0 : scale_ * std::log(v / floor_);
      const int bin = std::clamp(static_cast<int>(position), 0, kBins - 1);
      ++weight_[bin + 1];
      moment_[bin + 1] += bin;
    }
    for (int b = 0; b < kBins; ++b) {
      weight_[b + 1] += weight_[b];
      moment_[b + 1] += moment_[b];
    }
  }

  // The signal at the cut between two classes; 0 for a single class.
  double two_classes() const {
    double best = between(0, kBins);
    int cut = 0;
    for (int b = 1; b < kBins; ++b) {
      const double v = between(0, b) + between(b, kBins);
      if (v > best * (1 + 1e-12)) {
        best = v;
        cut = b;
      }
    }
    return cut == 0 ? 0 : signal(cut);
  }

  std::array<double, 2> three_classes() const {
    double best = 0;
    std::array<int, 2> cut{0, 0};
    for (int a = 1; a < kBins; ++a)
      for (int b = a + 1; b < kBins; ++b) {
        const double v = between(0, a) + between(a, b) + between(b, kBins);
        if (v > best) {
          best = v;
          cut = {a, b};
        }
      }
    return {signal(cut[0]), signal(cut[1])};
  }

 private:
  static constexpr int kBins = 256;
  double signal(int cut) const { return floor_ * std::exp(cut / scale_); }
  // A class's part of the variance between classes.
  double between(int from, int to) const {
    const double w = weight_[to] - weight_[from], m = moment_[to] - moment_[from];
    return w > 0 ? m * m / w : 0;
  }

  double floor_, scale_;
  std::array<double, kBins + 1> weight_{}, moment_{};  // sums over the bins before
};

double quantile(std::vector<float>& values, double share) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size()));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

struct ClassOfVoxels {
  double signal = 0;           // median of the smoothed signal
  double variation = 0;        // median coefficient of variation over 3×3×3 neighbourhoods
  double least_variation = 0;  // its lower decile
};

ClassOfVoxels describe_class(const Image<float>& image, const Image<float>& smoothed, double low,
                             double high) {
  const Grid& grid = image.grid;
  const int depth = grid.size[2] >= 3 ? 1 : 0;
  std::vector<float> variation, signal;
  for (std::size_t o = 0; o < grid.voxel_count(); o += stride_for(grid.voxel_count())) {
    if (!(smoothed.voxels[o] >= low && smoothed.voxels[o] < high)) continue;
    const int i = static_cast<int>(o % grid.size[0]);
    const int j = static_cast<int>(o / grid.size[0] % grid.size[1]);
    const int k = static_cast<int>(o / grid.size[0] / grid.size[1]);
    if (i == 0 || j == 0 || i + 1 == grid.size[0] || j + 1 == grid.size[1]) continue;
    if (k < depth || k + depth >= grid.size[2]) continue;
    double sum = 0, squares = 0;
    int n = 0;
    for (int c = -depth; c <= depth; ++c)
      for (int b = -1; b <= 1; ++b)
        for (int a = -1; a <= 1; ++a, ++n) {
          const double v = image.at(i + a, j + b, k + c);
          sum += v;
          squares += v * v;
        }
    if (!(sum > 0)) continue;
    signal.push_back(smoothed.voxels[o]);
    variation.push_back(
        static_cast<float>(std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n))) / (sum / n)));
  }
  if (variation.size() < 100) return {};
  return {quantile(signal, 0.5), quantile(variation, 0.5), quantile(variation, 0.1)};
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

double air_threshold(const Image<float>& image, const Image<float>& smoothed, double sigma) {
  constexpr double kNoiseLikeVariation = 0.3;
  // Noise varies by one share of its mean wherever it is, strong or weak: the lower decile of samples of 27
  // is 0.8 of their median. Tissue varies where it is textured and hardly where it is not: dim suppressed fat
  // has about 0.6 (by design, between the two).
  constexpr double kNoiseLikeEvenness = 0.7;
  // By design: surface coils, parallel imaging and shading correction raise noise a few times, no more: edges
  // of tissue vary as much, but are brighter.
  constexpr double kStrongestNoiseInSigmas = 10;
  // Smoothed noise keeps its mean of 1.25 sigma and loses nearly all of its spread: even twice as strong as
  // where it was measured it stays below. Well suppressed fat far from the coil has little more.
  constexpr double kLeastInSigmas = 2.5;
  float top = 0;
  for (const float v : smoothed.voxels)
    if (v > top) top = v;
  if (top <= 0) return 0;
  // Below sigma, or a thousandth of the brightest voxel, signals do not differ in meaning.
  const LogHistogram histogram(smoothed, std::max(sigma, 1e-3 * top), top);
  const double two = histogram.two_classes();
  if (two == 0) return 0;
  const auto [dim, bright] = histogram.three_classes();
  const ClassOfVoxels between = describe_class(image, smoothed, dim, bright);
  const bool dim_is_noise = between.variation > kNoiseLikeVariation &&
                            between.least_variation > kNoiseLikeEvenness * between.variation &&
                            between.signal < kStrongestNoiseInSigmas * sigma;
  return std::max(kLeastInSigmas * sigma, dim_is_noise ? bright : two);
}

}  // namespace lobule::measure
