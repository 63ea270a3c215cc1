#include "phantom/mammogram_detector.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/random.h"

namespace lobule::phantom {
namespace {

// Scatter over primary behind the grid, per mm of tissue. Without a grid it is about 0.5 at 4 cm and 0.7 at
// 6 cm (Boone et al., Med Phys 27:1818, 2000); linear grids let about a fifth of scatter and three quarters
// of the primary beam through.
constexpr double kScatterPerMm = 0.012 * 0.2 / 0.75;
// Its spread: a narrow and a wide part, mm (Boone 2000: the point spread reaches centimetres).
constexpr double kScatterNarrow = 7, kScatterWide = 25, kNarrowShare = 0.5;
constexpr double kScatterPixel = 2;  // mm

// Absorbed quanta per mm² behind the densest part of the breast: about 80 µGy at the detector and 6e4 quanta
// per mm² and µGy of a hardened beam, of which selenium stops most.
constexpr double kQuantaPerMm2 = 5e5;
constexpr double kElectronicQuanta = 14;  // per pixel; VICTRE: 5200 electrons, 50 eV each, of 19 keV quanta
constexpr double kReferenceShare = 0.1;   // of the breast's pixels that are darker than the reference
// Quanta per mm² that one mAs brings to the detector without a breast: 4.6e6 a mGy and 0.03 mGy.
constexpr double kQuantaPerMas = 4.6e6 * 0.03;

// Standard deviation of the detector's blur beside that of its pixels, mm, and whether noise is blurred, too:
// amorphous selenium is sharper than cesium iodide, and film's screen and digitiser blur most.
struct Sharpness {
  double sigma_mm;
  bool noise_too;
};
Sharpness sharpness_of(MammogramLook look) {
  switch (look) {
    case MammogramLook::ge: return {0.07, true};
    case MammogramLook::philips: return {0.05, false};
    case MammogramLook::film: return {0.05, true};
    default: return {0.04, false};
  }
}

// One pass of a Gaussian along rows of `stride` apart samples.
void blur_line(float* line, int count, std::size_t stride, const std::vector<float>& kernel,
               std::vector<float>& padded) {
  const int radius = static_cast<int>(kernel.size()) - 1;
  padded.resize(static_cast<std::size_t>(count + 2 * radius));
  for (int i = -radius; i < count + radius; ++i) {
    const int mirrored = i < 0        ? std::min(-i - 1, count - 1)
                         : i >= count ? std::max(2 * count - 1 - i, 0)
                                      : i;
    padded[i + radius] = line[mirrored * stride];
  }
  for (int i = 0; i < count; ++i) {
    const float* at = &padded[i + radius];
    float sum = kernel[0] * at[0];
    for (int k = 1; k <= radius; ++k) sum += kernel[k] * (at[k] + at[-k]);
    line[i * stride] = sum;
  }
}

// The mean of blocks of `factor`², and what it stands for again at full size, linear between.
struct Coarse {
  int columns, rows, factor;
  std::vector<float> values;
};

Coarse shrink(const std::vector<float>& image, int columns, int rows, int factor) {
  Coarse out{(columns + factor - 1) / factor, (rows + factor - 1) / factor, factor, {}};
  out.values.assign(static_cast<std::size_t>(out.columns) * out.rows, 0);
  parallel_for(static_cast<std::size_t>(out.rows), [&](std::size_t y) {
    for (int x = 0; x < out.columns; ++x) {
      double sum = 0;
      int n = 0;
      for (int j = static_cast<int>(y) * factor; j < std::min(rows, (static_cast<int>(y) + 1) * factor); ++j)
        for (int i = x * factor; i < std::min(columns, (x + 1) * factor); ++i, ++n)
          sum += image[static_cast<std::size_t>(j) * columns + i];
      out.values[y * out.columns + x] = static_cast<float>(sum / n);
    }
  });
  return out;
}

// Scattered signal: the primary one times the scatter ratio of its thickness, spread.
std::vector<float> scatter_of(const std::vector<float>& primary, const DetectorPaths& paths,
                              double strength) {
  const int factor = std::max(1, static_cast<int>(std::lround(kScatterPixel / paths.pixel_mm)));
  Coarse signal = shrink(primary, paths.columns, paths.rows, factor);
  const Coarse tissue = shrink(paths.breast, paths.columns, paths.rows, factor);
  for (std::size_t i = 0; i < signal.values.size(); ++i)
    signal.values[i] *= static_cast<float>(strength * kScatterPerMm) * tissue.values[i];
  std::vector<float> wide = signal.values;
  const double step = factor * paths.pixel_mm;
  blur(signal.values, signal.columns, signal.rows, kScatterNarrow / step);
  blur(wide, signal.columns, signal.rows, kScatterWide / step);
  for (std::size_t i = 0; i < wide.size(); ++i)
    wide[i] = static_cast<float>(kNarrowShare * signal.values[i] + (1 - kNarrowShare) * wide[i]);
  return enlarge(wide, signal.columns, signal.rows, factor, paths.columns, paths.rows);
}

// The relative signal that a tenth of the breast's pixels stay below: what automatic exposure looks at.
double reference_signal(const std::vector<float>& signal, const DetectorPaths& paths) {
  float most = 0;
  for (const float mm : paths.breast) most = std::max(most, mm);
  std::vector<float> inside;
  for (std::size_t i = 0; i < signal.size(); i += 61)
    if (paths.breast[i] > 0.7f * most) inside.push_back(signal[i]);
  if (inside.empty()) return 1;
  const std::size_t n = static_cast<std::size_t>(kReferenceShare * static_cast<double>(inside.size()));
  std::nth_element(inside.begin(), inside.begin() + static_cast<std::ptrdiff_t>(n), inside.end());
  return inside[n];
}

}  // namespace

void blur(std::vector<float>& image, int columns, int rows, double sigma) {
  if (sigma <= 0) return;
  const int radius = std::max(1, static_cast<int>(std::ceil(3 * sigma)));
  std::vector<float> kernel;
  float sum = 0;
  for (int k = 0; k <= radius; ++k) {
    kernel.push_back(static_cast<float>(std::exp(-k * k / (2 * sigma * sigma))));
    sum += (k ? 2 : 1) * kernel.back();
  }
  for (float& k : kernel) k /= sum;
  parallel_for_ranges(static_cast<std::size_t>(rows), 16, [&](std::size_t begin, std::size_t end) {
    std::vector<float> padded;
    for (std::size_t y = begin; y < end; ++y) blur_line(&image[y * columns], columns, 1, kernel, padded);
  });
  // Columns in strips of 16, which share cache lines.
  parallel_for_ranges(static_cast<std::size_t>(columns), 16, [&](std::size_t begin, std::size_t end) {
    const std::size_t width = end - begin;
    std::vector<float> strip(width * rows), padded;
    for (int y = 0; y < rows; ++y)
      for (std::size_t x = 0; x < width; ++x) strip[x * rows + y] = image[y * columns + begin + x];
    for (std::size_t x = 0; x < width; ++x) blur_line(&strip[x * rows], rows, 1, kernel, padded);
    for (int y = 0; y < rows; ++y)
      for (std::size_t x = 0; x < width; ++x) image[y * columns + begin + x] = strip[x * rows + y];
  });
}

std::vector<float> enlarge(const std::vector<float>& coarse, int coarse_columns, int coarse_rows, int factor,
                           int columns, int rows) {
  // Weights of four neighbours for every position within a coarse pixel.
  std::vector<std::array<float, 4>> weight;
  std::vector<int> first;
  for (int i = 0; i < factor; ++i) {
    const double x = (i + 0.5) / factor - 0.5;
    const int floor = x < 0 ? -1 : 0;
    const double t = x - floor;
    first.push_back(floor - 1);
    weight.push_back(
        {static_cast<float>(((-0.5 * t + 1) * t - 0.5) * t), static_cast<float>((1.5 * t - 2.5) * t * t + 1),
         static_cast<float>(((-1.5 * t + 2) * t + 0.5) * t), static_cast<float>((0.5 * t - 0.5) * t * t)});
  }
  std::vector<float> out(static_cast<std::size_t>(columns) * rows);
  parallel_for_ranges(static_cast<std::size_t>(rows), 16, [&](std::size_t begin, std::size_t end) {
    std::vector<float> line(static_cast<std::size_t>(coarse_columns));
    for (std::size_t y = begin; y < end; ++y) {
      const int v = static_cast<int>(y) / factor, phase_y = static_cast<int>(y) % factor;
      for (int x = 0; x < coarse_columns; ++x) {
        float sum = 0;
        for (int k = 0; k < 4; ++k)
          sum += weight[phase_y][k] *
                 coarse[static_cast<std::size_t>(std::clamp(v + first[phase_y] + k, 0, coarse_rows - 1)) *
                            coarse_columns +
                        x];
        line[x] = sum;
      }
      for (int x = 0; x < columns; ++x) {
        const int u = x / factor, phase = x % factor;
        float sum = 0;
        for (int k = 0; k < 4; ++k)
          sum += weight[phase][k] * line[std::clamp(u + first[phase] + k, 0, coarse_columns - 1)];
        out[y * columns + x] = sum;
      }
    }
  });
  return out;
}

Image<float> expose(const DetectorPaths& paths, const XraySignal& table, const MammogramOptions& options,
                    std::uint64_t stream, Exposure& exposure) {
  const std::size_t count = paths.adipose.size();
  std::vector<float> signal(count);
  parallel_for_ranges(count, 1 << 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      signal[i] = static_cast<float>(std::exp(-table.log_attenuation(paths.adipose[i], paths.glandular[i])));
  });
  if (options.scatter > 0) {
    const std::vector<float> scatter = scatter_of(signal, paths, options.scatter);
    for (std::size_t i = 0; i < count; ++i) signal[i] += scatter[i];
  }
  const double reference = reference_signal(signal, paths);
  exposure.mas = std::round(10 * kQuantaPerMm2 / reference / kQuantaPerMas) / 10;

