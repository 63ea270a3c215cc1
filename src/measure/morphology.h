#pragma once
// Shapes in masks: components, distances, morphology by millimetre radius, holes. Masks count as set where
// they are not 0; results are 0 and 1. Nothing outside the grid is set.

#include <vector>

#include "core/image.h"

namespace lobule::measure {

enum class Connectivity { faces = 6, full = 26 };

struct Components {
  Image<int> label;                // 0 outside, 1 … n by falling size (ties: first voxel in memory first)
  std::vector<std::size_t> count;  // voxels of label i at [i]; [0] is the background
};
Components connected_components(const Mask& mask, Connectivity connectivity);
Mask largest_component(const Mask& mask, Connectivity connectivity);
Mask remove_small_components(const Mask& mask, Connectivity connectivity, std::size_t smallest_voxels);

// The exact Euclidean distance in mm from each voxel centre to the nearest set voxel's centre (0 on set
// voxels; infinity when none is set), by lower envelopes of parabolas, one axis at a time (Felzenszwalb
// and Huttenlocher 2012, Theory of Computing 8:415). Axes are taken as orthogonal. O(voxels).
Image<float> distance_to(const Mask& mask);

// Distance in mm from a set voxel to the nearest voxel that is not set (0 outside the mask). Voxels beyond
// the grid count as not set only where `border_is_outside`.
Image<float> depth_inside(const Mask& mask, bool border_is_outside);

// Balls of a radius in mm: a voxel belongs to the ball where its centre lies within the radius. Erosion
// treats voxels beyond the grid as set (so that a mask cut by the edge is not eroded there).
Mask dilate(const Mask& mask, double radius_mm);
Mask erode(const Mask& mask, double radius_mm);
Mask opening(const Mask& mask, double radius_mm);
Mask closing(const Mask& mask, double radius_mm);

// Sets every unset voxel that cannot reach the border of the grid (6 neighbours), or of its slice
// (4 neighbours) normal to a grid axis.
Mask fill_holes(const Mask& mask);
Mask fill_holes_by_slice(const Mask& mask, int axis);

}  // namespace lobule::measure
