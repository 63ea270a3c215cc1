#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "measure/bias_field_itk.h"

namespace lobule::measure {
namespace {

struct Shaded {
  Image<float> clean, image;
  Mask mask;
};

// Two tissues in blobs, with a smooth coil-like shading over them.
Shaded shaded(double strength) {
  Grid grid;
  grid.size = {24, 20, 18};
  grid.spacing_mm = {6, 6, 6};
  grid.origin_mm = {-70, -50, 20};
  grid.direction.column = {Vec3{0, 1, 0}, Vec3{-1, 0, 0}, Vec3{0, 0, 1}};
  Shaded s{Image<float>(grid), Image<float>(grid), Mask(grid)};
  const RandomStream random(11, "tissue");
  for (int k = 0; k < 18; ++k)
    for (int j = 0; j < 20; ++j)
      for (int i = 0; i < 24; ++i) {
        const std::size_t o = grid.offset(i, j, k);
        const bool gland = std::sin(1.3 * i) * std::sin(1.1 * j + 0.3 * k) > 0.2;
        s.clean.voxels[o] = static_cast<float>((gland ? 200 : 100) * (1 + 0.02 * random.normal(o)));
        s.image.voxels[o] = static_cast<float>(s.clean.voxels[o] * std::exp(strength * (i - 11.5) / 12));
        s.mask.voxels[o] = i > 1 && j > 1 && k > 0;
      }
  return s;
}

BiasFieldOptions quick() {
  BiasFieldOptions options;
  options.working_spacing_mm = 6;
  options.levels = 2;
  options.iterations_per_level = 15;
  return options;
}

// Standard deviation of log(field) − log(shading) over the mask.
double log_error(const Shaded& s, const Image<float>& field) {
  double sum = 0, squares = 0;
  int n = 0;
  for (std::size_t i = 0; i < s.mask.voxels.size(); ++i) {
    if (s.mask.voxels[i] == 0) continue;
    const double e = std::log(field.voxels[i] * s.clean.voxels[i] / s.image.voxels[i]);
    sum += e;
    squares += e * e;
    ++n;
  }
  return std::sqrt(squares / n - sum / n * (sum / n));
}

TEST(EstimateBiasField, FindsAPlantedShadingWithinFivePercent) {
  const Shaded s = shaded(0.4);
  const Image<float> field = estimate_bias_field(s.image, s.mask, quick());
  EXPECT_GT(log_error(s, Image<float>(s.image.grid, 1)), 0.2);
  EXPECT_LT(log_error(s, field), 0.05);
}

TEST(EstimateBiasField, HasMeanLogarithmZeroOverTheMask) {
  const Shaded s = shaded(0.4);
  const Image<float> field = estimate_bias_field(s.image, s.mask, quick());
  double sum = 0;
  int n = 0;
  for (std::size_t i = 0; i < field.voxels.size(); ++i)
    if (s.mask.voxels[i] != 0) {
      sum += std::log(field.voxels[i]);
      ++n;
    }
  EXPECT_NEAR(sum / n, 0, 1e-5);
}

TEST(EstimateBiasField, IsOnesForAnEmptyMaskAndForOneSlice) {
  const Shaded s = shaded(0.4);
  for (const float v : estimate_bias_field(s.image, Mask(s.image.grid), quick()).voxels) ASSERT_EQ(v, 1);
  Grid slice = s.image.grid;
  slice.size = {40, 40, 1};
  const Image<float> flat(slice, 5);
  for (const float v : estimate_bias_field(flat, Mask(slice, 1), quick()).voxels) ASSERT_EQ(v, 1);
}

TEST(EstimateBiasField, DoesNotDependOnMissingVoxels) {
  Shaded s = shaded(0.4);
  s.image.at(12, 10, 9) = kMissing;
  const Image<float> field = estimate_bias_field(s.image, s.mask, quick());
  for (const float v : field.voxels) ASSERT_TRUE(v > 0.2F && v < 5);
}

TEST(EstimateBiasField, RefusesAMaskOfAnotherGrid) {
  const Shaded s = shaded(0);
  Grid other = s.mask.grid;
  other.size = {2, 2, 2};
  try {
    estimate_bias_field(s.image, Mask(other));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "bias field: image and mask lie on different grids: 24×20×18 voxels of 6.000×6.000×6.000 mm and "
        "2×2×2 voxels of 6.000×6.000×6.000 mm.");
  }
}

}  // namespace
}  // namespace lobule::measure
