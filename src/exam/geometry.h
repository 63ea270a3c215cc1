#pragma once
// Parallel slices laid on a grid by their positions.

#include <cstddef>
#include <optional>
#include <vector>

#include "core/image.h"

namespace lobule::exam {

// One plane: the centre of its first voxel and where its indices grow.
struct PlaneStack {
  Vec3 row, column;  // unit vectors, common to all slices
  double column_spacing_mm = 0, row_spacing_mm = 0;
  int columns = 0, rows = 0;
  std::vector<Vec3> positions_mm;  // in any order
};

enum class Spacing {
  even,    // one step
  gaps,    // whole slices of one step are missing
  uneven,  // steps differ otherwise
  single,  // all at one position
  shifted  // slices are displaced against each other in their plane
};

struct StackGeometry {
  Spacing spacing = Spacing::single;
  std::vector<std::size_t> order;  // of the positions, by rising distance along row × column
  std::vector<double> offsets_mm;  // in that order, from the first
  double step_mm = 0;              // mean step where even, else the smallest
  double largest_step_mm = 0;
  double largest_shift_mm = 0;  // in the plane
  // Where spacing is `gaps`: for each slice of the full stack the place in `order`, or nothing.
  std::vector<std::optional<std::size_t>> full;
  Grid grid;  // of the full stack (even, gaps), or evenly resampled at the smallest step (uneven;
  // without slices where that step would need more than eight slices an image)
};

// Measures the stack. The positions along row × column must differ. Steps count as equal within 2 % of a
// step or 0.01 mm, whichever is more; slices may be displaced in their plane by 0.05 mm.
StackGeometry measure_stack(const PlaneStack& stack);

// The place after which two slabs part (index of the last slice of the first): a single step at least four
// times the median one, with three slices or more on either side; nothing where there is none.
std::optional<std::size_t> slab_border(const StackGeometry& stack);

// The LPS axis (0, 1, 2) that a direction follows most closely.
int dominant_axis(Vec3 direction);

}  // namespace lobule::exam
