#pragma once
// Fibroglandular tissue inside a breast mask: fat and gland by adaptive fuzzy c-means (Pham and Prince 1999;
// fuzzy c-means for density as in Nie 2008, Med Phys 35:5253, and Wu 2013) on bias-corrected intensities of
// both breasts together (fat, mixed and gland), smoothed by a Markov random field (Besag 1986). The boundary
// lies midway between the classes, where a voxel is half gland. Gland is dark where fat is bright and bright
// where fat is suppressed.

#include <array>

#include "core/error.h"
#include "core/image.h"
#include "measure/breast_segmentation.h"

namespace lobule::measure {

struct FgtOptions {
  FatSignal fat = FatSignal::dark;
  double mrf_weight = 0.3;         // cost of a face neighbour of the other class
  double smallest_part_ml = 0.01;  // isolated parts below this are speckle
};

struct FgtReport {
  // [1] right, [2] left, [0] both together
  std::array<double, 3> fgt_ml{}, breast_ml{}, percent_density{};
  std::array<double, 3> fat_mean{}, gland_mean{};  // of the corrected image, per breast
  double confidence = 0;                           // separation of the classes, 0 to 1
  Findings findings;
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.fgt_ml), f(s.breast_ml), f(s.percent_density), f(s.fat_mean), f(s.gland_mean), f(s.confidence),
        f(s.findings);
  }
};

struct FgtSegmentation {
  Mask fgt;  // labels of the breast mask
  FgtReport report;
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.fgt), f(s.report);
  }
};

// `corrected` is the image divided by its bias field, on the breast mask's grid (throws Error otherwise).
// Voxels of `vessels` (may be empty) are never gland. Never throws for an empty breast.
FgtSegmentation segment_fgt(const Image<float>& corrected, const Mask& breast, const Mask& vessels,
                            const FgtOptions& options = {});

}  // namespace lobule::measure
