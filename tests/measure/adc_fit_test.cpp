#include "measure/adc_fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "measure/noise.h"

namespace lobule::measure {
namespace {

Image<float> decayed(const Grid& grid, double s0, double adc_um2_per_s, double b) {
  return Image<float>(grid, static_cast<float>(s0 * std::exp(-b * adc_um2_per_s * 1e-6)));
}

Grid line(int n) {
  Grid grid;
  grid.size = {n, 1, 1};
  return grid;
}

TEST(FitAdc, RecoversAnExactDecayFromTwoOrThreeBValues) {
  const Image<float> a = decayed(line(2), 900, 1430, 50), b = decayed(line(2), 900, 1430, 400),
                     c = decayed(line(2), 900, 1430, 800);
  for (const AdcFit& fit : {fit_adc({&a, &b, &c}, std::vector<double>{50, 400, 800}),
                            fit_adc({&c, &a}, std::vector<double>{800, 50})}) {
    EXPECT_NEAR(fit.adc_um2_per_s.at(0, 0, 0), 1430, 0.01);
    EXPECT_NEAR(fit.s0.at(1, 0, 0), 900, 0.01);
    EXPECT_EQ(fit.measured_voxels, 2u);
  }
}

TEST(FitAdc, IsTheUnweightedLineThroughTheLogarithms) {
  // log S = 6, 5, 4.6 at b = 0, 500, 1000: slope −1.4/1000 by hand.
  const Image<float> a(line(1), std::exp(6.0F)), b(line(1), std::exp(5.0F)), c(line(1), std::exp(4.6F));
  const AdcFit fit = fit_adc({&a, &b, &c}, std::vector<double>{0, 500, 1000});
  EXPECT_NEAR(fit.adc_um2_per_s.at(0, 0, 0), 1400, 0.01);
  EXPECT_NEAR(std::log(fit.s0.at(0, 0, 0)), 5.2 + 0.7, 1e-5);
}

TEST(FitAdc, GivesZeroWhereItCannotMeasure) {
  Image<float> low(line(4), 100), high(line(4), 50);
  low.voxels = {100, kMissing, 100, 50};
  high.voxels = {0, 50, -1, 100};  // no signal, missing, negative, rising
  const AdcFit fit = fit_adc({&low, &high}, std::vector<double>{0, 800});
  for (const float v : fit.adc_um2_per_s.voxels) EXPECT_EQ(v, 0);
  EXPECT_EQ(fit.measured_voxels, 0u);
}

TEST(FitAdc, RefusesWhatCannotHaveASlope) {
  const Image<float> a(line(1), 1), b(line(2), 1);
  const auto message = [](const std::vector<const Image<float>*>& images, const std::vector<double>& values) {
    try {
      fit_adc(images, values);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message({&a, &a}, {800, 800}),
            "ADC fit: fewer than two different b-values; a slope needs two points.");
  EXPECT_EQ(message({&a}, {0, 800}), "ADC fit: 1 images but 2 b-values.");
  EXPECT_EQ(
      message({&a, &b}, {0, 800}),
      "ADC fit: images lie on different grids: 1×1×1 voxels of 1.000×1.000×1.000 mm and 2×1×1 voxels of "
      "1.000×1.000×1.000 mm.");
}

// A bright ball in Rayleigh air.
Image<float> ball_in_air(double sigma, double signal) {
  Grid grid;
  grid.size = {40, 40, 24};
  const RandomStream random(7, "noise");
  Image<float> image(grid);
  for (int k = 0; k < 24; ++k)
    for (int j = 0; j < 40; ++j)
      for (int i = 0; i < 40; ++i) {
        const auto [a, b] = random.normal_pair(grid.offset(i, j, k));
        const double s = norm({i - 20.0, j - 20.0, k - 12.0}) < 9 ? signal : 0;
        image.at(i, j, k) = static_cast<float>(std::hypot(s + sigma * a, sigma * b));
      }
  return image;
}

TEST(NoiseSigma, IsFoundInTheAirAroundABall) {
  EXPECT_NEAR(noise_sigma(ball_in_air(2.0, 100)), 2.0, 0.2);
  EXPECT_NEAR(noise_sigma(ball_in_air(0.05, 1)), 0.05, 0.005);
}

TEST(NoiseSigma, IsZeroForBlankAirAndForAnImageWithoutAir) {
  EXPECT_EQ(noise_sigma(ball_in_air(0, 100)), 0);
  Image<float> full(ball_in_air(1, 0).grid);
  const RandomStream random(8, "noise");
  for (std::size_t i = 0; i < full.voxels.size(); ++i)
    full.voxels[i] = static_cast<float>(100 + random.normal(i));
  EXPECT_EQ(noise_sigma(full), 0);
}

TEST(AirThreshold, LiesBetweenAirAndTissue) {
  const Image<float> image = ball_in_air(2, 100);
  const double threshold = air_threshold(image, image, noise_sigma(image));
  EXPECT_GT(threshold, 9);
  EXPECT_LT(threshold, 90);
  const Image<float> blank(image.grid, 0);
  EXPECT_EQ(air_threshold(blank, blank, 0), 0);
}

}  // namespace
}  // namespace lobule::measure
