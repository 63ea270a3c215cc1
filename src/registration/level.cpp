#include "registration/level.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/resample.h"
#include "registration/tuning.h"

namespace lobule::registration {
namespace {

constexpr std::size_t kSamples = 200000;  // enough for a percentile to within a thousandth

struct Brightness {
  float low = 0, scale = 1;
};

Brightness brightness(const Image<float>& image) {
  const std::size_t stride = std::max<std::size_t>(1, image.voxels.size() / kSamples) | 1;
  std::vector<float> values;
  for (std::size_t v = 0; v < image.voxels.size(); v += stride) {
    if (!std::isnan(image.voxels[v])) values.push_back(image.voxels[v]);
  }
  if (values.empty()) return {};
  const auto low = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 100);
  std::nth_element(values.begin(), low, values.end());
  double sum = 0, bright = 0;
  std::size_t n_bright = 0;
  for (const float v : values) sum += v;
  const double mean = sum / static_cast<double>(values.size());
  for (const float v : values) {
    if (v <= mean) continue;
    bright += v;
    ++n_bright;
  }
  const double scale = n_bright > 0 ? bright / static_cast<double>(n_bright) - *low : 0;
  return {*low, scale > 0 ? static_cast<float>(scale) : 1.0f};
}

// Value and gradient (per voxel) at a point; false where a neighbour is missing. N = 4: Catmull–Rom,
// whose gradient is continuous; N = 2: linear, for the borders.
template <int N>
bool interpolate(const Image<float>& image, const int (&base)[3], const float (&t)[3], float& value,
                 float (&slope)[3]) {
  float w[3][N], dw[3][N];
  int first[3];
  for (int a = 0; a < 3; ++a) {
    const float u = t[a];
    first[a] = base[a] - (N == 4 ? 1 : 0);
    if (first[a] < 0 || first[a] + N > image.grid.size[a]) return false;
    if constexpr (N == 4) {
      const float values[4] = {((-0.5f * u + 1) * u - 0.5f) * u, (1.5f * u - 2.5f) * u * u + 1,
                               ((-1.5f * u + 2) * u + 0.5f) * u, (0.5f * u - 0.5f) * u * u};
      const float slopes[4] = {(-1.5f * u + 2) * u - 0.5f, (4.5f * u - 5) * u, (-4.5f * u + 4) * u + 0.5f,
                               (1.5f * u - 1) * u};
      std::copy(values, values + 4, w[a]);
      std::copy(slopes, slopes + 4, dw[a]);
    } else {
      w[a][0] = 1 - u, w[a][1] = u;
      dw[a][0] = -1, dw[a][1] = 1;
    }
  }
  float plain[N] = {}, by_y[N] = {}, by_z[N] = {};
  for (int k = 0; k < N; ++k) {
    for (int j = 0; j < N; ++j) {
      const float* row = &image.at(first[0], first[1] + j, first[2] + k);
      const float c = w[1][j] * w[2][k], cy = dw[1][j] * w[2][k], cz = w[1][j] * dw[2][k];
      for (int i = 0; i < N; ++i) {
        plain[i] += c * row[i];
        by_y[i] += cy * row[i];
        by_z[i] += cz * row[i];
      }
    }
  }
  value = slope[0] = slope[1] = slope[2] = 0;
  for (int i = 0; i < N; ++i) {
    value += w[0][i] * plain[i];
    slope[0] += dw[0][i] * plain[i];
    slope[1] += w[0][i] * by_y[i];
    slope[2] += w[0][i] * by_z[i];
  }
  return !std::isnan(value);
}

bool value_and_slope(const Image<float>& image, Vec3 index, float& value, float (&slope)[3]) {
  int base[3];
  float t[3];
  for (int a = 0; a < 3; ++a) {
    const int size = image.grid.size[a];
    if (!(index[a] >= 0 && index[a] <= size - 1)) return false;
    base[a] = std::min(static_cast<int>(index[a]), std::max(0, size - 2));
    t[a] = static_cast<float>(index[a] - base[a]);
  }
  return interpolate<4>(image, base, t, value, slope) || interpolate<2>(image, base, t, value, slope);
}

Image<float> presmoothed(const Image<float>& image) {
  const Vec3 s = image.grid.spacing_mm;
  return gaussian_smooth(image, kPresmoothing * std::max({s.x, s.y, s.z}));
}

}  // namespace

