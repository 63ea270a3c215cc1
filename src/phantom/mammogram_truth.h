#pragma once
// What a mammogram shows, known from the paths of its rays.

#include "phantom/mammogram.h"

namespace lobule::phantom {

// A pixel is dense where at least this share of the ray's path through the breast is dense tissue.
inline constexpr double kDenseShare = 0.25;
// Pixels with less of the breast or of the muscle than this are background or not pectoral, mm.
inline constexpr double kLeastBreast = 0.5;

// Fills labels, areas and densities from the maps breast_mm and dense_mm, and the muscle's paths (pixels as
// these). `magnification` is that of the breast's middle: areas are those in the breast.
void add_truth(Mammogram& image, const std::vector<float>& pectoral_mm, double magnification);

}  // namespace lobule::phantom
