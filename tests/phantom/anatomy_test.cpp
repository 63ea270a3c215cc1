#include "phantom/anatomy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "phantom/motion.h"

namespace lobule::phantom {
namespace {

TEST(Shapes, CoverageOfAVoxelRunsFromZeroToOneAcrossTheSurface) {
  EXPECT_DOUBLE_EQ(coverage(0, 2), 0.5);
  EXPECT_DOUBLE_EQ(coverage(-1, 2), 1);
  EXPECT_DOUBLE_EQ(coverage(1, 2), 0);
}

TEST(Shapes, ASpheresDistanceIsExact) {
  EXPECT_NEAR(ellipsoid_distance({3, 4, 0}, {10, 10, 10}), -5, 1e-12);
  EXPECT_NEAR(ellipsoid_distance({0, 0, 12}, {10, 10, 10}), 2, 1e-12);
}

TEST(Tubes, DistanceIsThatToTheSegment) {
  const TubeTree tree({{Vec3{0, 0, 0}, Vec3{10, 0, 0}, 1.0}});
  EXPECT_NEAR(tree.distance_mm({5, 3, 0}), 2, 1e-12);
  EXPECT_NEAR(tree.distance_mm({-2, 0, 0}), 1, 1e-12);
  EXPECT_EQ(tree.distance_mm({50, 50, 50}), TubeTree::kReach_mm);
}

TEST(Anatomy, FractionsSumToOneEverywhere) {
  const Anatomy anatomy({});
  for (double z = -70; z <= 70; z += 9.7)
    for (double y = -100; y <= 210; y += 3.3)
      for (double x = -170; x <= 170; x += 4.1) {
        const Composition c = anatomy.at({x, y, z}, 1.7);
        EXPECT_NEAR(std::accumulate(c.begin(), c.end(), 0.0), 1, 1e-5);
        for (const float part : c) EXPECT_GE(part, 0);
      }
}

TEST(Anatomy, TissuesLieWhereTheyShould) {
  const Anatomy anatomy({});
  EXPECT_EQ(share(anatomy.at({0, -100, 0}, 1), Tissue::air), 1);
  EXPECT_EQ(share(anatomy.at(Torso::kHeartBlood, 1), Tissue::blood), 1);
  EXPECT_GT(share(anatomy.at({0, 152, 0}, 1), Tissue::marrow), 0.9f);
  EXPECT_GT(share(anatomy.at(anatomy.breast(BreastSide::right).nipple_mm(), 1), Tissue::nipple), 0.9f);
  EXPECT_EQ(anatomy.breast_at({-76, -20, 0}), BreastSide::right);
  EXPECT_EQ(anatomy.breast_at({76, -20, 0}), BreastSide::left);
  EXPECT_EQ(anatomy.breast_at({0, 90, 0}), std::nullopt);
}

TEST(Anatomy, GlandFillsTheShareThatWasAskedFor) {
  for (const double percent : {8.0, 20.0, 40.0}) {
    AnatomyOptions options;
    options.density_percent = percent;
    options.lesions.clear();
    const BreastTruth truth = Anatomy(options).measure_breast(BreastSide::right, 2);
    EXPECT_NEAR(truth.percent_density, percent, 0.05 * percent);
  }
}

TEST(Anatomy, VolumesHoldAtTwoResolutions) {
  const Anatomy anatomy({});
  const BreastTruth fine = anatomy.measure_breast(BreastSide::left, 1.5);
  const BreastTruth coarse = anatomy.measure_breast(BreastSide::left, 3);
  EXPECT_NEAR(coarse.breast_ml, fine.breast_ml, 0.02 * fine.breast_ml);
  EXPECT_NEAR(coarse.fgt_ml, fine.fgt_ml, 0.03 * fine.fgt_ml);
}

TEST(Anatomy, ARegularLesionHasTheVolumeOfItsSphere) {
  AnatomyOptions options;
  options.lesions[0].irregularity = 0;
  const LesionTruth truth = Anatomy(options).measure_lesions()[0];
  EXPECT_NEAR(truth.volume_ml, 3.14159265 / 6 * 1.728, 0.01);
  EXPECT_NEAR(truth.longest_diameter_mm, 12, 0.5);
  const Vec3 p = options.lesions[0].place;
  EXPECT_LT(norm(truth.center_mm - Anatomy(options).breast(BreastSide::left).point_at(p.x, p.y, p.z)), 0.1);
}

TEST(Motion, ReachesItsAmplitudeInTheBreastsAndNeverFolds) {
  const Motion motion(1, 2.0, 1.0), breathing(1, 3.0, 1.0, 0.8);
  double largest = 0;
  for (double z = -60; z <= 60; z += 12)
    for (double y = -80; y <= 10; y += 10)
      for (double x = -132; x <= 132; x += 12)
        largest = std::max(largest, norm(motion.backward_mm({x, y, z})));
  EXPECT_NEAR(largest, 2, 1e-9);
  for (double z = -70; z <= 70; z += 14)
    for (double y = -100; y <= 200; y += 12)
      for (double x = -160; x <= 160; x += 16) {
        const double h = 0.01;
        const Vec3 p{x, y, z};
        for (const Motion* m : {&motion, &breathing}) {
          Mat3 jacobian;
          for (int axis = 0; axis < 3; ++axis) {
            Vec3 step{};
            step[axis] = h;
            jacobian.column[axis] = (1 / (2 * h)) * (p + step + m->displacement_mm(p + step) - (p - step) -
                                                     m->displacement_mm(p - step));
          }
          EXPECT_GT(determinant(jacobian), 0.5);
          const Vec3 now = p + m->displacement_mm(p);
          EXPECT_LT(norm(now + m->backward_mm(now) - p), 1e-3);
        }
      }
}

TEST(Motion, ForwardAndBackwardUndoEachOther) {
  const Motion motion(3, 2.0, 0.7);
  for (const Vec3 pre : {Vec3{70, -40, 5}, Vec3{-90, 0, -30}, Vec3{10, 30, 20}}) {
    const Vec3 now = pre + motion.displacement_mm(pre);
    EXPECT_LT(norm(now + motion.backward_mm(now) - pre), 1e-6);
  }
}

}  // namespace
}  // namespace lobule::phantom