  const Sharpness sharpness = sharpness_of(options.look);
  const double sigma = options.blur * sharpness.sigma_mm / paths.pixel_mm;
  if (!sharpness.noise_too) blur(signal, paths.columns, paths.rows, sigma);
  if (options.noise > 0) {
    const double per_pixel = kQuantaPerMm2 * paths.pixel_mm * paths.pixel_mm / reference;
    const RandomStream random(options.seed, "mammogram noise " + std::to_string(stream));
    parallel_for_ranges(count / 2, 1 << 15, [&](std::size_t begin, std::size_t end) {
      for (std::size_t pair = begin; pair < end; ++pair) {
        const auto normal = random.normal_pair(pair);
        for (std::size_t n = 0; n < 2; ++n) {
          float& value = signal[2 * pair + n];
          const double variance = value / (per_pixel * table.spectral_swank()) +
                                  kElectronicQuanta * kElectronicQuanta / (per_pixel * per_pixel);
          value =
              std::max(1e-5f, value + static_cast<float>(options.noise * normal[n] * std::sqrt(variance)));
        }
      }
    });
  }
  if (sharpness.noise_too) blur(signal, paths.columns, paths.rows, sigma);
  Grid grid;
  grid.size = {paths.columns, paths.rows, 1};
  grid.spacing_mm = {paths.pixel_mm, paths.pixel_mm, 1};
  Image<float> raw(grid);
  for (std::size_t i = 0; i < count; ++i) raw.voxels[i] = static_cast<float>(kRawAir) * signal[i];
  return raw;
}

}  // namespace lobule::phantom