Image<float> compress(const Image<float>& image) {
  const Brightness b = brightness(image);
  Image<float> out(image.grid);
  parallel_for_ranges(image.voxels.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      const float x = (image.voxels[v] - b.low) / b.scale;
      out.voxels[v] = x < 0 ? 0 : x / (1 + x);
    }
  });
  return out;
}

Level make_level(const Image<float>& fixed, const Image<float>& moving, const Mask& mask, double spacing_mm) {
  Level level{presmoothed(downsample(fixed, spacing_mm)), presmoothed(downsample(moving, spacing_mm)), {}};
  if (mask.empty()) {
    level.centres.assign(level.fixed.voxels.size(), 1);
  } else {
    level.centres = downsample_mask(mask, spacing_mm).voxels;
  }
  return level;
}

Level cropped(const Level& level, int margin_voxels) {
  Seen seen;
  look(level, RigidTransform{}, nullptr, seen);
  const Grid& grid = level.fixed.grid;
  Index3 low = grid.size, high{-1, -1, -1};
  for (std::size_t v = 0; v < seen.value.size(); ++v) {
    if (level.centres[v] == 0 || std::isnan(level.fixed.voxels[v]) || std::isnan(seen.value[v])) continue;
    const Index3 at{static_cast<int>(v % grid.size[0]), static_cast<int>(v / grid.size[0] % grid.size[1]),
                    static_cast<int>(v / grid.size[0] / grid.size[1])};
    for (int a = 0; a < 3; ++a) {
      low[a] = std::min(low[a], at[a]);
      high[a] = std::max(high[a], at[a]);
    }
  }
  if (high[0] < 0) return level;
  Grid part = grid;
  for (int a = 0; a < 3; ++a) {
    low[a] = std::max(0, low[a] - margin_voxels);
    high[a] = std::min(grid.size[a] - 1, high[a] + margin_voxels);
    part.size[a] = high[a] - low[a] + 1;
  }
  part.origin_mm = point_from_index(
      grid, {static_cast<double>(low[0]), static_cast<double>(low[1]), static_cast<double>(low[2])});
  Level out{Image<float>(part), level.moving, std::vector<std::uint8_t>(part.voxel_count())};
  for (int k = 0; k < part.size[2]; ++k) {
    for (int j = 0; j < part.size[1]; ++j) {
      const std::size_t from = grid.offset(low[0], low[1] + j, low[2] + k), to = part.offset(0, j, k);
      std::copy_n(&level.fixed.voxels[from], part.size[0], &out.fixed.voxels[to]);
      std::copy_n(&level.centres[from], part.size[0], &out.centres[to]);
    }
  }
  return out;
}

void look(const Level& level, const RigidTransform& rigid, const AxisField* displacement, Seen& seen) {
  const Grid& grid = level.fixed.grid;
  const Grid& from = level.moving.grid;
  seen.value.resize(grid.voxel_count());
  for (auto& part : seen.gradient_per_mm) part.resize(grid.voxel_count());
  // Moving index = start + i step[0] + j step[1] + k step[2] + per_mm d.
  const Vec3 start = index_from_point(from, rigid(grid.origin_mm));
  Vec3 step[3], per_mm[3];
  for (int a = 0; a < 3; ++a) {
    Vec3 unit;
    unit[a] = 1;
    step[a] = index_from_point(from, rigid(point_from_index(grid, unit))) - start;
    per_mm[a] = index_from_point(from, from.origin_mm + grid.direction.column[a]);
  }
  const std::size_t rows = static_cast<std::size_t>(grid.size[1]) * grid.size[2];
  parallel_for_ranges(rows, 32, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const Vec3 first = start + static_cast<double>(row % grid.size[1]) * step[1] +
                         static_cast<double>(row / grid.size[1]) * step[2];
      for (int i = 0; i < grid.size[0]; ++i) {
        const std::size_t v = row * grid.size[0] + i;
        Vec3 index = first + static_cast<double>(i) * step[0];
        if (displacement != nullptr) {
          for (int a = 0; a < 3; ++a) index = index + static_cast<double>((*displacement)[a][v]) * per_mm[a];
        }
        float slope[3] = {0, 0, 0};
        const bool measured = value_and_slope(level.moving, index, seen.value[v], slope);
        if (!measured) seen.value[v] = kMissing;
        for (int a = 0; a < 3; ++a) {
          seen.gradient_per_mm[a][v] =
              measured ? static_cast<float>(slope[0] * per_mm[a].x + slope[1] * per_mm[a].y +
                                            slope[2] * per_mm[a].z)
                       : 0.0f;
        }
      }
    }
  });
}

}  // namespace lobule::registration
