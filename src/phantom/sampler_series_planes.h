#pragma once
// Three planes through a digital patient, as a small picture of a series shows them.

#include <cstdint>
#include <vector>

#include "phantom/sampler_warp.h"

namespace lobule::phantom {

// Each plane has `size` pixels of `pixel_mm` a side: transversal through the centre, coronal a quarter of the
// field from its front, sagittal a quarter from a side (through the middle of narrow fields).
struct SeriesPlanes {
  int size = 96;
  double pixel_mm = 4;
  Vec3 center_mm;
  double side = 1;     // −1 or 1: which half the sagittal plane lies in
  int slice_axis = 2;  // slices are stacked along it
  double slice_mm = 2, coverage_mm = 160;
  double half_field_mm = 160;  // along the other two axes, but for
  double half_depth_mm = 160;  // the field from front to back

  std::size_t pixels() const { return static_cast<std::size_t>(size) * static_cast<std::size_t>(size); }

  // The LPS point of a pixel, `depth_mm` from its plane, moved to the middle of the slice it lies in; false
  // outside of the series.
  bool point(int plane, int x, int y, double depth_mm, Vec3& mm) const;
};

// Points of one plane that the series covers, in pixels of the picture and voxels of a raster.
struct PlanePoints {
  std::vector<std::uint32_t> pixel;
  std::vector<float> x, y, z;
  std::size_t size() const { return pixel.size(); }
};
PlanePoints points_of(const SeriesPlanes& planes, int plane, double depth_mm, const Grid& raster);

// The voxels of a raster that linear interpolation at the points, moved by up to `margin` voxels, reads.
VoxelBox box_of(const PlanePoints& points, const Grid& raster, double margin);

}  // namespace lobule::phantom
