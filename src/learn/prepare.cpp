#include "learn/prepare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "core/error.h"
#include "core/parallel.h"
#include "core/resample.h"
#include "core/text.h"
#include "nn/intensity.h"

namespace lobule::learn {
namespace {

// Which axis of the image is nearest to LPS axis a, each used once, and in which direction.
struct AxisChoice {
  int axis = 0;
  double sign = 1;
};

std::array<AxisChoice, 3> nearest_axes(const Grid& grid) {
  std::array<AxisChoice, 3> chosen;
  std::array<bool, 3> lps_done{}, axis_done{};
  for (int round = 0; round < 3; ++round) {
    double most = -1;
    int best_lps = 0, best_axis = 0;
    for (int lps = 0; lps < 3; ++lps)
      for (int axis = 0; axis < 3; ++axis) {
        const double along = std::abs(grid.direction(lps, axis));
        if (!lps_done[lps] && !axis_done[axis] && along > most)
          most = along, best_lps = lps, best_axis = axis;
      }
    lps_done[best_lps] = axis_done[best_axis] = true;
    chosen[best_lps] = {best_axis, grid.direction(best_lps, best_axis) < 0 ? -1.0 : 1.0};
  }
  return chosen;
}

nn::IntensityScale scale_of(const nn::Preprocessing& p, std::size_t channel, std::span<const float> values) {
  const auto fixed = [&] {
    if (p.mean.size() <= channel || p.deviation.size() <= channel || !(p.deviation[channel] > 0))
      throw Error("model", "it has no mean and deviation for channel " + std::to_string(channel));
    return nn::IntensityScale{static_cast<float>(p.mean[channel]),
                              static_cast<float>(1 / p.deviation[channel])};
  };
  switch (p.intensity) {
    case nn::IntensityRule::percentiles:
      return nn::percentile_scale(values, p.low_percentile, p.high_percentile);
    case nn::IntensityRule::z_score:
    case nn::IntensityRule::z_score_nonzero: return nn::z_score_scale(values);
    case nn::IntensityRule::fixed:
    case nn::IntensityRule::fixed_clipped: return fixed();
    case nn::IntensityRule::none: break;
  }
  return {};
}

void clip(const nn::Preprocessing& p, std::size_t channel, std::vector<float>& values) {
  if (p.before_scale != 1)
    for (float& value : values) value /= static_cast<float>(p.before_scale);
  if (p.intensity == nn::IntensityRule::z_score_nonzero) nn::zeros_to_missing(values);
  if (p.intensity != nn::IntensityRule::fixed_clipped) return;
  if (p.lowest_value.size() <= channel || p.highest_value.size() <= channel)
    throw Error("model", "it has no bounds for channel " + std::to_string(channel));
  const float low = static_cast<float>(p.lowest_value[channel]);
  const float high = static_cast<float>(p.highest_value[channel]);
  for (float& value : values)
    if (!std::isnan(value)) value = std::clamp(value, low, high);
}

// The image's mean over each voxel of a grid, sampled as finely as the image is; NaN where nothing is
// measured.
Image<float> averaged(const Image<float>& image, const Grid& grid) {
  Index3 parts{};
  const std::array<AxisChoice, 3> axes = nearest_axes(image.grid);
  for (int a = 0; a < 3; ++a)
    parts[a] =
        std::max(1, static_cast<int>(std::lround(grid.spacing_mm[a] / image.grid.spacing_mm[axes[a].axis])));
  Image<float> out(grid);
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t slice) {
    const int k = static_cast<int>(slice);
    const auto place = [&](int index, int part, int a) { return index + (part + 0.5) / parts[a] - 0.5; };
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        double sum = 0;
        int count = 0;
        for (int c = 0; c < parts[2]; ++c)
          for (int b = 0; b < parts[1]; ++b)
            for (int a = 0; a < parts[0]; ++a) {
              const Vec3 point = point_from_index(grid, {place(i, a, 0), place(j, b, 1), place(k, c, 2)});
              const float value = sample(image, index_from_point(image.grid, point), Interpolation::linear);
              if (std::isnan(value)) continue;
              sum += value, ++count;
            }
        out.at(i, j, k) = count > 0 ? static_cast<float>(sum / count) : kMissing;
      }
  });
  return out;
}

