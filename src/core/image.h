#pragma once
// A three-dimensional image on a grid in patient space.
//
// Coordinates are DICOM's LPS millimetres (+x patient left, +y posterior, +z head). A grid's origin is the
// centre of voxel (0, 0, 0); column a of `direction` is the unit vector along which index a grows.
// Voxels lie in memory with x fastest. In float images NaN means "not measured here".

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/vec.h"

namespace lobule {

using Index3 = std::array<int, 3>;

struct Grid {
  Index3 size{0, 0, 0};
  Vec3 spacing_mm{1, 1, 1};
  Vec3 origin_mm{0, 0, 0};
  Mat3 direction;

  std::size_t voxel_count() const {
    return static_cast<std::size_t>(size[0]) * size[1] * static_cast<std::size_t>(size[2]);
  }
  std::size_t offset(int i, int j, int k) const {
    return (static_cast<std::size_t>(k) * size[1] + j) * size[0] + i;
  }
  bool contains(int i, int j, int k) const {
    return i >= 0 && j >= 0 && k >= 0 && i < size[0] && j < size[1] && k < size[2];
  }
  double voxel_volume_ml() const {
    return spacing_mm.x * spacing_mm.y * spacing_mm.z * std::abs(determinant(direction)) / 1000.0;
  }
  friend bool operator==(const Grid&, const Grid&) = default;
};

// The LPS position of a (fractional) voxel index, and back.
Vec3 point_from_index(const Grid& grid, Vec3 index);
Vec3 index_from_point(const Grid& grid, Vec3 point_mm);

// The largest distance, in millimetres, between corresponding corners of two grids of one size;
// infinity when the sizes differ.
double corner_distance_mm(const Grid& a, const Grid& b);

// Whether two grids have one size and corners within `tolerance_mm`.
bool same_grid(const Grid& a, const Grid& b, double tolerance_mm = 1e-3);

// "352×352×160 voxels of 1.023×1.023×1.200 mm", for messages.
std::string describe(const Grid& grid);

template <class T>
struct Image {
  Grid grid;
  std::vector<T> voxels;

  Image() = default;
  explicit Image(const Grid& g, T value = T{}) : grid(g), voxels(g.voxel_count(), value) {}

  bool empty() const { return voxels.empty(); }
  T& at(int i, int j, int k) { return voxels[grid.offset(i, j, k)]; }
  const T& at(int i, int j, int k) const { return voxels[grid.offset(i, j, k)]; }
};

using Mask = Image<std::uint8_t>;  // 0 outside; other values are labels named where the mask is made

inline constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

}  // namespace lobule
