#pragma once
// One T1-weighted volume outlined both ways, for comparisons.

#include <optional>

#include "core/context.h"
#include "measure/breast_segmentation.h"
#include "measure/tissue_outlines.h"
#include "pipeline/tissue_network.h"

namespace lobule::pipeline {

// The classical outlines of one image.
struct Outline {
  double noise_sigma = 0;
  Image<float> corrected;  // without its bias field; for segmentation only
  measure::BreastSegmentation breasts;
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.noise_sigma), f(s.corrected), f(s.breasts);
  }
};
Outline outline_classically(const Image<float>& image, measure::FatSignal fat, Context& context);

struct VolumeOutlines {
  measure::BreastSegmentation classical;
  Mask classical_fgt;                              // Side labels, as all masks of breasts and gland
  std::optional<measure::TissueOutlines> network;  // nothing without one
  Mask network_fgt;                                // by the network alone
  Mask agreed_fgt;  // in the network's breasts by both ways: what an analysis gives
  std::optional<double> dice_breast, dice_fgt;  // of the two; nothing where both are empty
};

// `network` may be null.
VolumeOutlines outline_volume(const Image<float>& image, measure::FatSignal fat, const TissueNetwork* network,
                              Context& context);

}  // namespace lobule::pipeline
