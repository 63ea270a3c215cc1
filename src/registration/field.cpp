#include "registration/field.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/resample.h"

namespace lobule::registration {
namespace {

// The cell of a point and its place in it, brought inside the grid.
struct Cell {
  std::size_t corner[8];
  double weight[8];
};

Cell cell_at(const Grid& grid, Vec3 index) {
  int low[3], high[3];
  double t[3];
  for (int a = 0; a < 3; ++a) {
    const double x = std::clamp(index[a], 0.0, static_cast<double>(grid.size[a] - 1));
    low[a] = std::min(static_cast<int>(x), std::max(0, grid.size[a] - 2));
    high[a] = std::min(low[a] + 1, grid.size[a] - 1);
    t[a] = x - low[a];
  }
  Cell cell;
  for (int c = 0; c < 8; ++c) {
    const bool up[3] = {(c & 1) != 0, (c & 2) != 0, (c & 4) != 0};
    cell.corner[c] =
        grid.offset(up[0] ? high[0] : low[0], up[1] ? high[1] : low[1], up[2] ? high[2] : low[2]);
    cell.weight[c] = 1;
    for (int a = 0; a < 3; ++a) cell.weight[c] *= up[a] ? t[a] : 1 - t[a];
  }
  return cell;
}

Vec3 value_in(const std::array<std::vector<float>, 3>& parts, const Cell& cell) {
  Vec3 u;
  for (int a = 0; a < 3; ++a) {
    for (int c = 0; c < 8; ++c) u[a] += cell.weight[c] * parts[a][cell.corner[c]];
  }
  return u;
}

template <class PerVoxel>
void for_each_voxel(const Grid& grid, const PerVoxel& per_voxel) {
  parallel_for(grid.size[2], [&](std::size_t k) {
    for (int j = 0; j < grid.size[1]; ++j) {
      for (int i = 0; i < grid.size[0]; ++i) per_voxel(i, j, static_cast<int>(k));
    }
  });
}

Vec3 as_index(int i, int j, int k) {
  return {static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)};
}

// The index on `to` of a voxel of `from`.
struct AffineIndex {
  AffineIndex(const Grid& from, const Grid& to) : start(index_from_point(to, from.origin_mm)) {
    for (int a = 0; a < 3; ++a) {
      Vec3 unit;
      unit[a] = 1;
      step.column[a] = index_from_point(to, point_from_index(from, unit)) - start;
    }
  }
  Vec3 operator()(int i, int j, int k) const { return start + step * as_index(i, j, k); }
  Vec3 start;
  Mat3 step;
};

}  // namespace

Vec3 displacement_at(const DisplacementField& field, Vec3 point_mm) {
  return value_in(field.u_mm, cell_at(field.grid, index_from_point(field.grid, point_mm)));
}

Image<float> warp(const Image<float>& moving, const Grid& fixed_grid, const DisplacementField& field) {
  Image<float> out(fixed_grid, kMissing);
  if (moving.empty()) return out;
  // The maps between the grids' indices are affine; only the displacement between them varies.
  const AffineIndex in_field(fixed_grid, field.grid), in_moving(fixed_grid, moving.grid);
  const Vec3 origin = index_from_point(moving.grid, Vec3{});
  Mat3 per_mm;
  for (int a = 0; a < 3; ++a) {
    Vec3 unit;
    unit[a] = 1;
    per_mm.column[a] = index_from_point(moving.grid, unit) - origin;
  }
  for_each_voxel(fixed_grid, [&](int i, int j, int k) {
    const Vec3 u = value_in(field.u_mm, cell_at(field.grid, in_field(i, j, k)));
    out.at(i, j, k) = sample(moving, in_moving(i, j, k) + per_mm * u, Interpolation::cubic);
  });
  return out;
}

std::vector<float> jacobian_of(const Grid& grid, const AxisField& d, const Mat3& linear) {
  std::vector<float> out(grid.voxel_count());
  const std::size_t stride[3] = {1, static_cast<std::size_t>(grid.size[0]),
                                 static_cast<std::size_t>(grid.size[0]) * grid.size[1]};
  for_each_voxel(grid, [&](int i, int j, int k) {
    const int at[3] = {i, j, k};
    const std::size_t v = grid.offset(i, j, k);
    Mat3 m = linear;
    for (int along = 0; along < 3; ++along) {
      const bool down = at[along] > 0, up = at[along] + 1 < grid.size[along];
      if (!down && !up) continue;
      const std::size_t high = up ? v + stride[along] : v, low = down ? v - stride[along] : v;
      const double step = grid.spacing_mm[along] * ((up ? 1 : 0) + (down ? 1 : 0));
      for (int a = 0; a < 3; ++a) m(a, along) += (d[a][high] - d[a][low]) / step;
    }
    out[v] = static_cast<float>(determinant(m));
  });
  return out;
}

Image<float> jacobian_determinant(const DisplacementField& field) {
  // Rotated into the grid's axes, where differences between neighbours are derivatives.
  const Mat3 to_axes = transpose(field.grid.direction);
  AxisField d;
  for (auto& part : d) part.resize(field.grid.voxel_count());
  for (std::size_t v = 0; v < d[0].size(); ++v) {
    const Vec3 u = to_axes * Vec3{field.u_mm[0][v], field.u_mm[1][v], field.u_mm[2][v]};
    for (int a = 0; a < 3; ++a) d[a][v] = static_cast<float>(u[a]);
  }
  Image<float> out;
  out.grid = field.grid;
  out.voxels = jacobian_of(field.grid, d, Mat3{});
  return out;
}

DisplacementField total_field(const Grid& grid, const RigidTransform& rigid, const AxisField& d) {
  DisplacementField field{grid, {}};
  for (auto& part : field.u_mm) part.resize(grid.voxel_count());
  for_each_voxel(grid, [&](int i, int j, int k) {
    const std::size_t v = grid.offset(i, j, k);
    const Vec3 p = point_from_index(grid, as_index(i, j, k));
    const Vec3 u = rigid(p) - p + grid.direction * Vec3{d[0][v], d[1][v], d[2][v]};
    for (int a = 0; a < 3; ++a) field.u_mm[a][v] = static_cast<float>(u[a]);
  });
  return field;
}

AxisField regridded(const Grid& grid, const AxisField& d, const Grid& onto) {
  AxisField out;
  for (auto& part : out) part.resize(onto.voxel_count());
  const AffineIndex on_grid(onto, grid);
  for_each_voxel(onto, [&](int i, int j, int k) {
    const Vec3 u = value_in(d, cell_at(grid, on_grid(i, j, k)));
    for (int a = 0; a < 3; ++a) out[a][onto.offset(i, j, k)] = static_cast<float>(u[a]);
  });
  return out;
}

}  // namespace lobule::registration
