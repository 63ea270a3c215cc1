#pragma once
// One resolution of a pair of images: values prepared for comparison, and the moving image seen from the
// fixed grid together with its gradient. Displacements here are along the fixed grid's own axes, in mm.

#include <array>
#include <cstdint>
#include <vector>

#include "core/image.h"
#include "registration/register.h"

namespace lobule::registration {

using AxisField = std::array<std::vector<float>, 3>;  // along the fixed grid's axes, in mm, x fastest

struct Level {
  Image<float> fixed, moving;
  std::vector<std::uint8_t> centres;  // where similarity is judged, on the fixed grid
};

// Brightness with its upper range bent down, I' / (1 + I') with I' = (I − low) / scale, low the 1st
// percentile and scale the mean of what lies above the mean: tissue that takes up contrast gains little
// over its surroundings, while the border to air keeps its contrast. NaN stays NaN.
Image<float> compress(const Image<float>& image);

// Both images (already compressed) and the mask (empty = everywhere) in boxes of about `spacing_mm`.
Level make_level(const Image<float>& fixed, const Image<float>& moving, const Mask& mask, double spacing_mm);

// The level with its fixed grid cut down to the box that holds every judged voxel measured in both images
// (under no motion) and `margin_voxels` around it; unchanged when there is none.
Level cropped(const Level& level, int margin_voxels);

// The moving image at y(x) = rigid(x) + d(x) for each fixed voxel x, NaN where it is not measured, and its
// derivatives by d.
struct Seen {
  std::vector<float> value;
  AxisField gradient_per_mm;
};
void look(const Level& level, const RigidTransform& rigid, const AxisField* displacement, Seen& seen);

}  // namespace lobule::registration
