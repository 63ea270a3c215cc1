#pragma once
// Compressed breasts drawn in the plane: outline, pectoral muscle, thickness and the share of dense tissue
// along each ray, without an anatomy behind them. Shapes are what radiographers ask of a view (nipple in
// profile, muscle down to it in MLO); the amount, place and structure of dense tissue are random and
// independent of each other on purpose, so that a network cannot guess the one from the other. Ranges:
// docs/methods/phantom-sampler.md.

#include "phantom/random_parameters.h"
#include "phantom/sampler_xray.h"

namespace lobule::phantom {

struct DrawnPaths {
  MammogramView view = MammogramView::mlo;
  double pixel_mm = 1;
};

// Fills the maps, whose extents say how large the picture is.
DrawnPaths draw_paths(Draw& draw, const MammogramSamplerOptions& options, PathMaps& maps);

}  // namespace lobule::phantom
