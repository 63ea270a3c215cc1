#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"
#include "pipeline/analyze_stages.h"

namespace lobule::pipeline {
namespace {

exam::Volume noisy_volume(const char* purpose, double gain) {
  Grid grid;
  grid.size = {80, 80, 40};
  grid.spacing_mm = {2, 2, 2};
  const RandomStream random(9, purpose);
  exam::Volume volume;
  volume.image = Image<float>(grid);
  for (std::size_t i = 0; i < volume.image.voxels.size(); ++i) {
    const auto [a, b] = random.normal_pair(i);
    volume.image.voxels[i] = static_cast<float>(gain * std::hypot(a, b));
  }
  return volume;
}

TEST(EvenGain, DividesAPhaseByTheStepOfTheReceiverAndSaysSo) {
  exam::Dynamic acquired;
  acquired.phases = {noisy_volume("0", 1), noisy_volume("1", 1.41), noisy_volume("2", 1.03)};
  exam::Dynamic corrected = acquired;
  Findings findings;
  even_gain(acquired, corrected, Mask(acquired.phases[0].image.grid), findings);
  EXPECT_NEAR(corrected.phases[1].image.at(5, 5, 5), acquired.phases[1].image.at(5, 5, 5) / 1.41, 0.02);
  EXPECT_EQ(corrected.phases[0].image.voxels, acquired.phases[0].image.voxels);
  EXPECT_EQ(corrected.phases[2].image.voxels, acquired.phases[2].image.voxels);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(sentence(findings[0]),
            "dynamic series: the receiver's gain changed after the pre-contrast phase (phase 1: 1.41 times "
            "the noise "
            "in air); enhancement was measured after dividing by these factors; plain subtractions are as "
            "acquired. "
            "Forbid a second prescan between the phases of the protocol.");
}

}  // namespace
}  // namespace lobule::pipeline
