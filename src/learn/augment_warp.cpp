#include "learn/augment_warp.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/random.h"

namespace lobule::learn {
namespace {

using Matrix = std::array<std::array<double, 3>, 3>;  // of (z, y, x)

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix result{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k) result[i][j] += a[i][k] * b[k][j];
  return result;
}

// A turn in the plane of two axes: the first towards the second.
Matrix turn(std::size_t from, std::size_t to, double angle) {
  Matrix matrix{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  matrix[from][from] = matrix[to][to] = std::cos(angle);
  matrix[to][from] = std::sin(angle);
  matrix[from][to] = -std::sin(angle);
  return matrix;
}

// From offsets in voxels of the result to offsets in voxels of the source.
Matrix matrix_of(const AugmentationDraw& draw) {
  const Matrix rotation =
      product(turn(2, 1, draw.rotation_rad[0]),
              product(turn(0, 2, draw.rotation_rad[1]), turn(1, 0, draw.rotation_rad[2])));
  Matrix matrix{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      matrix[i][j] = rotation[i][j] * draw.spacing[j] / draw.spacing[i] / draw.scale;
  return matrix;
}

// Weights of the four nearest nodes of a uniform cubic B-spline.
std::array<double, 4> spline_weights(double t) {
  const double s = 1 - t, t2 = t * t;
  return {s * s * s / 6, (3 * t2 * t - 6 * t2 + 4) / 6, (-3 * t2 * t + 3 * t2 + 3 * t + 1) / 6, t2 * t / 6};
}

// Smooth random displacements: normal ones at the nodes of a lattice, cubic B-splines between.
class Lattice {
 public:
  Lattice(const AugmentationDraw& draw, const std::array<std::int64_t, 3>& extents)
      : spacing_(draw.elastic_spacing_voxels) {
    for (std::size_t a = 0; a < 3; ++a)
      nodes_[a] = static_cast<std::size_t>(static_cast<double>(extents[a] - 1) / spacing_) + 4;
    const RandomStream random(draw.seed, "augmentation lattice " + std::to_string(draw.index));
    values_.resize(nodes_[0] * nodes_[1] * nodes_[2]);
    for (std::size_t n = 0; n < values_.size(); ++n)
      for (std::size_t a = 0; a < 3; ++a)
        // Images of two dimensions stay in their plane.
        values_[n][a] = a == 0 && extents[0] == 1 ? 0 : draw.elastic_voxels * random.normal(3 * n + a);
    line_.resize(nodes_[2]);
  }

  // Takes a line of voxels; then `at(x)` is the displacement (z, y, x) of its voxel x.
  void set_line(std::int64_t z, std::int64_t y) {
    const auto [node_z, weights_z] = place(z);
    const auto [node_y, weights_y] = place(y);
    for (std::size_t x = 0; x < nodes_[2]; ++x) {
      line_[x] = {};
      for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 4; ++j) {
          const auto& value = values_[((node_z + i) * nodes_[1] + node_y + j) * nodes_[2] + x];
          for (std::size_t a = 0; a < 3; ++a) line_[x][a] += weights_z[i] * weights_y[j] * value[a];
        }
    }
  }
  std::array<double, 3> at(std::int64_t x) const {
    const auto [node, weights] = place(x);
    std::array<double, 3> sum{};
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t a = 0; a < 3; ++a) sum[a] += weights[i] * line_[node + i][a];
    return sum;
  }

 private:
  std::pair<std::size_t, std::array<double, 4>> place(std::int64_t i) const {
    const double node = static_cast<double>(i) / spacing_, first = std::floor(node);
    return {static_cast<std::size_t>(first), spline_weights(node - first)};
  }

  double spacing_;
  std::array<std::size_t, 3> nodes_{};
  std::vector<std::array<double, 3>> values_, line_;
};

// Calls body(channel's values, channel's result) for each channel.
template <class Body>
Tensor channel_by_channel(const Tensor& tensor, std::size_t count, const Body& body) {
  Tensor result(tensor.shape);
  for (std::size_t begin = 0; begin < tensor.values.size(); begin += count)
    body(&tensor.values[begin], &result.values[begin]);
  return result;
}

struct Places {
  explicit Places(const Shape& shape) : extents(extents_of(shape)) {}

  bool inside(const std::array<float, 3>& source) const {
    for (std::size_t a = 0; a < 3; ++a)
      if (!(source[a] >= -0.5F && source[a] <= static_cast<float>(extents[a]) - 0.5F)) return false;
    return true;
  }
  std::size_t offset(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return static_cast<std::size_t>((z * extents[1] + y) * extents[2] + x);
  }

  std::array<std::int64_t, 3> extents;
};

// Each place of the result from its source: value_at(places, channel's values, source), or `outside`.
template <class ValueAt>
Tensor gather(const Tensor& tensor, const std::vector<std::array<float, 3>>& sources, float outside,
              const ValueAt& value_at) {
  const Places places(tensor.shape);
  return channel_by_channel(tensor, sources.size(), [&](const float* from, float* to) {
    for (std::size_t n = 0; n < sources.size(); ++n)
      to[n] = places.inside(sources[n]) ? value_at(places, from, sources[n]) : outside;
  });
}

}  // namespace

