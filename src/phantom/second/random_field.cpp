#include "phantom/second/random_field.h"

#include <cmath>
#include <numbers>

#include "core/parallel.h"
#include "core/random.h"

namespace lobule::phantom::second {
namespace {

// The frequency of bin i of n, in cycles a sample, from −1/2 to 1/2.
double frequency(int i, int n) {
  return static_cast<double>(i <= n / 2 ? i : i - n) / n;
}

int wrap(int i, int n) {
  return i & (n - 1);
}

}  // namespace

void fourier(std::complex<float>* values, int n, int stride) {
  std::vector<std::complex<float>> line(static_cast<std::size_t>(n)), turn(static_cast<std::size_t>(n) / 2);
  for (int i = 0, reversed = 0; i < n; ++i) {
    line[static_cast<std::size_t>(reversed)] = values[static_cast<std::ptrdiff_t>(i) * stride];
    for (int bit = n >> 1; bit > 0 && ((reversed ^= bit) & bit) == 0; bit >>= 1) {
    }
  }
  for (int i = 0; i < n / 2; ++i) {
    const double angle = -2 * std::numbers::pi * i / n;
    turn[static_cast<std::size_t>(i)] = {static_cast<float>(std::cos(angle)),
                                         static_cast<float>(std::sin(angle))};
  }
  for (int half = 1; half < n; half *= 2)
    for (int start = 0; start < n; start += 2 * half)
      for (int i = 0; i < half; ++i) {
        std::complex<float>&a = line[static_cast<std::size_t>(start + i)],
        &b = line[static_cast<std::size_t>(start + i + half)];
        const std::complex<float> w = turn[static_cast<std::size_t>(i * (n / (2 * half)))];
        const std::complex<float> t(w.real() * b.real() - w.imag() * b.imag(),
                                    w.real() * b.imag() + w.imag() * b.real());
        b = a - t;
        a += t;
      }
  for (int i = 0; i < n; ++i)
    values[static_cast<std::ptrdiff_t>(i) * stride] = line[static_cast<std::size_t>(i)];
}

RandomField::RandomField(std::uint64_t seed, std::string_view purpose, const FieldSpectrum& spectrum,
                         double spacing_mm, int count, int dimensions)
    : count_(count), layers_(dimensions == 3 ? count : 1), spacing_mm_(spacing_mm) {
  const RandomStream random(seed, purpose);
  const std::size_t plane = static_cast<std::size_t>(count) * count;
  std::vector<std::complex<float>> f(plane * layers_);
  parallel_for(static_cast<std::size_t>(layers_), [&](std::size_t layer) {
    const double fz = layers_ > 1 ? frequency(static_cast<int>(layer), layers_) : 0;
    for (int j = 0; j < count; ++j)
      for (int i = 0; i < count; ++i) {
        const double fx = frequency(i, count), fy = frequency(j, count);
        const double per_mm = std::sqrt(fx * fx + fy * fy + fz * fz) / spacing_mm;
        if (per_mm <= 0 || per_mm > 1 / spectrum.shortest_mm || per_mm < 1 / spectrum.longest_mm) continue;
        const std::size_t at = layer * plane + static_cast<std::size_t>(j) * count + i;
        const auto [re, im] = random.normal_pair(at);
        const double amplitude = std::pow(per_mm, -spectrum.exponent / 2);
        f[at] = {static_cast<float>(amplitude * re), static_cast<float>(amplitude * im)};
      }
    for (int j = 0; j < count; ++j)
      fourier(&f[layer * plane + static_cast<std::size_t>(j) * count], count, 1);
    for (int i = 0; i < count; ++i) fourier(&f[layer * plane + i], count, count);
  });
  if (layers_ > 1)
    parallel_for(static_cast<std::size_t>(count), [&](std::size_t row) {
      for (int i = 0; i < count; ++i) fourier(&f[row * count + i], layers_, count * count);
    });
  double squares = 0;
  for (const auto& value : f) squares += static_cast<double>(value.real()) * value.real();
  const float scale = static_cast<float>(1 / std::sqrt(squares / static_cast<double>(f.size()) + 1e-30));
  values_.resize(f.size());
  for (std::size_t i = 0; i < f.size(); ++i) values_[i] = scale * f[i].real();
}

float RandomField::operator()(Vec3 point_mm) const {
  const double x = point_mm.x / spacing_mm_, y = point_mm.y / spacing_mm_, z = point_mm.z / spacing_mm_;
  const double bx = std::floor(x), by = std::floor(y), bz = layers_ > 1 ? std::floor(z) : 0;
  const float u = static_cast<float>(x - bx), v = static_cast<float>(y - by);
  const float w = layers_ > 1 ? static_cast<float>(z - bz) : 0;
  const int i0 = wrap(static_cast<int>(bx), count_), i1 = wrap(i0 + 1, count_);
  const int j0 = wrap(static_cast<int>(by), count_), j1 = wrap(j0 + 1, count_);
  const auto plane = [&](int k) {
    const float* p = &values_[static_cast<std::size_t>(k) * count_ * count_];
    const float *low = p + static_cast<std::size_t>(j0) * count_,
                *high = p + static_cast<std::size_t>(j1) * count_;
    return (1 - v) * ((1 - u) * low[i0] + u * low[i1]) + v * ((1 - u) * high[i0] + u * high[i1]);
  };
  if (layers_ == 1) return plane(0);
  const int k0 = wrap(static_cast<int>(bz), layers_);
  return (1 - w) * plane(k0) + w * plane(wrap(k0 + 1, layers_));
}

}  // namespace lobule::phantom::second
