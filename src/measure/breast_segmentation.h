#pragma once
// Breasts on a T1-weighted image of a prone patient, by classical methods: the body against air; the chest
// wall as a smooth depth field found between the skin and the lung or heart by dynamic programming
// (after Wei 2016 and Rosado-Toro 2015); skin peeled off; left and right parted at the sternum.
// Works in patient space, for any orientation of the grid. See docs/methods/measure.md.

#include <array>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/image.h"

namespace lobule::measure {

// How fat looks: bright (not suppressed) or dark (fat saturation, water excitation, Dixon water).
enum class FatSignal { bright, dark };

struct BreastSegmentationOptions {
  FatSignal fat = FatSignal::dark;
  // Thickness of normal breast skin: mean 1.45 mm on breast CT (Huang 2008, Med Phys 35:1199), up to 3 mm on
  // mammograms (Willson 1982, Clin Radiol 33:691); 2 is by design, for the thicker half.
  double skin_mm = 2.0;
};

// What was decided, from which evidence, how sure.
struct BreastReport {
  double confidence = 0;                // 0 to 1: product of the checks listed in `evidence`
  std::array<double, 3> volume_ml{};    // [1] right, [2] left
  double midline_x_mm = 0;              // LPS x of the plane between the breasts
  double sternum_y_mm = 0;              // LPS y of the skin over the sternum, median over slices
  double feet_z_mm = 0, head_z_mm = 0;  // limits of the breasts
  std::vector<std::string> evidence;
  Findings findings;  // no breast, one breast, touching the edge of the field of view …
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.confidence), f(s.volume_ml), f(s.midline_x_mm), f(s.sternum_y_mm), f(s.feet_z_mm), f(s.head_z_mm),
        f(s.evidence), f(s.findings);
  }
};

struct BreastSegmentation {
  Mask breast;                       // 1 right, 2 left; skin and chest wall excluded
  Mask body;                         // 1: everything inside the skin's outer surface
  Image<float> chest_wall_depth_mm;  // signed distance in y of each voxel before (> 0) the chest wall
  BreastReport report;
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.breast), f(s.body), f(s.chest_wall_depth_mm), f(s.report);
  }
};

// Never throws for odd anatomy: an empty mask and a finding say that nothing was found. `image` is best
// corrected for bias; NaN voxels count as air.
BreastSegmentation segment_breasts(const Image<float>& image, const BreastSegmentationOptions& options = {});

// The body (1) against air: threshold between noise and tissue, largest part, closed, holes filled.
Mask segment_body(const Image<float>& image);

// Volume of a label in ml.
double volume_ml(const Mask& mask, int label);

}  // namespace lobule::measure
