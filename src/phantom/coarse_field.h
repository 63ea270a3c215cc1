#pragma once
// Smooth fields over an image's grid, kept at points several millimetres apart and linear between them.

#include <functional>
#include <vector>

#include "core/image.h"

namespace lobule::phantom {

class CoarseField {
 public:
  CoarseField() = default;
  // Knots about `step_mm` apart that cover the grid. `value` gets the LPS position; any thread may call it.
  CoarseField(const Grid& grid, double step_mm, const std::function<double(Vec3)>& value);

  bool empty() const { return values_.empty(); }
  // The field along row j of slice k of the grid.
  void row(int j, int k, float* out) const;

 private:
  Index3 size_{0, 0, 0}, knots_{0, 0, 0};
  std::array<double, 3> scale_{1, 1, 1};  // knots per voxel
  std::vector<float> values_;
};

}  // namespace lobule::phantom
