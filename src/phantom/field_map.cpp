#include "phantom/field_map.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "core/parallel.h"

namespace lobule::phantom {
namespace {

constexpr double kAirMinusTissuePpm = 9.41, kAirInLung = 0.75;

using Complex = std::complex<double>;

// In place, a power of two long (Cooley and Tukey, Math Comput 19:297, 1965); the inverse without 1/n.
void fourier(std::vector<Complex>& line, bool inverse) {
  const std::size_t n = line.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(line[i], line[j]);
  }
  for (std::size_t length = 2; length <= n; length *= 2) {
    const double angle = (inverse ? 2 : -2) * std::numbers::pi / static_cast<double>(length);
    const Complex step(std::cos(angle), std::sin(angle));
    for (std::size_t start = 0; start < n; start += length) {
      Complex turn = 1;
      for (std::size_t k = start; k < start + length / 2; ++k, turn *= step) {
        const Complex odd = turn * line[k + length / 2];
        line[k + length / 2] = line[k] - odd;
        line[k] += odd;
      }
    }
  }
}

struct Box {
  Index3 size;
  std::vector<Complex> values;
  std::size_t offset(int i, int j, int k) const {
    return (static_cast<std::size_t>(k) * size[1] + j) * size[0] + i;
  }
};

void fourier(Box& box, bool inverse) {
  for (int axis = 0; axis < 3; ++axis) {
    const int u = (axis + 1) % 3, v = (axis + 2) % 3;
    parallel_for(static_cast<std::size_t>(box.size[v]), [&](std::size_t b) {
      std::vector<Complex> line(static_cast<std::size_t>(box.size[axis]));
      for (int a = 0; a < box.size[u]; ++a) {
        Index3 at{};
        at[u] = a, at[v] = static_cast<int>(b);
        for (int n = 0; n < box.size[axis]; ++n) {
          at[axis] = n;
          line[n] = box.values[box.offset(at[0], at[1], at[2])];
        }
        fourier(line, inverse);
        for (int n = 0; n < box.size[axis]; ++n) {
          at[axis] = n;
          box.values[box.offset(at[0], at[1], at[2])] = line[n];
        }
      }
    });
  }
}

int power_of_two(int at_least) {
  int n = 1;
  while (n < at_least) n *= 2;
  return n;
}

// Means over boxes of whole voxels.
struct CoarseTissue {
  Image<float> air;     // share
  Image<float> breast;  // share of voxels that count as breast
};

CoarseTissue coarsen(const TissueRaster& raster, double spacing_mm) {
  Grid grid = raster.grid;
  Index3 factor{};
  for (int axis = 0; axis < 3; ++axis) {
    factor[axis] = std::max(1, static_cast<int>(std::lround(spacing_mm / grid.spacing_mm[axis])));
    grid.size[axis] = (grid.size[axis] + factor[axis] - 1) / factor[axis];
  }
  const Vec3 middle{(factor[0] - 1) / 2.0, (factor[1] - 1) / 2.0, (factor[2] - 1) / 2.0};
  grid.origin_mm = point_from_index(raster.grid, middle);
  for (int axis = 0; axis < 3; ++axis) grid.spacing_mm[axis] *= factor[axis];
  CoarseTissue out{Image<float>(grid), Image<float>(grid)};
  std::array<float, 256> air{};
  air[static_cast<std::size_t>(Tissue::air)] = 1.0f / 255;
  air[static_cast<std::size_t>(Tissue::lung)] = static_cast<float>(kAirInLung / 255);
  const Index3 n = raster.grid.size;
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t slab) {
    std::vector<float> count(static_cast<std::size_t>(grid.size[0]) * grid.size[1]);
    const std::size_t plane = slab * count.size();
    const int from = static_cast<int>(slab) * factor[2];
    for (int k = from; k < std::min(n[2], from + factor[2]); ++k)
      for (int j = 0; j < n[1]; ++j) {
        const std::size_t row = static_cast<std::size_t>(j / factor[1]) * grid.size[0];
        for (int i = 0; i < n[0]; ++i) {
          const std::size_t voxel = raster.grid.offset(i, j, k), box = row + i / factor[0];
          const TissueMix& mix = raster.voxels[voxel];
          for (std::size_t slot = 0; slot < 4; ++slot)
            out.air.voxels[plane + box] += air[mix.material[slot]] * static_cast<float>(mix.share[slot]);
          out.breast.voxels[plane + box] += raster.breast.voxels[voxel] != 0 ? 1.0f : 0.0f;
          count[box] += 1;
        }
      }
    for (std::size_t b = 0; b < count.size(); ++b) {
      out.air.voxels[plane + b] /= count[b];
      out.breast.voxels[plane + b] /= count[b];
    }
  });
  return out;
}

