#include "measure/volumetric_density.h"

#include <gtest/gtest.h>

#include <cmath>

#include "measure/breast_density.h"
#include "support/test_support.h"

namespace lobule::measure {
namespace {

constexpr double kThickness_mm = 40, kRadius_mm = 70;
// A beam of one energy, about 20 keV: per mm.
constexpr double kAdipose = 0.045, kDense_ = 0.08;

double log_attenuation(double adipose_mm, double dense_mm) {
  return kAdipose * adipose_mm + kDense_ * dense_mm;
}

// Half a disc against the left edge with air above and below, rounded at the rim; dense where `is_dense` says
// so, over a share of the height.
struct Slab {
  Image<float> signal;
  Mask labels;
  double breast_ml = 0, dense_ml = 0;
};

Slab slab(double share, double dense_radius_mm, double gain = 1000, double spacing_mm = 1) {
  Grid grid;
  grid.size = {static_cast<int>(90 / spacing_mm), static_cast<int>(180 / spacing_mm), 1};
  Slab s{Image<float>(grid), Mask(grid)};
  for (int y = 0; y < grid.size[1]; ++y)
    for (int x = 0; x < grid.size[0]; ++x) {
      const double far = std::hypot((x + 0.5) * spacing_mm, (y + 0.5) * spacing_mm - 90);
      const double from_rim = kRadius_mm - far;
      double height = 0, dense = 0;
      if (from_rim > 0) {
        height = compressed_height_mm(from_rim, kThickness_mm);
        dense = far < dense_radius_mm ? share * height : 0;
        s.labels.at(x, y, 0) = dense > 0 ? measure::kDense : measure::kAdipose;
      }
      s.signal.at(x, y, 0) = static_cast<float>(gain * std::exp(-log_attenuation(height - dense, dense)));
      s.breast_ml += height * spacing_mm * spacing_mm / 1000;
      s.dense_ml += dense * spacing_mm * spacing_mm / 1000;
    }
  return s;
}

VolumetricDensity measured(const Slab& s, double spacing_mm = 1) {
  return volumetric_density(s.signal, s.labels, spacing_mm, kThickness_mm, log_attenuation).value();
}

TEST(BreastVolume, ACompressedBreastIsRoundAtItsRimAndFlatInside) {
  EXPECT_EQ(compressed_height_mm(0, 40), 0);
  EXPECT_NEAR(compressed_height_mm(2, 40), 2 * std::sqrt(2 * 38.0), 1e-12);
  EXPECT_EQ(compressed_height_mm(20, 40), 40);
  EXPECT_EQ(compressed_height_mm(300, 40), 40);
}

TEST(BreastVolume, PlantedDenseTissueIsFound) {
  for (const double share : {0.1, 0.4, 0.8}) {
    const Slab s = slab(share, 40);
    const VolumetricDensity found = measured(s);
    EXPECT_NEAR(found.breast_ml / s.breast_ml, 1, 0.02);
    EXPECT_NEAR(found.percent_density, 100 * s.dense_ml / s.breast_ml, 1) << share;
  }
}

TEST(BreastVolume, DoesNotDependOnTheDetectorsGainNorOnThePixels) {
  const VolumetricDensity plain = measured(slab(0.4, 40));
  const VolumetricDensity louder = measured(slab(0.4, 40, 37000));
  EXPECT_NEAR(louder.percent_density, plain.percent_density, 0.01);
  const VolumetricDensity finer = measured(slab(0.4, 40, 1000, 0.25), 0.25);
  EXPECT_NEAR(finer.percent_density, plain.percent_density, 0.5);
  EXPECT_NEAR(finer.breast_ml / plain.breast_ml, 1, 0.02);
}

TEST(BreastVolume, OfFatAloneIsZero) {
  EXPECT_NEAR(measured(slab(0, 0)).percent_density, 0, 1);
}

// What docs/methods/density.md warns of.
TEST(BreastVolume, WithoutAFattyRayItIsReadTooLow) {
  const Slab s = slab(0.8, 200);
  EXPECT_LT(measured(s).percent_density, 0.5 * 100 * s.dense_ml / s.breast_ml);
}

TEST(BreastVolume, MissingSignalCountsAsNoRay) {
  Slab s = slab(0.4, 40);
  const double before = measured(s).percent_density;
  for (int x = 0; x < 20; ++x) s.signal.at(x, 5, 0) = kMissing;
  s.signal.at(10, 90, 0) = 0;
  EXPECT_NEAR(measured(s).percent_density, before, 0.1);
}

TEST(BreastVolume, TooSmallABreastTellsNothing) {
  Slab s = slab(0.4, 40);
  for (int y = 0; y < s.labels.grid.size[1]; ++y)
    for (int x = 10; x < s.labels.grid.size[0]; ++x) s.labels.at(x, y, 0) = kBackground;
  EXPECT_FALSE(volumetric_density(s.signal, s.labels, 1, kThickness_mm, log_attenuation));
}

TEST(BreastVolume, ImagesOfDifferentSizesAndImpossibleExtentsAreRefused) {
  const Slab s = slab(0.4, 40);
  Grid other;
  other.size = {2, 3, 1};
  EXPECT_EQ(
      test::message_of([&] { volumetric_density(s.signal, Mask(other), 1, kThickness_mm, log_attenuation); }),
      "volumetric density: signal and labels differ in size; 90×180×1 voxels of 1.000×1.000×1.000 mm and "
      "2×3×1 voxels of 1.000×1.000×1.000 mm. give images of one size.");
  EXPECT_EQ(test::message_of([&] { volumetric_density(s.signal, s.labels, 0, 40, log_attenuation); }),
            "volumetric density: spacing and thickness have to be positive.");
}

}  // namespace
}  // namespace lobule::measure
