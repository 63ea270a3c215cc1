#include "measure/noise_power.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/random.h"

namespace lobule::measure {
namespace {

Grid plane(int size, double pixel_mm) {
  Grid grid;
  grid.size = {size, size, 1};
  grid.spacing_mm = {pixel_mm, pixel_mm, 1};
  return grid;
}

// Waves of random direction and phase, equally many in every interval of log frequency: with amplitudes a(f),
// the power per unit of area in frequency goes as a² / f².
Image<float> power_law(double beta, int size, double pixel_mm) {
  Image<float> image(plane(size, pixel_mm));
  const RandomStream random(5, "waves");
  constexpr int kWaves = 600;
  for (int wave = 0; wave < kWaves; ++wave) {
    const double f = 0.03 * std::pow(60.0, (wave + 0.5) / kWaves);
    const double angle = 2 * std::numbers::pi * random.uniform(2 * wave);
    const double phase = 2 * std::numbers::pi * random.uniform(2 * wave + 1);
    const double kx = 2 * std::numbers::pi * f * std::cos(angle) * pixel_mm,
                 ky = 2 * std::numbers::pi * f * std::sin(angle) * pixel_mm;
    const double amplitude = std::pow(f, 1 - beta / 2);
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x)
        image.at(x, y, 0) += static_cast<float>(amplitude * std::cos(kx * x + ky * y + phase));
  }
  return image;
}

TEST(NoisePower, FindsTheExponentOfAPowerLaw) {
  for (const double beta : {2.0, 3.0, 3.5}) {
    const Image<float> image = power_law(beta, 256, 0.4);
    const Mask all(image.grid, 1);
    EXPECT_NEAR(power_spectrum_exponent(image, all, 0.4), beta, 0.2);
  }
}

TEST(NoisePower, WhiteNoiseHasItsVariancePerPixelAreaAtEveryFrequency) {
  Image<float> image(plane(256, 0.2));
  const RandomStream random(3, "white");
  for (std::size_t i = 0; i < image.voxels.size(); ++i)
    image.voxels[i] = static_cast<float>(5 * random.normal(i));
  const NoisePower power = noise_power(image, Mask(image.grid, 1));
  EXPECT_NEAR(power.exponent, 0, 0.1);
  EXPECT_EQ(power.regions, 9);
  EXPECT_NEAR(power.power.back(), 25 * 0.2 * 0.2, 0.08);
}

TEST(NoisePower, RegionsLieWhollyWithinTheMask) {
  Image<float> image(plane(256, 0.2));
  Mask mask(image.grid, 1);
  mask.at(40, 40, 0) = 0;
  EXPECT_EQ(noise_power(image, mask).regions, 8);
  const NoisePower none = noise_power(image, Mask(image.grid));
  EXPECT_EQ(none.regions, 0);
  EXPECT_TRUE(std::isnan(none.exponent));
}

TEST(NoisePower, PixelsTooLargeAreRefused) {
  const Image<float> image(plane(64, 2));
  try {
    noise_power(image, Mask(image.grid, 1));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "noise power: pixels of 2 mm are too large; a region of 25.6 mm holds fewer than 16. use larger "
        "regions.");
  }
}

TEST(NoisePower, AMaskOfAnotherSizeIsRefused) {
  try {
    noise_power(Image<float>(plane(64, 1)), Mask(plane(32, 1)));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "noise power: image and mask differ in size; 64×64×1 voxels of 1.000×1.000×1.000 mm and 32×32×1 "
        "voxels of 1.000×1.000×1.000 mm. give a mask of the image's size.");
  }
}

}  // namespace
}  // namespace lobule::measure
