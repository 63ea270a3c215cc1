#include "measure/noise_power.h"

#include <cmath>
#include <complex>
#include <numbers>

#include "core/error.h"
#include "core/parallel.h"
#include "core/text.h"

namespace lobule::measure {
namespace {

using Complex = std::complex<double>;
constexpr int kRings = 12;

// Cooley and Tukey's transform of a power of two of samples, `stride` apart.
void transform(std::vector<Complex>& data, std::size_t first, std::size_t stride, std::size_t count,
               std::vector<Complex>& line) {
  line.resize(count);
  for (std::size_t i = 0, reversed = 0; i < count; ++i) {
    line[reversed] = data[first + i * stride];
    std::size_t bit = count >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed |= bit;
  }
  for (std::size_t length = 2; length <= count; length *= 2) {
    const double angle = -2 * std::numbers::pi / static_cast<double>(length);
    const Complex turn(std::cos(angle), std::sin(angle));
    for (std::size_t start = 0; start < count; start += length) {
      Complex factor = 1;
      for (std::size_t i = start; i < start + length / 2; ++i, factor *= turn) {
        const Complex even = line[i], odd = factor * line[i + length / 2];
        line[i] = even + odd;
        line[i + length / 2] = even - odd;
      }
    }
  }
  for (std::size_t i = 0; i < count; ++i) data[first + i * stride] = line[i];
}

struct Ring {
  double sum = 0, frequency = 0, count = 0;
};
using Rings = std::vector<Ring>;

bool region_inside(const Mask& mask, int x0, int y0, int size) {
  for (int y = y0; y < y0 + size; ++y)
    for (int x = x0; x < x0 + size; ++x)
      if (mask.at(x, y, 0) == 0) return false;
  return true;
}

// The squared magnitudes of one region's transform, by ring.
Rings rings_of(const Image<float>& image, int x0, int y0, int size, const NoisePowerOptions& options) {
  const std::size_t n = static_cast<std::size_t>(size);
  std::vector<Complex> data(n * n), line;
  double mean = 0;
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) mean += image.at(x0 + x, y0 + y, 0);
  mean /= static_cast<double>(n * n);
  const auto hann = [&](int i) { return 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (i + 0.5) / size); };
  double window = 0;  // its power
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      const double w = hann(x) * hann(y);
      data[static_cast<std::size_t>(y) * n + x] = w * (image.at(x0 + x, y0 + y, 0) - mean);
      window += w * w;
    }
  for (std::size_t y = 0; y < n; ++y) transform(data, y * n, 1, n, line);
  for (std::size_t x = 0; x < n; ++x) transform(data, x, n, n, line);
  const double pixel = image.grid.spacing_mm.x;
  const double decades = std::log(options.high_per_mm / options.low_per_mm);
  Rings rings(kRings);
  for (int v = 0; v < size; ++v)
    for (int u = 0; u < size; ++u) {
      const double fx = u < size / 2 ? u : u - size, fy = v < size / 2 ? v : v - size;
      const double f = std::hypot(fx, fy) / (size * pixel);
      if (f < options.low_per_mm || f >= options.high_per_mm) continue;
      Ring& ring = rings[static_cast<std::size_t>(kRings * std::log(f / options.low_per_mm) / decades)];
      ring.sum += std::norm(data[static_cast<std::size_t>(v) * n + u]) * pixel * pixel / window;
      ring.frequency += std::log(f);
      ring.count += 1;
    }
  return rings;
}

double slope(const std::vector<double>& x, const std::vector<double>& y) {
  const double n = static_cast<double>(x.size());
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double a = std::log(x[i]), b = std::log(y[i]);
    sx += a, sy += b, sxx += a * a, sxy += a * b;
  }
  return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

}  // namespace

NoisePower noise_power(const Image<float>& image, const Mask& mask, const NoisePowerOptions& options) {
  if (image.grid.size != mask.grid.size)
    throw Error("noise power", "image and mask differ in size",
                describe(image.grid) + " and " + describe(mask.grid), "give a mask of the image's size");
  const double pixel = image.grid.spacing_mm.x;
  if (!(pixel > 0 && pixel <= options.region_mm / 16))
    throw Error("noise power", "pixels of " + format_number(pixel) + " mm are too large",
                "a region of " + format_number(options.region_mm) + " mm holds fewer than 16",
                "use larger regions");
  const int size = 1 << static_cast<int>(std::lround(std::log2(options.region_mm / pixel)));
  const int step = std::max(1, static_cast<int>(size * (1 - options.overlap)));
  std::vector<std::array<int, 2>> places;
  for (int y = 0; y + size <= image.grid.size[1]; y += step)
    for (int x = 0; x + size <= image.grid.size[0]; x += step)
      if (region_inside(mask, x, y, size)) places.push_back({x, y});
  std::vector<Rings> all(places.size());
  parallel_for(places.size(),
               [&](std::size_t i) { all[i] = rings_of(image, places[i][0], places[i][1], size, options); });
  NoisePower result;
  result.regions = static_cast<int>(places.size());
  for (int ring = 0; ring < kRings; ++ring) {
    Ring total;
    for (const Rings& rings : all) {
      total.sum += rings[ring].sum, total.frequency += rings[ring].frequency;
      total.count += rings[ring].count;
    }
    if (total.count == 0 || total.sum <= 0) continue;
    result.frequency_per_mm.push_back(std::exp(total.frequency / total.count));
    result.power.push_back(total.sum / total.count);
  }
  result.exponent = result.power.size() < 2 ? std::nan("") : -slope(result.frequency_per_mm, result.power);
  return result;
}

double power_spectrum_exponent(const Image<float>& image, const Mask& mask, double pixel_mm) {
  Image<float> scaled = image;
  scaled.grid.spacing_mm.x = pixel_mm;
  return noise_power(scaled, mask).exponent;
}

}  // namespace lobule::measure
