#pragma once
// Enhancement of tissue over the phases of a dynamic series: maps, curves, projections, tumour volume and
// background enhancement. Signals are in any linear unit; a NaN voxel was not measured and stays NaN.
// All images of one call share one grid (throws Error naming both grids otherwise).

#include <span>
#include <string>
#include <vector>

#include "core/image.h"

namespace lobule::measure {

// Percent enhancement 100 (post − pre) / pre. NaN where pre ≤ `noise_floor` (three sigma of the noise is
// usual, see noise.h) or pre ≤ 0.
Image<float> percent_enhancement(const Image<float>& pre, const Image<float>& post, double noise_floor);

// post − pre, plain.
Image<float> subtraction(const Image<float>& pre, const Image<float>& post);

// Signal enhancement ratio (early − pre) / (late − pre) (Hylton 2006, J Clin Oncol 24:3293). NaN where
// pre ≤ `noise_floor`, or where |late − pre| ≤ `smallest_change`: a ratio to noise says nothing.
Image<float> signal_enhancement_ratio(const Image<float>& pre, const Image<float>& early,
                                      const Image<float>& late, double noise_floor, double smallest_change);

// BI-RADS 2013 delayed phase: the late signal against the early one.
enum class CurveType : std::uint8_t { none = 0, persistent = 1, plateau = 2, washout = 3 };
std::string to_text(CurveType type);  // "none", "persistent", "plateau", "washout"

// persistent: late > early by more than 10 % of early; washout: less by more than 10 %; plateau between.
// none where a value is NaN or early ≤ 0.
CurveType curve_type(double early, double late);

// The type of a mean curve (one signal a phase, the first before contrast): the phase `early_index` against
// the last measured one after it. none where there is no later phase.
CurveType curve_type(std::span<const double> signal, int early_index);

// The type of each voxel as CurveType; none (0) where the early enhancement is below `smallest_percent`
// (only voxels that enhance have a curve) or not measured.
Mask curve_type_map(const Image<float>& pre, const Image<float>& early, const Image<float>& late,
                    double noise_floor, double smallest_percent);

// The steepest rise of percent enhancement between neighbouring measured phases: %/s where `time_s` has one
// time a phase (increasing, else throws), %/phase where it is empty. `phases` starts with the pre-contrast
// one; a phase that is NaN at a voxel is skipped there. NaN where pre is not measured or fewer than two are.
Image<float> maximum_slope(const std::vector<const Image<float>*>& phases, std::span<const double> time_s,
                           double noise_floor);

// The mean signal over a region, one value a phase, all over the same voxels, so that the points of a curve
// compare: those that every phase measures. NaN for a phase that covers none of them. `label` 0 takes every
// non-zero voxel of the mask.
std::vector<double> mean_curve(const std::vector<const Image<float>*>& phases, const Mask& region, int label);

// The largest value along a patient axis (0 = right–left, 1 = front–back, 2 = feet–head): the grid's axis
// nearest to it collapses to size 1, with the spacing of the whole stack and the centre in its middle.
// NaN only where the whole ray is NaN.
Image<float> maximum_projection(const Image<float>& image, int patient_axis);

// Functional tumour volume (Hylton 2012, Radiology 263:663), by the rules and thresholds of the open
// implementation of the I-SPY trials' reading centre (UCSF, 3D Slicer extension Breast_DCEMRI_FTV): voxels in
// the box that pass all of FtvOptions. There, early is about 2.5 min and late about 7.5 min after injection.
struct Box {
  Vec3 low_mm, high_mm;  // LPS corners, inclusive; voxel centres decide
};
struct FtvOptions {
  double smallest_percent = 70;    // early enhancement
  double smallest_ser = 0;         // NaN does not pass
  double precontrast_share = 0.6;  // least pre-contrast signal, of its 95th percentile in the box
  int fewest_neighbours = 4;       // of 26 that pass enhancement and pre-contrast signal too
};
struct Ftv {
  double volume_ml = 0;
  Mask mask;  // 1
};
Ftv functional_tumor_volume(const Image<float>& pre, const Image<float>& early_percent,
                            const Image<float>& ser, const Box& box, const FtvOptions& options = {});

// Background parenchymal enhancement of the voxels of `fgt` with `label` (0: any): mean and median percent
// enhancement, and the percentage of them above `threshold_percent`. All NaN without measured voxels.
// The word follows the fraction that enhances, in quarters (minimal, mild, moderate, marked): a value chosen
// by us after the habit of reading the words as quarters, not from a publication. BI-RADS judges by eye, so
// the word is approximate and must be shown as such.
struct BackgroundEnhancement {
  double mean_percent = 0;
  double median_percent = 0;
  double fraction_percent = 0;
  std::string word;  // "" without voxels
  std::size_t voxels = 0;
};
BackgroundEnhancement background_enhancement(const Image<float>& early_percent, const Mask& fgt, int label,
                                             double threshold_percent = 20);

}  // namespace lobule::measure
