#pragma once
// Regions that enhance early, ranked from "looks like a mass" to "looks like nipple, vessel, skin or motion".
// Classical: seeds of early enhancement grown half-way down to the gland's, features, and log-odds added up
// to a score; the odds are stated with their sources in candidates.cpp and docs/methods/measure.md.

#include <array>
#include <string>
#include <vector>

#include "core/image.h"
#include "measure/kinetics.h"

namespace lobule::measure {

struct Region {
  double score = 0;       // 0 to 1
  int side = 0;           // label of the breast mask: 1 right, 2 left
  Vec3 center_mm;         // LPS
  Index3 center_index{};  // the voxel of the region nearest to it
  double volume_ml = 0;
  double longest_diameter_mm = 0;       // largest distance of two of its voxels, plus one voxel
  double peak_enhancement_percent = 0;  // 95th percentile of the early phase
  double mean_enhancement_percent = 0;  // early phase
  double mean_ser = 0;                  // NaN without a late phase
  CurveType curve = CurveType::none;    // of the mean curve
  double adc_median_um2_per_s = 0;      // NaN: not measured, or fewer than three ADC voxels
  double adc_unmixed_um2_per_s = 0;     // without what shares its voxels, see candidate_adc.h; NaN likewise
  double elongation = 1;                // longest axis / middle axis of the moments
  double flatness = 1;                  // middle axis / shortest axis
  double vessel_share = 0;              // share of its voxels in the vessel mask
  double sphericity = 0;                // volume / volume of the ball of the longest diameter
  double inscribed_diameter_mm = 0;     // of the largest ball inside
  double neighbourhood_share = 1;       // see compact_parts.h: small for a piece of a long vessel
  double distance_to_skin_mm = 0, distance_to_chest_wall_mm = 0, distance_to_nipple_mm = 0;
  double asymmetry_percent =
      0;               // enhancement above that of the mirrored place, or nipple, in the other breast
  std::string remark;  // in words: "near the nipple; vessel-like (elongation 6.1)"; may be empty
  std::vector<double> mean_signal;  // one value a phase; NaN where not covered
  std::vector<Index3> voxels;
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.score), f(s.side), f(s.center_mm), f(s.center_index), f(s.volume_ml), f(s.longest_diameter_mm),
        f(s.peak_enhancement_percent), f(s.mean_enhancement_percent), f(s.mean_ser), f(s.curve),
        f(s.adc_median_um2_per_s), f(s.adc_unmixed_um2_per_s), f(s.elongation), f(s.flatness),
        f(s.vessel_share), f(s.sphericity), f(s.inscribed_diameter_mm), f(s.neighbourhood_share),
        f(s.distance_to_skin_mm), f(s.distance_to_chest_wall_mm), f(s.distance_to_nipple_mm),
        f(s.asymmetry_percent), f(s.remark), f(s.mean_signal), f(s.voxels);
  }
};

struct CandidateOptions {
  double seed_percent = 100;  // BI-RADS "fast" initial enhancement: above 100 %
  // BI-RADS "slow" below it. In a study of aided screening a threshold was best between 50 and 60 %: Levman
  // 2009, Acad Radiol 16:1064.
  double weak_seed_percent = 50;
  double smallest_diameter_mm = 4;  // of a ball of the region's volume; a focus is below 5 mm (BI-RADS)
  int most = 20;
  double suspicious_score = 0.5;  // regions at or above it are called suspicious
};

struct CandidateInput {
  std::vector<const Image<float>*> phases;  // motion-corrected, the first before contrast; one grid
  int early_index = 1;
  double noise_floor = 0;  // signal that is no tissue, as for percent_enhancement
  double noise_sigma = 0;  // standard deviation of a phase's noise; 0: not known
  const Image<float>* early_percent = nullptr;
  const Image<float>* ser = nullptr;  // may be null
  const Mask* breast = nullptr;       // 1 right, 2 left
  const Mask* body = nullptr;         // for the skin; may be null (then the breast's own surface)
  const Image<float>* chest_wall_depth_mm = nullptr;  // see breast_segmentation.h; may be null
  const Image<float>* adc_um2_per_s = nullptr;        // on its own grid; may be null; 0 = not measured
  const Mask* vessels = nullptr;                      // may be null
  const Mask* fgt = nullptr;  // labels of the breast mask, for the background's enhancement; may be null
};

// Regions by falling score, at most `most`. Deterministic. Throws Error where images do not share a grid.
std::vector<Region> find_candidates(const CandidateInput& input, const CandidateOptions& options = {});

// The nipples: per breast (index 1, 2) the anterior-most point of the label, in LPS mm; NaN without voxels.
std::array<Vec3, 3> nipple_points(const Mask& breast);

}  // namespace lobule::measure