std::array<std::int64_t, 3> extents_of(const Shape& shape) {
  if (shape.size() == 3) return {1, shape[1], shape[2]};
  return {shape[1], shape[2], shape[3]};
}

std::vector<std::array<float, 3>> sources_of(const AugmentationDraw& draw,
                                             const std::array<std::int64_t, 3>& extents) {
  const bool turned = draw.rotation_rad != std::array<double, 3>{} || draw.scale != 1;
  if (!turned && draw.elastic_voxels == 0) return {};
  Matrix matrix = matrix_of(draw);
  if (extents[0] == 1) matrix[0] = {0, 0, 0};
  Lattice lattice(draw, extents);
  std::array<double, 3> middle{};
  for (std::size_t a = 0; a < 3; ++a) middle[a] = static_cast<double>(extents[a] - 1) / 2;
  std::vector<std::array<float, 3>> sources;
  sources.reserve(static_cast<std::size_t>(extents[0] * extents[1] * extents[2]));
  for (std::int64_t z = 0; z < extents[0]; ++z)
    for (std::int64_t y = 0; y < extents[1]; ++y) {
      if (draw.elastic_voxels > 0) lattice.set_line(z, y);
      for (std::int64_t x = 0; x < extents[2]; ++x) {
        const std::array<double, 3> offset{static_cast<double>(z) - middle[0],
                                           static_cast<double>(y) - middle[1],
                                           static_cast<double>(x) - middle[2]};
        const std::array<double, 3> moved = draw.elastic_voxels > 0 ? lattice.at(x) : std::array<double, 3>{};
        std::array<float, 3> source{};
        for (std::size_t a = 0; a < 3; ++a)
          source[a] = static_cast<float>(middle[a] + matrix[a][0] * offset[0] + matrix[a][1] * offset[1] +
                                         matrix[a][2] * offset[2] + moved[a]);
        sources.push_back(source);
      }
    }
  return sources;
}

void mirror(Tensor& tensor, const std::array<bool, 3>& axes) {
  const std::array<std::int64_t, 3> extents = extents_of(tensor.shape);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!axes[axis]) continue;
    std::size_t stride = 1;
    for (std::size_t a = axis + 1; a < 3; ++a) stride *= static_cast<std::size_t>(extents[a]);
    const auto length = static_cast<std::size_t>(extents[axis]);
    for (std::size_t begin = 0; begin < tensor.values.size(); begin += stride * length)
      for (std::size_t i = 0; i < length / 2; ++i) {
        const auto low = tensor.values.begin() + static_cast<std::ptrdiff_t>(begin + i * stride);
        const auto high =
            tensor.values.begin() + static_cast<std::ptrdiff_t>(begin + (length - 1 - i) * stride);
        std::swap_ranges(low, low + static_cast<std::ptrdiff_t>(stride), high);
      }
  }
}

Tensor warp_linear(const Tensor& tensor, const std::vector<std::array<float, 3>>& sources, float outside) {
  return gather(tensor, sources, outside,
                [](const Places& places, const float* from, const std::array<float, 3>& source) {
                  std::array<std::int64_t, 3> low{}, high{};
                  std::array<float, 3> share{};
                  for (std::size_t a = 0; a < 3; ++a) {
                    const float last = static_cast<float>(places.extents[a] - 1),
                                at = std::clamp(source[a], 0.0F, last);
                    low[a] = static_cast<std::int64_t>(at);
                    high[a] = std::min(low[a] + 1, places.extents[a] - 1);
                    share[a] = at - static_cast<float>(low[a]);
                  }
                  const auto along_x = [&](std::int64_t z, std::int64_t y) {
                    const float first = from[places.offset(z, y, low[2])];
                    return share[2] == 0 ? first
                                         : first + share[2] * (from[places.offset(z, y, high[2])] - first);
                  };
                  const auto in_plane = [&](std::int64_t z) {
                    const float first = along_x(z, low[1]);
                    return share[1] == 0 ? first : first + share[1] * (along_x(z, high[1]) - first);
                  };
                  const float first = in_plane(low[0]);
                  return share[0] == 0 ? first : first + share[0] * (in_plane(high[0]) - first);
                });
}

Tensor warp_nearest(const Tensor& tensor, const std::vector<std::array<float, 3>>& sources, float outside) {
  return gather(tensor, sources, outside,
                [](const Places& places, const float* from, const std::array<float, 3>& source) {
                  std::array<std::int64_t, 3> at{};
                  for (std::size_t a = 0; a < 3; ++a)
                    at[a] = std::clamp<std::int64_t>(std::lround(source[a]), 0, places.extents[a] - 1);
                  return from[places.offset(at[0], at[1], at[2])];
                });
}

}  // namespace lobule::learn
