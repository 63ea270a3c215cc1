#pragma once
// How far the skin moves between two images: the border from skin to air is found on lines that cross it,
// in each image by its own brightness, so that contrast taken up by skin or gland does not count as motion.

#include <cstdint>
#include <vector>

#include "core/image.h"

namespace lobule::registration {

struct SurfacePoint {
  Vec3 point_mm;           // on the mask's border, LPS
  Vec3 normal;             // unit vector, out of the tissue
  double displacement_mm;  // of the skin along the normal; positive: the moving image's lies further out
  std::uint8_t label;      // the mask's value there (1 right, 2 left in a breast mask)
};

struct SurfaceMotion {
  std::vector<SurfacePoint> points;
  double median_mm = 0;  // of the absolute displacement
  double p95_mm = 0;
};

struct SurfaceMotionOptions {
  double point_spacing_mm = 4;  // between measured points, about
  double reach_mm = 12;         // of the lines, to both sides of the mask's border
  double least_anterior = 0.5;  // cosine between normal and −y (anterior); −1 takes the whole border
};

// Measures `moving` against `fixed` at the border of `mask` (on the fixed grid) that looks towards −y.
// Lines without a clear border to air in both images (an unmeasured sample, or a step smaller than a
// quarter of the mask's median brightness) are left out; no line at all gives an empty result.
SurfaceMotion surface_motion(const Image<float>& fixed, const Image<float>& moving, const Mask& mask,
                             const SurfaceMotionOptions& options = {});

// The part of a result with one label; its median and 95th percentile anew.
SurfaceMotion with_label(const SurfaceMotion& motion, std::uint8_t label);

}  // namespace lobule::registration
