#pragma once
// The diffusion coefficient of a region that is hardly larger than the diffusion image's voxels.

#include <vector>

#include "core/image.h"

namespace lobule::measure {

struct RegionAdc {
  // Both in 10⁻⁶ mm²/s; NaN: not measured, or too few of the region's own voxels.
  double median = 0;  // of what the map shows at the region's voxels
  // Without the surroundings that share its voxels: the median of the voxels that it fills (from 0.9 on)
  // where these are three; else the line of ADC over the share of the region in each voxel at and around it,
  // taken at a share of one (the linear regression by which Asllani 2008, Magn Reson Med 60:1362, parts
  // tissues in voxels of perfusion images), within the values that the map shows where it fills at least
  // half.
  double unmixed = 0;
};

// `region`: voxels on `grid`; `adc` on its own grid, 0 where not measured. Below 600 the map shows fat or
// noise, which gives no signal to a voxel that it shares; `unmixed` leaves it out.
RegionAdc region_adc(const std::vector<Index3>& region, const Grid& grid, const Image<float>& adc);

// Below this, in 10⁻⁶ mm²/s, a voxel shows fat (0.1–0.5 where it is not suppressed) or noise.
inline constexpr double kFatAdc_um2_per_s = 600;

}  // namespace lobule::measure
