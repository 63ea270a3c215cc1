#include "phantom/mammogram_truth.h"

namespace lobule::phantom {

void add_truth(Mammogram& image, const std::vector<float>& pectoral_mm, double magnification) {
  image.labels = Mask(image.breast_mm.grid);
  std::size_t breast_pixels = 0, dense_pixels = 0;
  double breast = 0, dense = 0;
  for (std::size_t i = 0; i < pectoral_mm.size(); ++i) {
    const float tissue = image.breast_mm.voxels[i], thick = image.dense_mm.voxels[i], muscle = pectoral_mm[i];
    // Where muscle and breast overlap the longer path decides.
    if (muscle > tissue && muscle > kLeastBreast) {
      image.labels.voxels[i] = 3;
      continue;
    }
    if (tissue <= kLeastBreast) continue;
    const bool is_dense = thick >= kDenseShare * tissue;
    image.labels.voxels[i] = is_dense ? 2 : 1;
    ++breast_pixels;
    dense_pixels += is_dense;
    breast += tissue, dense += thick;
  }
  const double spacing = image.breast_mm.grid.spacing_mm.x / magnification;
  const double cm2 = spacing * spacing / 100;
  image.breast_cm2 = static_cast<double>(breast_pixels) * cm2;
  image.dense_cm2 = static_cast<double>(dense_pixels) * cm2;
  if (breast_pixels == 0) return;
  image.percent_density = 100 * static_cast<double>(dense_pixels) / static_cast<double>(breast_pixels);
  image.volumetric_density = 100 * dense / breast;
}

}  // namespace lobule::phantom
