#include "measure/noise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"
#include "core/resample.h"
#include "measure/breast_segmentation.h"

namespace lobule::measure {
namespace {

constexpr double kSigma = 4;

Grid head_on_grid() {
  Grid grid;
  grid.size = {90, 90, 40};
  grid.spacing_mm = {2, 2, 2};
  return grid;
}

// Rician noise of `sigma(p)` over a signal of `signal(p)`, p in voxels.
template <class Signal, class Sigma>
Image<float> noisy(const Signal& signal, const Sigma& sigma) {
  const Grid grid = head_on_grid();
  const RandomStream random(3, "noise");
  Image<float> image(grid);
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const std::size_t o = grid.offset(i, j, k);
        const auto [a, b] = random.normal_pair(o);
        const double s = sigma(i, j, k);
        image.voxels[o] = static_cast<float>(std::hypot(signal(i, j, k) + s * a, s * b));
      }
  return image;
}

double threshold_of(const Image<float>& image) {
  return air_threshold(image, gaussian_smooth(image, 1.5), noise_sigma(image));
}

double even_noise(int, int, int) {
  return kSigma;
}

TEST(AirThreshold, TakesDimTexturedFatForTissue) {
  // Fat of five sigma with strands of twice its signal, beside gland.
  const auto signal = [](int i, int j, int) {
    if (i < 25 || j < 25) return 0.0;
    if (j > 70) return 150.0;
    return i % 8 < 2 || j % 7 == 0 ? 40.0 : 20.0;
  };
  EXPECT_LT(threshold_of(noisy(signal, even_noise)), 20);
}

TEST(AirThreshold, LiesAboveNoiseThatIsStrongerInSomeOfTheAir) {
  const auto signal = [](int i, int j, int) { return i > 50 && j > 50 ? 150.0 : 0.0; };
  const auto sigma = [](int i, int, int) { return i > 50 ? 3 * kSigma : kSigma; };
  const double threshold = threshold_of(noisy(signal, sigma));
  EXPECT_GT(threshold, 3 * 1.253 * kSigma + kSigma);
  EXPECT_LT(threshold, 150);
}

TEST(SegmentBody, ARingOfSkinBoundsABreastWhoseFatIsAsDarkAsNoise) {
  // A half ball of skin, 4 mm thick, in front of a slab; nothing but noise inside it.
  const auto signal = [](int i, int j, int k) {
    if (j >= 60) return 80.0;
    const double r = std::hypot(i - 45, j - 60, k - 20);
    return r < 18 && r >= 16 ? 60.0 : 0.0;
  };
  const Mask body = segment_body(noisy(signal, even_noise));
  EXPECT_EQ(body.at(45, 52, 20), 1);
  EXPECT_EQ(body.at(38, 50, 16), 1);
  EXPECT_EQ(body.at(45, 30, 20), 0);
  EXPECT_EQ(body.at(10, 50, 20), 0);
}

}  // namespace
}  // namespace lobule::measure
