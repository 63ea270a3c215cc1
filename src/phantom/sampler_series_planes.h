#pragma once
// Three planes through a digital patient, as the small picture of a series shows them
// (exam/series_thumbnail.h).

#include <cstdint>
#include <vector>

#include "core/image.h"

namespace lobule::phantom {

// The field of view of a series and the planes of its three pictures, which have `size` pixels a side:
// transversal through the centre, coronal a quarter of the field from its front, sagittal a quarter from the
// patient's left (through the middle of fields narrower than 220 mm).
struct SeriesPlanes {
  int size = 96;
  Vec3 center_mm;
  Vec3 extent_mm{320, 320, 160};  // along the slice axis a multiple of the slices' distance
  int slice_axis = 2;             // slices are stacked along it
  double slice_mm = 2;

  // Makes the extent along the slice axis the whole number of slices nearest to a length, one at least.
  void stack(double coverage_mm);

  double pixel_mm() const;  // such that the longest extent fills a picture
  std::size_t pixels() const { return static_cast<std::size_t>(size) * static_cast<std::size_t>(size); }

  // The LPS point of a pixel, `depth_mm` from its plane, moved to the middle of the slice it lies in; false
  // outside of the series.
  bool point(int plane, int x, int y, double depth_mm, Vec3& mm) const;
};

// Points of one plane that the series covers: the pixels of the picture, and where they lie in space.
struct PlanePoints {
  std::vector<std::uint32_t> pixel;
  std::vector<Vec3> mm;
  std::size_t size() const { return pixel.size(); }
};
PlanePoints points_of(const SeriesPlanes& planes, int plane, double depth_mm);

}  // namespace lobule::phantom
