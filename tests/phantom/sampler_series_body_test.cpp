#include "phantom/sampler_series_body.h"

#include <gtest/gtest.h>

#include <cmath>

#include "phantom/sampler_series_scene.h"
#include "phantom/torso.h"

namespace lobule::phantom {
namespace {

Draw draw_of(std::uint64_t n) {
  return Draw(sample_stream(5, "body test", n));
}

TEST(SeriesBody, WithoutStrengthAPatientLiesAsMade) {
  Draw draw = draw_of(0);
  const BodyPose pose(draw, 0);
  const Vec3 point{-70, -60, 33};
  EXPECT_LT(norm(pose.source(point) - point), 1e-9);
  EXPECT_DOUBLE_EQ(pose.seen_y(-60), -60);
}

TEST(SeriesBody, PosesAreSmallTurnsAndStretchesAndHalfAreMirrored) {
  int mirrored = 0;
  for (std::uint64_t n = 0; n < 200; ++n) {
    Draw draw = draw_of(n);
    const BodyPose pose(draw, 1);
    // Behind the chest's front, where nothing hangs, the map is affine.
    const Vec3 pivot{0, 40, 0};
    const Vec3 right = pose.source(pivot + Vec3{20, 0, 0}) - pose.source(pivot),
               back = pose.source(pivot + Vec3{0, 20, 0}) - pose.source(pivot),
               up = pose.source(pivot + Vec3{0, 0, 20}) - pose.source(pivot);
    mirrored += right.x < 0 ? 1 : 0;
    for (const double length : {norm(right), norm(back), norm(up)}) {
      EXPECT_GT(length / 20, 0.8);
      EXPECT_LT(length / 20, 1.2);
    }
    EXPECT_GT(back.y, 0);
    EXPECT_GT(up.z, 0);
    // About: the turn is not in it.
    EXPECT_NEAR(pose.source({0, pose.seen_y(-80), 0}).y, -80, 8);
  }
  EXPECT_NEAR(mirrored, 100, 30);
}

TEST(SeriesBody, DisplacementsAreSmoothAndBounded) {
  Grid space;
  space.size = {60, 60, 40};
  space.spacing_mm = {6, 6, 6};
  double most = 0;
  for (std::uint64_t n = 0; n < 10; ++n) {
    Draw draw = draw_of(n);
    const BodyFields fields(draw, space, {1, 5, 0.4, 0.8});
    for (double at = 10; at < 220; at += 3) {
      const BodyFields::Here here = fields.at({at, at, at}), next = fields.at({at + 1, at, at});
      most = std::max(most, norm(here.displacement_mm));
      // Nothing folds: neighbours keep their order.
      EXPECT_GT(1 + next.displacement_mm.x - here.displacement_mm.x, 0);
      EXPECT_LE(std::abs(here.bias), 0.4F);
      EXPECT_LE(std::abs(here.fat), 0.8F);
    }
  }
  EXPECT_GT(most, 3);
  EXPECT_LT(most, 38);  // 12 + 5 mm along each axis, and 5 mm along y
}

TEST(SeriesBody, SignalsAreLinearBetweenVoxelsAndNothingBeyondThem) {
  TissueRaster raster;
  raster.grid.size = {2, 2, 2};
  raster.grid.spacing_mm = {10, 10, 10};
  raster.voxels.resize(8);
  for (std::size_t v = 0; v < 8; ++v) {
    const Tissue tissue = v % 2 == 0 ? Tissue::fat : Tissue::gland;
    raster.voxels[v] = {{static_cast<Material>(tissue)}, {255}};
  }
  MaterialSignals signals;
  signals.fat_suppressed = true;
  signals.fat[static_cast<std::size_t>(Tissue::fat)] = 1;
  signals.water[static_cast<std::size_t>(Tissue::gland)] = 0.6F;
  const ChannelTable suppressed(signals);
  EXPECT_NEAR(signal_at(raster, suppressed, {0, 5, 5}, 0.2F), 0.2, 1e-5);
  EXPECT_NEAR(signal_at(raster, suppressed, {5, 5, 5}, 0.2F), 0.4, 1e-5);
  EXPECT_EQ(signal_at(raster, suppressed, {11, 5, 5}, 0.2F), 0);
  EXPECT_EQ(signal_at(raster, suppressed, {-1, 5, 5}, 0.2F), 0);
  signals.fat_suppressed = false;
  EXPECT_NEAR(signal_at(raster, ChannelTable(signals), {0, 5, 5}, 0.2F), 1, 1e-5) << "nothing is suppressed";
}

TEST(SeriesBody, CoilsLoseSignalBackwards) {
  for (std::uint64_t n = 0; n < 40; ++n) {
    Draw draw = draw_of(n);
    const CoilShading coil(draw, -100);
    EXPECT_DOUBLE_EQ(coil.at(-100), 1);
    double last = 1;
    for (double y = -100; y < 200; y += 10) {
      EXPECT_LE(coil.at(y), last);
      last = coil.at(y);
    }
    EXPECT_GT(last, 0);
    EXPECT_LT(last, 0.7);
  }
}

TEST(SeriesBody, ChestMusclesAreAsThickAsAsked) {
  TorsoShape thick;
  thick.muscle = 2;
  const Torso usual(TorsoShape{}), strong(thick);
  const Vec3 behind_the_breast{80, 20, 20};
  EXPECT_NEAR(strong.place(behind_the_breast).pectoral_mm, 2 * usual.place(behind_the_breast).pectoral_mm,
              1e-3);
  EXPECT_NEAR(strong.place(behind_the_breast).minor_mm, 2 * usual.place(behind_the_breast).minor_mm, 1e-3);
  EXPECT_EQ(strong.place(behind_the_breast).muscle_mm, usual.place(behind_the_breast).muscle_mm);
}

}  // namespace
}  // namespace lobule::phantom
