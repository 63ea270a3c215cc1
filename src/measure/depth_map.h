#pragma once
// A surface in front of or inside the chest as a depth (LPS y, mm) over the coronal plane (LPS x and z).

#include <vector>

#include "core/image.h"

namespace lobule::measure {

struct DepthMap {
  int nx = 0, nz = 0;
  double x0_mm = 0, z0_mm = 0, step_mm = 1;
  std::vector<float> y_mm;  // x fastest; NaN where there is no surface

  DepthMap() = default;
  DepthMap(int columns, int rows, double x0, double z0, double step, float value = kMissing);
  DepthMap like(float value) const { return {nx, nz, x0_mm, z0_mm, step_mm, value}; }

  std::size_t offset(int ix, int iz) const { return static_cast<std::size_t>(iz) * nx + ix; }
  float& at(int ix, int iz) { return y_mm[offset(ix, iz)]; }
  float at(int ix, int iz) const { return y_mm[offset(ix, iz)]; }
  double x_mm(int ix) const { return x0_mm + ix * step_mm; }
  double z_mm(int iz) const { return z0_mm + iz * step_mm; }
  // Bilinear, constant beyond the border; NaN where a corner with weight is NaN.
  float interpolate(double x_mm, double z_mm) const;
};

// Gaussian of a standard deviation in mm; NaN points carry no weight and stay NaN.
DepthMap smooth(const DepthMap& map, double sigma_mm);

// Every second point in both directions.
DepthMap thinned(const DepthMap& map);

// The map at the points of another lattice.
DepthMap resampled_like(const DepthMap& lattice, const DepthMap& map);

// The smooth surface behind protrusions: the asymmetric least-squares baseline (Eilers and Boelens 2005; a
// Whittaker smoother whose points in front of it weigh little) with a half-power wavelength in mm. Points
// that are `anchored` (one flag a point) always weigh fully.
DepthMap baseline_behind(const DepthMap& skin, const std::vector<bool>& anchored, double wavelength_mm);

}  // namespace lobule::measure
