#pragma once
// Parts of displacement fields that only this room needs.

#include "registration/level.h"

namespace lobule::registration {

// det(linear + ∂d/∂x) at each point of `grid`, d along the grid's axes; central differences, one-sided at
// the border. `linear` in the same axes.
std::vector<float> jacobian_of(const Grid& grid, const AxisField& d, const Mat3& linear);

// rigid(x) + d(x) − x in LPS millimetres.
DisplacementField total_field(const Grid& grid, const RigidTransform& rigid, const AxisField& d);

// d on another grid with parallel axes; linear, constant beyond the border.
AxisField regridded(const Grid& grid, const AxisField& d, const Grid& onto);

}  // namespace lobule::registration