// Takes off the constant and linear terms that fit the field over the breasts best.
void shim(Image<float>& field, const Image<float>& breast) {
  double m[4][5] = {};
  const auto terms = [&](int i, int j, int k) {
    const Index3 n = field.grid.size;
    return std::array<double, 4>{1, i - n[0] / 2.0, j - n[1] / 2.0, k - n[2] / 2.0};
  };
  const auto for_all = [&](const auto& body) {
    for (int k = 0; k < field.grid.size[2]; ++k)
      for (int j = 0; j < field.grid.size[1]; ++j)
        for (int i = 0; i < field.grid.size[0]; ++i) body(field.grid.offset(i, j, k), terms(i, j, k));
  };
  for_all([&](std::size_t v, const std::array<double, 4>& t) {
    const double weight = breast.voxels[v];
    if (weight <= 0) return;
    for (int r = 0; r < 4; ++r) {
      for (int c = 0; c < 4; ++c) m[r][c] += weight * t[r] * t[c];
      m[r][4] += weight * t[r] * field.voxels[v];
    }
  });
  std::array<double, 4> fit{};
  for (int p = 0; p < 4; ++p) {
    if (m[p][p] <= 1e-9) continue;  // no breast, or one slice: that term cannot be told
    for (int r = 0; r < 4; ++r) {
      if (r == p) continue;
      const double f = m[r][p] / m[p][p];
      for (int c = p; c < 5; ++c) m[r][c] -= f * m[p][c];
    }
  }
  for (int p = 0; p < 4; ++p) fit[p] = m[p][p] > 1e-9 ? m[p][4] / m[p][p] : 0;
  for_all([&](std::size_t v, const std::array<double, 4>& t) {
    for (int p = 0; p < 4; ++p) field.voxels[v] -= static_cast<float>(fit[p] * t[p]);
  });
}

}  // namespace

Image<float> field_ppm(const TissueRaster& raster, double spacing_mm) {
  const CoarseTissue tissue = coarsen(raster, spacing_mm);
  const Grid& grid = tissue.air.grid;
  const Index3 n = grid.size;
  // Half as much again of air around, so that the copies that the transform implies lie far away.
  Box box;
  for (int axis = 0; axis < 3; ++axis) box.size[axis] = power_of_two(n[axis] + n[axis] / 2);
  box.values.resize(static_cast<std::size_t>(box.size[0]) * box.size[1] * box.size[2]);
  for (int k = 0; k < box.size[2]; ++k) {
    // Beyond the last slice it repeats for half the gap, then the first one does.
    const int source = k < n[2] + (box.size[2] - n[2]) / 2 ? std::min(k, n[2] - 1) : 0;
    for (int j = 0; j < box.size[1]; ++j)
      for (int i = 0; i < box.size[0]; ++i) {
        const double air = i < n[0] && j < n[1] ? tissue.air.at(i, j, source) : 1;
        box.values[box.offset(i, j, k)] = kAirMinusTissuePpm * air;
      }
  }
  fourier(box, false);
  const auto wave_number = [&](int index, int axis) {
    const int signed_index = index <= box.size[axis] / 2 ? index : index - box.size[axis];
    return signed_index / (box.size[axis] * grid.spacing_mm[axis]);
  };
  for (int k = 0; k < box.size[2]; ++k)
    for (int j = 0; j < box.size[1]; ++j)
      for (int i = 0; i < box.size[0]; ++i) {
        const double x = wave_number(i, 0), y = wave_number(j, 1), z = wave_number(k, 2);
        const double square = x * x + y * y + z * z;
        box.values[box.offset(i, j, k)] *= square > 0 ? 1.0 / 3 - z * z / square : 0;
      }
  fourier(box, true);
  Image<float> field(grid);
  const double scale = 1.0 / static_cast<double>(box.values.size());
  for (int k = 0; k < n[2]; ++k)
    for (int j = 0; j < n[1]; ++j)
      for (int i = 0; i < n[0]; ++i)
        field.at(i, j, k) = static_cast<float>(scale * box.values[box.offset(i, j, k)].real());
  shim(field, tissue.breast);
  return field;
}

double value_at(const Image<float>& field, Vec3 point) {
  const Vec3 index = index_from_point(field.grid, point);
  int low[3];
  double part[3];
  for (int axis = 0; axis < 3; ++axis) {
    const double at = std::clamp(index[axis], 0.0, field.grid.size[axis] - 1.0);
    low[axis] = std::min(static_cast<int>(at), std::max(0, field.grid.size[axis] - 2));
    part[axis] = at - low[axis];
  }
  double sum = 0;
  for (int corner = 0; corner < 8; ++corner) {
    int at[3];
    double weight = 1;
    for (int axis = 0; axis < 3; ++axis) {
      const bool far = (corner >> axis & 1) != 0;
      at[axis] = std::min(low[axis] + far, field.grid.size[axis] - 1);
      weight *= far ? part[axis] : 1 - part[axis];
    }
    if (weight > 0) sum += weight * field.at(at[0], at[1], at[2]);
  }
  return sum;
}

}  // namespace lobule::phantom
