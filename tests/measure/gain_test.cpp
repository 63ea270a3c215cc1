#include "measure/gain.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"

namespace lobule::measure {
namespace {

Grid gain_grid() {
  Grid grid;
  grid.size = {60, 60, 30};
  grid.spacing_mm = {2, 2, 2};
  return grid;
}

// A body of 20 voxels a side in noise of 3; `enhanced` adds to its signal, `gain` multiplies all.
Image<float> scan(const char* purpose, double gain, double enhanced, double ghost = 0) {
  const RandomStream random(7, purpose);
  Image<float> image(gain_grid());
  for (int k = 0; k < 30; ++k)
    for (int j = 0; j < 60; ++j)
      for (int i = 0; i < 60; ++i) {
        const std::size_t o = image.grid.offset(i, j, k);
        const auto [a, b] = random.normal_pair(o);
        double signal = i < 20 && j < 20 ? 100 + enhanced : 0;
        if (j >= 40 && j < 44) signal += ghost;
        image.voxels[o] = static_cast<float>(gain * std::hypot(signal + 3 * a, 3 * b));
      }
  return image;
}

Mask body() {
  Mask mask(gain_grid());
  for (int k = 0; k < 30; ++k)
    for (int j = 0; j < 20; ++j)
      for (int i = 0; i < 20; ++i) mask.at(i, j, k) = 1;
  return mask;
}

TEST(GainChange, IsThatOfTheNoiseWhateverEnhances) {
  const Image<float> before = scan("before", 1, 0);
  for (const double gain : {0.71, 1.0, 1.41})
    EXPECT_NEAR(gain_change(before, scan("after", gain, 80), body()), gain, 0.01 * gain);
}

TEST(GainChange, AGhostInATenthOfTheAirIsNoStepOfTheReceiver) {
  EXPECT_NEAR(gain_change(scan("before", 1, 0), scan("after", 1, 80, 12), body()), 1, 0.06);
}

TEST(GainChange, IsOneWhereTheScannerBlankedTheAir) {
  Image<float> before = scan("before", 1, 0), after = scan("after", 1.41, 0);
  for (Image<float>* image : {&before, &after})
    for (std::size_t i = 0; i < image->voxels.size(); ++i)
      if (image->voxels[i] < 30) image->voxels[i] = 0;
  EXPECT_EQ(gain_change(before, after, body()), 1);
}

TEST(GainChange, RefusesImagesOnDifferentGrids) {
  Grid other = gain_grid();
  other.size = {2, 2, 2};
  try {
    gain_change(scan("before", 1, 0), Image<float>(other), body());
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "receiver gain: images lie on different grids: 60×60×30 voxels of 2.000×2.000×2.000 mm, 2×2×2 "
        "voxels of 2.000×2.000×2.000 mm and 60×60×30 voxels of 2.000×2.000×2.000 mm.");
  }
}

}  // namespace
}  // namespace lobule::measure
