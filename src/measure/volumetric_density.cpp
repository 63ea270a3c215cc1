#include "measure/volumetric_density.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "measure/breast_density.h"
#include "measure/mammogram_breast.h"
#include "measure/morphology.h"
#include "measure/order_statistics.h"

namespace lobule::measure {
namespace {

// Rays are averaged over about this many mm: noise of one pixel is no fat.
constexpr double kRay_mm = 1;
// So many of the rays that calibrate are more transparent than the one that is taken for fat; van Engeland et
// al. take a low percentile, too.
constexpr double kFattest = 0.01;
// Rays nearer to the rim than this share of the thickness do not calibrate, nor those nearer to the picture's
// upper or lower border than that share: rounding is surest where the breast is nearly as high as the paddle,
// and least sure towards the armpit, where the picture cuts it.
constexpr double kFromRim = 0.35, kFromCut = 0.75;
// Fewer rays tell nothing; a square centimetre.
constexpr std::size_t kLeastRays = 100;
constexpr double kMm3PerMl = 1000;

struct Rays {
  double area_mm2 = 0;                    // of each
  std::vector<double> signal, height_mm;  // of rays through the breast
  std::vector<bool> calibrates;
};

void check(const Image<float>& signal, const Mask& labels, double spacing_mm, double thickness_mm) {
  if (signal.grid.size != labels.grid.size)
    throw Error("volumetric density", "signal and labels differ in size",
                describe(signal.grid) + " and " + describe(labels.grid), "give images of one size");
  if (!(spacing_mm > 0) || !(thickness_mm > 0))
    throw Error("volumetric density", "spacing and thickness have to be positive");
}

Rays rays_of(const Image<float>& signal, const Mask& labels, double spacing_mm, double thickness_mm) {
  const auto extent = [&](int n) {
    return std::max(1, static_cast<int>(std::lround(n * std::min(1.0, spacing_mm / kRay_mm))));
  };
  const int columns = extent(labels.grid.size[0]), rows = extent(labels.grid.size[1]);
  const double across = labels.grid.size[0] * spacing_mm / columns,
               down = labels.grid.size[1] * spacing_mm / rows;
  Image<float> breast(labels.grid), light = signal, air(labels.grid);
  for (std::size_t i = 0; i < labels.voxels.size(); ++i) {
    breast.voxels[i] = labels.voxels[i] == kAdipose || labels.voxels[i] == kDense ? 1.0F : 0.0F;
    air.voxels[i] = labels.voxels[i] == kBackground ? 1.0F : 0.0F;
    if (!(light.voxels[i] > 0)) light.voxels[i] = 0;
  }
  const Image<float> coarse_breast = box_means(breast, columns, rows),
                     coarse_air = box_means(air, columns, rows), coarse = box_means(light, columns, rows);
  Mask outside(coarse_air.grid);
  outside.grid.spacing_mm = {across, down, 1};
  for (std::size_t i = 0; i < outside.voxels.size(); ++i) outside.voxels[i] = coarse_air.voxels[i] > 0.5F;
  // From centres of air to the border of air is half a pixel.
  Image<float> from_rim = distance_to(outside);
  for (float& mm : from_rim.voxels) mm = std::max(0.0F, mm - static_cast<float>(std::min(across, down) / 2));
  Rays rays{across * down, {}, {}, {}};
  for (std::size_t i = 0; i < outside.voxels.size(); ++i) {
    if (coarse_breast.voxels[i] < 0.5F || !(coarse.voxels[i] > 0)) continue;
    rays.signal.push_back(coarse.voxels[i]);
    rays.height_mm.push_back(compressed_height_mm(from_rim.voxels[i], thickness_mm));
    const double row = static_cast<double>(i / static_cast<std::size_t>(columns));
    rays.calibrates.push_back(from_rim.voxels[i] >= kFromRim * thickness_mm &&
                              down * std::min(row, rows - 1 - row) >= kFromCut * thickness_mm);
  }
  return rays;
}

// How much of a height is dense; attenuation grows with it.
double dense_mm(double attenuation, double height_mm, const LogAttenuation& log_attenuation) {
  double low = 0, high = height_mm;
  if (attenuation <= log_attenuation(height_mm, 0)) return 0;
  if (attenuation >= log_attenuation(0, height_mm)) return height_mm;
  for (int step = 0; step < 30; ++step) {
    const double middle = (low + high) / 2;
    (log_attenuation(height_mm - middle, middle) < attenuation ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double compressed_height_mm(double from_rim_mm, double thickness_mm) {
  const double radius = thickness_mm / 2;
  if (from_rim_mm >= radius) return thickness_mm;
  return 2 * std::sqrt(std::max(0.0, from_rim_mm * (thickness_mm - from_rim_mm)));
}

std::optional<VolumetricDensity> volumetric_density(const Image<float>& signal, const Mask& labels,
                                                    double spacing_mm, double thickness_mm,
                                                    const LogAttenuation& log_attenuation) {
  check(signal, labels, spacing_mm, thickness_mm);
  const Rays rays = rays_of(signal, labels, spacing_mm, thickness_mm);
  // What the signal would be without a breast, if each of these rays were fat.
  std::vector<double> beam;
  for (std::size_t i = 0; i < rays.signal.size(); ++i)
    if (rays.calibrates[i]) beam.push_back(std::log(rays.signal[i]) + log_attenuation(rays.height_mm[i], 0));
  if (beam.size() < kLeastRays) return {};
  const double fattest = percentile(beam, 1 - kFattest);
  VolumetricDensity result;
  for (std::size_t i = 0; i < rays.signal.size(); ++i) {
    result.breast_ml += rays.height_mm[i] * rays.area_mm2 / kMm3PerMl;
    result.dense_ml += dense_mm(fattest - std::log(rays.signal[i]), rays.height_mm[i], log_attenuation) *
                       rays.area_mm2 / kMm3PerMl;
  }
  if (!(result.breast_ml > 0)) return {};
  result.percent_density = 100 * result.dense_ml / result.breast_ml;
  return result;
}

}  // namespace lobule::measure