// A header's spacing may be anything above 0; no image of a breast has voxels beyond these.
void check_spacing(const Grid& image, const nn::Preprocessing& preprocessing) {
  for (int a = 0; a < 3; ++a) {
    const bool resampled =
        *std::max_element(preprocessing.spacing_mm.begin(), preprocessing.spacing_mm.end()) > 0;
    const double spacing = image.spacing_mm[a];
    if (resampled && !(spacing >= 0.005 && spacing <= 100))
      throw Error(
          "image", "its voxels are " + format_number(spacing) + " mm along an axis",
          "the network was trained on a stated size, and voxels of 0.005 to 100 mm are brought to it");
  }
}

}  // namespace

Grid network_grid(const Grid& image, const nn::Preprocessing& preprocessing) {
  const std::array<AxisChoice, 3> axes = nearest_axes(image);
  Grid grid;
  Vec3 center_index;
  check_spacing(image, preprocessing);
  for (int a = 0; a < 3; ++a) {
    const int from = axes[a].axis;
    const double extent_mm = image.size[from] * image.spacing_mm[from];
    const double wanted = preprocessing.spacing_mm[a];
    grid.size[a] = image.size[from];
    grid.spacing_mm[a] = image.spacing_mm[from];
    if (wanted > 0) {
      grid.size[a] = std::max(1, static_cast<int>(std::lround(extent_mm / wanted)));
      grid.spacing_mm[a] = wanted;
    }
    for (int row = 0; row < 3; ++row) grid.direction(row, a) = axes[a].sign * image.direction(row, from);
    center_index[from] = 0.5 * (image.size[from] - 1);
  }
  const Vec3 center = point_from_index(image, center_index);
  grid.origin_mm = {0, 0, 0};
  Vec3 half{0.5 * (grid.size[0] - 1), 0.5 * (grid.size[1] - 1), 0.5 * (grid.size[2] - 1)};
  grid.origin_mm = center - point_from_index(grid, half);
  return grid;
}

std::vector<Image<float>> prepare(const std::vector<const Image<float>*>& channels,
                                  const nn::Preprocessing& preprocessing) {
  if (channels.size() != static_cast<std::size_t>(preprocessing.images()))
    throw Error("model", std::to_string(channels.size()) + " images are given",
                "it takes " + std::to_string(preprocessing.images()));
  const Grid& image_grid = channels[0]->grid;
  for (const Image<float>* channel : channels) {
    if (!same_grid(channel->grid, image_grid))
      throw Error("model", "its images have two grids or places: " + describe(image_grid) + " and " +
                               describe(channel->grid));
  }
  const Grid grid = network_grid(image_grid, preprocessing);
  std::vector<Image<float>> prepared;
  for (std::size_t c = 0; c < channels.size(); ++c) {
    Image<float> seen = averaged(*channels[c], grid);
    clip(preprocessing, c, seen.voxels);
    const nn::IntensityScale scale = scale_of(preprocessing, c, seen.voxels);
    for (float& value : seen.voxels) value = scale(value);
    prepared.push_back(std::move(seen));
  }
  return prepared;
}

Tensor network_slice(const Tensor& images, std::int64_t z, const nn::Preprocessing& preprocessing) {
  const std::vector<int> alone{0};
  const std::vector<int>& neighbours = preprocessing.neighbours.empty() ? alone : preprocessing.neighbours;
  const std::int64_t count = images.shape.at(1), depth = images.shape.at(2);
  Tensor slice(Shape{1, count * std::ssize(neighbours), images.shape.at(3), images.shape.at(4)});
  const std::int64_t plane = images.shape[3] * images.shape[4];
  float* to = slice.values.data();
  for (std::int64_t c = 0; c < count; ++c)
    for (const int neighbour : neighbours) {
      const std::int64_t from = c * depth + std::clamp<std::int64_t>(z + neighbour, 0, depth - 1);
      to = std::copy_n(images.values.data() + from * plane, plane, to);
    }
  return slice;
}

}  // namespace lobule::learn
