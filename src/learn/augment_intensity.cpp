#include "learn/augment_intensity.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"

namespace lobule::learn {
namespace {

constexpr int kBiasOrder = 3;  // TorchIO's

struct Range {
  float low, high;
};

Range range_of(std::span<const float> values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {*low, *high};
}

void change_gamma(std::span<float> values, double gamma, bool inverted) {
  const Range range = range_of(values);
  const float width = range.high - range.low;
  if (!(width > 0)) return;
  const float power = static_cast<float>(gamma);
  for (float& value : values) {
    const float share = (value - range.low) / width;
    value = range.low + width * (inverted ? 1 - std::pow(1 - share, power) : std::pow(share, power));
  }
}

void change_contrast(std::span<float> values, double factor) {
  const Range range = range_of(values);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  for (float& value : values)
    value = std::clamp(static_cast<float>(mean + factor * (value - mean)), range.low, range.high);
}

double power(double base, int exponent) {
  double result = 1;
  for (int i = 0; i < exponent; ++i) result *= base;
  return result;
}

void shade(std::span<float> values, const std::array<std::int64_t, 3>& extents,
           const std::vector<double>& coefficients) {
  const auto coordinate = [&](std::int64_t i, std::size_t axis) {
    return extents[axis] > 1 ? 2.0 * static_cast<double>(i) / static_cast<double>(extents[axis] - 1) - 1
                             : 0.0;
  };
  const int order_z = extents[0] > 1 ? kBiasOrder : 0;
  std::size_t at = 0;
  for (std::int64_t z = 0; z < extents[0]; ++z)
    for (std::int64_t y = 0; y < extents[1]; ++y) {
      // A polynomial of x for each line.
      std::array<double, kBiasOrder + 1> line{};
      std::size_t next = 0;
      for (int k = 0; k <= order_z; ++k)
        for (int j = 0; j + k <= kBiasOrder; ++j)
          for (int i = 0; i + j + k <= kBiasOrder; ++i) {
            if (i + j + k == 0) continue;
            line[static_cast<std::size_t>(i)] +=
                coefficients[next++] * power(coordinate(z, 0), k) * power(coordinate(y, 1), j);
          }
      for (std::int64_t x = 0; x < extents[2]; ++x) {
        const double c = coordinate(x, 2);
        values[at++] *= static_cast<float>(std::exp(((line[3] * c + line[2]) * c + line[1]) * c + line[0]));
      }
    }
}

// Calls change(line) for each line of voxels along an axis.
template <class Change>
void for_each_line(std::span<float> values, const std::array<std::int64_t, 3>& extents, std::size_t axis,
                   const Change& change) {
  std::size_t stride = 1;
  for (std::size_t a = axis + 1; a < 3; ++a) stride *= static_cast<std::size_t>(extents[a]);
  const std::size_t length = static_cast<std::size_t>(extents[axis]);
  std::vector<float> line(length);
  for (std::size_t begin = 0; begin < values.size(); begin += stride * length)
    for (std::size_t offset = begin; offset < begin + stride; ++offset) {
      for (std::size_t i = 0; i < length; ++i) line[i] = values[offset + i * stride];
      change(line);
      for (std::size_t i = 0; i < length; ++i) values[offset + i * stride] = line[i];
    }
}

// Means over cells `factor` voxels long, and linear interpolation between their centres.
void make_coarse(std::span<float> values, const std::array<std::int64_t, 3>& extents, double factor) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t length = extents[axis];
    const auto cells = static_cast<std::int64_t>(std::lround(static_cast<double>(length) / factor));
    if (cells < 1 || cells >= length) continue;
    const double cell = static_cast<double>(length) / static_cast<double>(cells);
    std::vector<double> means(static_cast<std::size_t>(cells));
    for_each_line(values, extents, axis, [&](std::vector<float>& line) {
      for (std::int64_t c = 0; c < cells; ++c) {
        const double begin = static_cast<double>(c) * cell, end = begin + cell;
        double sum = 0;
        for (auto i = static_cast<std::int64_t>(begin); i < length && static_cast<double>(i) < end; ++i) {
          const double low = std::max(begin, static_cast<double>(i)),
                       high = std::min(end, static_cast<double>(i) + 1);
          sum += (high - low) * line[static_cast<std::size_t>(i)];
        }
        means[static_cast<std::size_t>(c)] = sum / cell;
      }
      for (std::int64_t i = 0; i < length; ++i) {
        const double place =
            std::clamp((static_cast<double>(i) + 0.5) / cell - 0.5, 0.0, static_cast<double>(cells - 1));
        const auto low = static_cast<std::size_t>(place);
        const std::size_t high = std::min(low + 1, static_cast<std::size_t>(cells - 1));
        const double share = place - static_cast<double>(low);
        line[static_cast<std::size_t>(i)] =
            static_cast<float>((1 - share) * means[low] + share * means[high]);
      }
    });
  }
}

// Gaussian, cut at three standard deviations; beyond the image its last voxel counts.
void blur(std::span<float> values, const std::array<std::int64_t, 3>& extents, double sigma) {
  const auto reach = static_cast<std::int64_t>(std::ceil(3 * sigma));
  std::vector<float> kernel;
  for (std::int64_t i = -reach; i <= reach; ++i)
    kernel.push_back(static_cast<float>(std::exp(-0.5 * static_cast<double>(i * i) / (sigma * sigma))));
  const float sum = std::accumulate(kernel.begin(), kernel.end(), 0.0F);
  for (float& weight : kernel) weight /= sum;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t length = extents[axis];
    if (length == 1) continue;
    std::vector<float> padded(static_cast<std::size_t>(length + 2 * reach));
    for_each_line(values, extents, axis, [&](std::vector<float>& line) {
      for (std::int64_t i = 0; i < length + 2 * reach; ++i)
        padded[static_cast<std::size_t>(i)] =
            line[static_cast<std::size_t>(std::clamp<std::int64_t>(i - reach, 0, length - 1))];
      for (std::size_t i = 0; i < line.size(); ++i) {
        float value = 0;
        for (std::size_t k = 0; k < kernel.size(); ++k) value += kernel[k] * padded[i + k];
        line[i] = value;
      }
    });
  }
}

}  // namespace

int bias_coefficients(int dimensions) {
  return dimensions == 2 ? 9 : 19;  // (n + 3)! / (n! 3!) less the constant
}

void change_intensities(std::span<float> values, const std::array<std::int64_t, 3>& extents,
                        const ChannelDraw& draw, std::uint64_t seed, std::uint64_t index, std::size_t key) {
  if (draw.gamma != 1) change_gamma(values, draw.gamma, draw.inverted);
  if (draw.contrast != 1) change_contrast(values, draw.contrast);
  if (draw.gain != 1)
    for (float& value : values) value *= static_cast<float>(draw.gain);
  if (!draw.bias.empty()) shade(values, extents, draw.bias);
  if (draw.coarse != 1) make_coarse(values, extents, draw.coarse);
  if (draw.blur_voxels > 0) blur(values, extents, draw.blur_voxels);
  if (draw.noise > 0) {
    const RandomStream random(seed,
                              "augmentation noise " + std::to_string(index) + " " + std::to_string(key));
    for (std::size_t i = 0; i < values.size(); i += 2) {
      const auto pair = random.normal_pair(i / 2);
      values[i] += static_cast<float>(draw.noise * pair[0]);
      if (i + 1 < values.size()) values[i + 1] += static_cast<float>(draw.noise * pair[1]);
    }
  }
}

}  // namespace lobule::learn
