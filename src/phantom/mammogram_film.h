#pragma once
// A mammogram on film, digitised.

#include "phantom/mammogram.h"

namespace lobule::phantom {

// Screen and film turn exposure into optical density along an S-shaped curve; the digitiser turns density
// into values (0 to 4095, low density bright), with grain, dust, scratches, the film's clear edge and a
// label.
Image<float> film(const Image<float>& raw, BreastSide side, MammogramView view, std::uint64_t seed);

}  // namespace lobule::phantom
