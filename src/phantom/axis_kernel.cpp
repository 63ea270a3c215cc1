#include "phantom/axis_kernel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/parallel.h"

namespace lobule::phantom {
namespace {

constexpr double kLobes = 5;

double sinc(double x) {
  return std::abs(x) < 1e-9 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

// The part of a box of `width` around 0 that lies in an interval.
double overlap(double low, double high, double width) {
  return std::max(0.0, std::min(high, width / 2) - std::max(low, -width / 2));
}

// The longest run around the middle of outputs with the same weights.
void find_even_run(AxisKernel& kernel) {
  const int middle = kernel.outputs / 2;
  const auto same = [&](int o) {
    if (kernel.first[o] - kernel.first[middle] != o - middle) return false;
    for (int t = 0; t < kernel.taps; ++t)
      if (std::abs(kernel.weights[static_cast<std::size_t>(o) * kernel.taps + t] -
                   kernel.weights[static_cast<std::size_t>(middle) * kernel.taps + t]) > 1e-6f)
        return false;
    return true;
  };
  kernel.even_from = kernel.even_to = middle;
  while (kernel.even_to < kernel.outputs && same(kernel.even_to)) ++kernel.even_to;
  while (kernel.even_from > 0 && same(kernel.even_from - 1)) --kernel.even_from;
}

}  // namespace

bool AxisKernel::identity() const {
  if (inputs != outputs) return false;
  for (int o = 0; o < outputs; ++o)
    for (int t = 0; t < taps; ++t) {
      const float weight = weights[static_cast<std::size_t>(o) * taps + t];
      if (std::abs(weight - (first[o] + t == o ? 1.0f : 0.0f)) > 1e-6f) return false;
    }
  return true;
}

AxisKernel axis_kernel(const Axis& input, const Axis& output, double ringing, double keep, double shift_mm) {
  AxisKernel kernel;
  kernel.inputs = input.count;
  kernel.outputs = output.count;
  const double ratio = output.spacing_mm / input.spacing_mm, box = std::max(1.0, ratio);
  const double step = box / keep;  // of the sinc's zeros, in input samples
  const double reach = ringing > 0 ? kLobes * step : (box + 1) / 2;
  kernel.taps = std::min(input.count, 2 * static_cast<int>(std::ceil(reach)) + 1);
  for (int o = 0; o < output.count; ++o) {
    const double center =
        (output.start_mm + o * output.spacing_mm - shift_mm - input.start_mm) / input.spacing_mm;
    const int wanted = static_cast<int>(std::lround(center)) - static_cast<int>(std::ceil(reach));
    const int first = std::clamp(wanted, 0, input.count - kernel.taps);
    std::vector<double> weights(static_cast<std::size_t>(kernel.taps), 0.0);
    double band_sum = 0, box_sum = 0;
    std::vector<double> band(weights), area(weights);
    for (int n = 0; n <= 2 * static_cast<int>(std::ceil(reach)); ++n) {
      const double x = wanted + n - center;
      const auto slot =
          static_cast<std::size_t>(std::clamp(wanted + n, first, first + kernel.taps - 1) - first);
      const double a = overlap(x - 0.5, x + 0.5, box);
      area[slot] += a, box_sum += a;
      if (ringing <= 0 || std::abs(x) >= reach) continue;
      const double hann = 0.5 + 0.5 * std::cos(std::numbers::pi * x / reach);
      const double b = sinc(x / step) * hann;
      band[slot] += b, band_sum += b;
    }
    kernel.first.push_back(first);
    for (std::size_t t = 0; t < weights.size(); ++t) {
      double weight = (1 - ringing) * area[t] / box_sum;
      if (ringing > 0) weight += ringing * band[t] / band_sum;
      kernel.weights.push_back(static_cast<float>(weight));
    }
  }
  find_even_run(kernel);
  return kernel;
}

void filter_rows(const AxisKernel& kernel, int rows, const float* in, float* out) {
  const int from = kernel.even_from, to = kernel.even_to;
  for (int r = 0; r < rows; ++r, in += kernel.inputs, out += kernel.outputs) {
    for (int o = 0; o < kernel.outputs; ++o) {
      if (o == from && to > from) o = to;
      if (o >= kernel.outputs) break;
      const float* weight = &kernel.weights[static_cast<std::size_t>(o) * kernel.taps];
      const float* source = in + kernel.first[o];
      float sum = 0;
      for (int t = 0; t < kernel.taps; ++t) sum += weight[t] * source[t];
      out[o] = sum;
    }
    if (to <= from) continue;
    std::fill(out + from, out + to, 0.0f);
    for (int t = 0; t < kernel.taps; ++t) {
      const float weight = kernel.weights[static_cast<std::size_t>(from) * kernel.taps + t];
      const float* source = in + kernel.first[from] + t;
      for (int n = 0; n < to - from; ++n) out[from + n] += weight * source[n];
    }
  }
}

void filter_columns(const AxisKernel& kernel, int width, const float* in, float* out) {
  for (int o = 0; o < kernel.outputs; ++o, out += width) {
    std::fill_n(out, width, 0.0f);
    for (int t = 0; t < kernel.taps; ++t) {
      const float weight = kernel.weights[static_cast<std::size_t>(o) * kernel.taps + t];
      if (weight == 0) continue;
      const float* source = in + static_cast<std::size_t>(kernel.first[o] + t) * width;
      for (int x = 0; x < width; ++x) out[x] += weight * source[x];
    }
  }
}

void filter_slices(const AxisKernel& kernel, Image<float>& image) {
  const auto width = static_cast<std::size_t>(image.grid.size[0]);
  const int depth = image.grid.size[2];
  const std::size_t plane = width * image.grid.size[1];
  parallel_for(static_cast<std::size_t>(image.grid.size[1]), [&](std::size_t j) {
    std::vector<float> in(width * depth), out(width * depth);
    for (int k = 0; k < depth; ++k) std::copy_n(&image.voxels[k * plane + j * width], width, &in[k * width]);
    filter_columns(kernel, static_cast<int>(width), in.data(), out.data());
    for (int k = 0; k < depth; ++k) std::copy_n(&out[k * width], width, &image.voxels[k * plane + j * width]);
  });
}

Image<float> zero_filled(const Image<float>& image, const Grid& grid) {
  Image<float> out(grid);
  const auto axis = [](const Grid& g, int a) { return Axis{g.size[a], g.origin_mm[a], g.spacing_mm[a]}; };
  const AxisKernel rows = axis_kernel(axis(image.grid, 0), axis(grid, 0), 1);
  const AxisKernel columns = axis_kernel(axis(image.grid, 1), axis(grid, 1), 1);
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t k) {
    std::vector<float> half(static_cast<std::size_t>(image.grid.size[0]) * grid.size[1]);
    filter_columns(columns, image.grid.size[0], &image.voxels[image.grid.offset(0, 0, static_cast<int>(k))],
                   half.data());
    float* plane = &out.voxels[grid.offset(0, 0, static_cast<int>(k))];
    filter_rows(rows, grid.size[1], half.data(), plane);
    for (std::size_t v = 0; v < static_cast<std::size_t>(grid.size[0]) * grid.size[1]; ++v)
      plane[v] = std::abs(plane[v]);
  });
  return out;
}

}  // namespace lobule::phantom
