#include "phantom/sampler_fields.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/parallel.h"

namespace lobule::phantom {
namespace {

constexpr std::size_t kQuantiles = 4096;

double normal_distribution(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

// The means of a normal variable's 4096 equally likely parts are close to the quantiles of their middles;
// scaled to a variance of exactly 1.
std::vector<float> make_quantiles() {
  std::vector<double> x(kQuantiles);
  for (std::size_t n = 0; n < kQuantiles; ++n) {
    const double wanted = (static_cast<double>(n) + 0.5) / kQuantiles;
    double low = -5, high = 5;
    for (int step = 0; step < 50; ++step) {
      const double middle = 0.5 * (low + high);
      (normal_distribution(middle) < wanted ? low : high) = middle;
    }
    x[n] = 0.5 * (low + high);
  }
  double square = 0;
  for (const double value : x) square += value * value / kQuantiles;
  std::vector<float> table(kQuantiles);
  for (std::size_t n = 0; n < kQuantiles; ++n) table[n] = static_cast<float>(x[n] / std::sqrt(square));
  return table;
}

void normalise(HalfKernel& kernel) {
  double sum = kernel[0];
  for (std::size_t n = 1; n < kernel.size(); ++n) sum += 2.0 * static_cast<double>(kernel[n]);
  for (float& weight : kernel) weight = static_cast<float>(weight / sum);
}

// out[i] = Σ weight · in over `count` values whose neighbours along the axis lie `stride` apart.
void convolve_rows(const float* padded, std::size_t stride, std::size_t count, const HalfKernel& kernel,
                   float* out) {
  const std::size_t radius = kernel.size() - 1;
  const float* center = padded + radius * stride;
  for (std::size_t i = 0; i < count; ++i) out[i] = kernel[0] * center[i];
  for (std::size_t r = 1; r <= radius; ++r) {
    const float* before = center - r * stride;
    const float* after = center + r * stride;
    const float weight = kernel[r];
    for (std::size_t i = 0; i < count; ++i) out[i] += weight * (before[i] + after[i]);
  }
}

}  // namespace

SmoothField::SmoothField(const RandomStream& random, std::uint64_t first_index, Index3 size,
                         std::array<double, 3> spacing, double amplitude) {
  if (amplitude == 0) return;
  for (int axis = 0; axis < 3; ++axis) {
    const double step = spacing[axis];
    points_[axis] = static_cast<int>(std::floor((size[axis] - 1) / step)) + 4;
    if (axis == 0) {
      for (int i = 0; i < size[0]; ++i) {
        const double x = i / step;
        while (static_cast<int>(begin_x_.size()) <= static_cast<int>(x)) begin_x_.push_back(i);
        along_x_.push_back(static_cast<float>(x - std::floor(x)));
      }
      begin_x_.push_back(size[0]);
      continue;
    }
    taps_[axis].resize(static_cast<std::size_t>(size[axis]));
    for (int i = 0; i < size[axis]; ++i) {
      const double x = i / step;
      Tap& tap = taps_[axis][static_cast<std::size_t>(i)];
      tap.first = static_cast<int>(x);
      const float t = static_cast<float>(x - tap.first), u = 1 - t;
      tap.weight = {u * u * u / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * u * u * u - 6 * u * u + 4) / 6,
                    t * t * t / 6};
    }
  }
  control_.resize(static_cast<std::size_t>(points_[0]) * points_[1] * points_[2]);
  for (std::size_t n = 0; n < control_.size(); ++n)
    control_[n] = static_cast<float>(random.uniform(first_index + n, -amplitude, amplitude));
}

SmoothField::Plane::Plane(const SmoothField& field, int k) : field_(field) {
  if (field.zero()) return;
  const std::size_t count =
      static_cast<std::size_t>(field.points_[0]) * static_cast<std::size_t>(field.points_[1]);
  control_.assign(count, 0.0f);
  const Tap& z = field.taps_[2][static_cast<std::size_t>(k)];
  for (int c = 0; c < 4; ++c) {
    const float* plane = &field.control_[static_cast<std::size_t>(z.first + c) * count];
    for (std::size_t n = 0; n < count; ++n) control_[n] += z.weight[c] * plane[n];
  }
}

void SmoothField::Plane::add_row(int j, float* out, float scale) const {
  if (field_.zero()) return;
  const Tap& y = field_.taps_[1][static_cast<std::size_t>(j)];
  const std::size_t nx = static_cast<std::size_t>(field_.points_[0]);
  thread_local std::vector<float> line;
  line.resize(nx);
  const float* rows = &control_[static_cast<std::size_t>(y.first) * nx];
  for (std::size_t a = 0; a < nx; ++a)
    line[a] = scale * (y.weight[0] * rows[a] + y.weight[1] * rows[nx + a] + y.weight[2] * rows[2 * nx + a] +
                       y.weight[3] * rows[3 * nx + a]);
  const std::vector<int>& begin = field_.begin_x_;
  const float* along = field_.along_x_.data();
  // Between control points the spline is one cubic polynomial.
  for (std::size_t stretch = 0; stretch + 1 < begin.size(); ++stretch) {
    const float* p = &line[stretch];
    const float c0 = (p[0] + 4 * p[1] + p[2]) / 6, c1 = (p[2] - p[0]) / 2, c2 = (p[0] - 2 * p[1] + p[2]) / 2,
                c3 = (p[3] - p[0] + 3 * (p[1] - p[2])) / 6;
    for (int i = begin[stretch]; i < begin[stretch + 1]; ++i) {
      const float t = along[i];
      out[i] += ((c3 * t + c2) * t + c1) * t + c0;
    }
  }
}

QuickNormal::QuickNormal(const RandomStream& random, std::uint64_t index) {
  static const std::vector<float> table = make_quantiles();
  const auto words = random.words(index);
  key_ = std::uint64_t{words[0]} << 32 | words[1];
  table_ = table.data();
}

HalfKernel acquisition_kernel(double width, double ringing) {
  if (width <= 1) return {1.0f};
  const int radius = std::clamp(static_cast<int>(std::ceil(2.2 * width)), 2, 8);
  // The Gaussian leaves `ringing` of the lobe at 1.43 widths.
  const double damping = -std::log(std::clamp(ringing, 0.02, 0.98)) / (1.43 * 1.43);
  HalfKernel kernel;
  for (int n = 0; n <= radius; ++n) {
    const double x = n / width, angle = std::numbers::pi * x;
    kernel.push_back(static_cast<float>((n ? std::sin(angle) / angle : 1.0) * std::exp(-damping * x * x)));
  }
  normalise(kernel);
  return kernel;
}

HalfKernel gaussian_kernel(double sigma) {
  if (sigma <= 0.05) return {1.0f};
  HalfKernel kernel;
  for (int n = 0; n <= std::max(1, static_cast<int>(std::ceil(2.5 * sigma))); ++n)
    kernel.push_back(static_cast<float>(std::exp(-0.5 * n * n / (sigma * sigma))));
  normalise(kernel);
  return kernel;
}

void convolve(std::span<float> volume, Index3 size, const std::array<HalfKernel, 3>& kernels) {
  const std::size_t nx = static_cast<std::size_t>(size[0]), ny = static_cast<std::size_t>(size[1]),
                    nz = static_cast<std::size_t>(size[2]);
  const std::size_t rx = kernels[0].size() - 1, ry = kernels[1].size() - 1, rz = kernels[2].size() - 1;
  // Along x and y slice by slice, then along z plane by plane of constant y.
  if (rx + ry > 0)
    parallel_for(nz, [&](std::size_t k) {
      float* slice = &volume[k * nx * ny];
      std::vector<float> row(nx + 2 * rx), padded(nx * (ny + 2 * ry));
      for (std::size_t j = 0; j < ny; ++j) {
        const float* in = slice + j * nx;
        std::copy(in, in + nx, row.begin() + static_cast<long>(rx));
        std::fill_n(row.begin(), rx, in[0]);
        std::fill_n(row.end() - static_cast<long>(rx), rx, in[nx - 1]);
        convolve_rows(row.data(), 1, nx, kernels[0], &padded[(ry + j) * nx]);
      }
      for (std::size_t r = 0; r < ry; ++r) {
        std::copy_n(&padded[ry * nx], nx, &padded[r * nx]);
        std::copy_n(&padded[(ry + ny - 1) * nx], nx, &padded[(ry + ny + r) * nx]);
      }
      convolve_rows(padded.data(), nx, nx * ny, kernels[1], slice);
    });
  if (rz > 0)
    parallel_for(ny, [&](std::size_t j) {
      std::vector<float> padded(nx * (nz + 2 * rz)), row(nx);
      for (std::size_t k = 0; k < nz + 2 * rz; ++k) {
        const std::size_t from = std::min(nz - 1, k < rz ? 0 : k - rz);
        std::copy_n(&volume[(from * ny + j) * nx], nx, &padded[k * nx]);
      }
      for (std::size_t k = 0; k < nz; ++k)
        convolve_rows(&padded[k * nx], nx, nx, kernels[2], &volume[(k * ny + j) * nx]);
    });
}

void smooth_slice(std::span<float> slice, int columns, int rows, double sigma) {
  const HalfKernel kernel = gaussian_kernel(sigma);
  convolve(slice, {columns, rows, 1}, {kernel, kernel, HalfKernel{1.0f}});
}

float quantile(std::span<float> values, double share) {
  if (values.empty()) return 0;
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

void add_quick_rician(std::span<float> values, float sigma, const QuickNormal& noise) {
  parallel_for_ranges(values.size(), 1 << 15, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const auto [a, b] = noise.pair(i);
      const float real = values[i] + sigma * a, imaginary = sigma * b;
      values[i] = std::sqrt(real * real + imaginary * imaginary);
    }
  });
}

}  // namespace lobule::phantom
