#include "phantom/lesion.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <memory>
#include <numeric>

#include "phantom/anatomy.h"

namespace lobule::phantom {
namespace {

AnatomyOptions with_lesion(LesionKind kind, double diameter_mm) {
  AnatomyOptions options;
  options.lesions[0].kind = kind;
  options.lesions[0].diameter_mm = diameter_mm;
  return options;
}

// One patient a kind, made once.
const Anatomy& patient_with(LesionKind kind) {
  static const std::array<std::unique_ptr<const Anatomy>, kLesionKindCount> patients = [] {
    std::array<std::unique_ptr<const Anatomy>, kLesionKindCount> all;
    for (int k = 0; k < kLesionKindCount; ++k)
      all[k] = std::make_unique<const Anatomy>(with_lesion(static_cast<LesionKind>(k), 14));
    return all;
  }();
  return *patients[static_cast<std::size_t>(kind)];
}

Lesion lone(LesionKind kind, double diameter_mm) {
  LesionPlan plan;
  plan.kind = kind;
  plan.diameter_mm = diameter_mm;
  return Lesion(plan, 0, 1, {90, -20, 10}, {80, -75, 0});
}

double sphere_ml(double diameter_mm) {
  return 3.14159265 / 6 * std::pow(diameter_mm, 3) / 1000;
}

TEST(Lesion, EveryKindLiesInItsBreastAndIsFoundWhereItIs) {
  for (int k = 0; k < kLesionKindCount; ++k) {
    const LesionKind kind = static_cast<LesionKind>(k);
    const Anatomy& anatomy = patient_with(kind);
    const LesionTruth truth = anatomy.measure_lesions(0.5)[0];
    EXPECT_EQ(anatomy.breast_at(truth.center_mm), BreastSide::left) << to_text(kind);
    EXPECT_EQ(truth.malignant, is_malignant(kind));
    EXPECT_EQ(truth.kind, kind);
    EXPECT_LT(norm(truth.center_mm - anatomy.lesions()[0].center_mm()), 3.5) << to_text(kind);
    const Vec3 inside = truth.specks.empty() ? anatomy.lesions()[0].center_mm() : truth.specks[0].center_mm;
    // Non-mass enhancement may have a gap at its middle.
    EXPECT_EQ(anatomy.lesion_at(inside, kind == LesionKind::non_mass ? 8 : 0.2), 0) << to_text(kind);
    EXPECT_EQ(anatomy.lesion_at(inside + Vec3{0, 0, 40}, 0.2), -1) << to_text(kind);
  }
}

TEST(Lesion, SolidKindsHaveTheVolumeOfTheirSphere) {
  for (const LesionKind kind : {LesionKind::mass, LesionKind::rim_mass, LesionKind::spiculated_mass,
                                LesionKind::cyst, LesionKind::fibroadenoma}) {
    const LesionTruth truth = measure_lesion(lone(kind, 12), 0.25);
    EXPECT_NEAR(truth.volume_ml / sphere_ml(12), 1, 0.35) << to_text(kind);
    EXPECT_GT(truth.longest_diameter_mm, 11) << to_text(kind);
    EXPECT_LT(truth.longest_diameter_mm, kind == LesionKind::spiculated_mass ? 29 : 19) << to_text(kind);
  }
}

TEST(Lesion, AFocusIsSmallerThanFiveMillimetres) {
  const LesionTruth truth = measure_lesion(lone(LesionKind::focus, 30), 0.25);
  EXPECT_LT(truth.longest_diameter_mm, 5.5);
  EXPECT_NEAR(truth.volume_ml / sphere_ml(4.9), 1, 0.2);
}

TEST(Lesion, NonMassEnhancementIsAsLongAsPlannedAndMostlyHoles) {
  const LesionTruth truth = measure_lesion(lone(LesionKind::non_mass, 30), 0.4);
  EXPECT_NEAR(truth.longest_diameter_mm, 30, 8);
  EXPECT_LT(truth.volume_ml, 0.4 * sphere_ml(30));
  EXPECT_GT(truth.volume_ml, 0.2);
}

TEST(Lesion, ARimMassHasACentreThatHardlyEnhances) {
  const Anatomy& anatomy = patient_with(LesionKind::rim_mass);
  const Vec3 center = anatomy.lesions()[0].center_mm();
  EXPECT_LT(share(anatomy.at(center, 1), Tissue::lesion), 0.3f);
  EXPECT_GT(share(anatomy.at(center + Vec3{0, 0, 5.6}, 0.5), Tissue::lesion), 0.9f);
}

TEST(Lesion, SpecksLoseNothingInVoxelsOfAnySize) {
  const Anatomy& anatomy = patient_with(LesionKind::calcifications);
  const LesionTruth truth = anatomy.measure_lesions()[0];
  ASSERT_GE(truth.specks.size(), 7u);
  EXPECT_LT(truth.longest_diameter_mm, 15);
  for (const double width : {1.0, 0.7}) {
    double sum = 0;
    for (double z = -9; z < 9; z += width)
      for (double y = -9; y < 9; y += width)
        for (double x = -9; x < 9; x += width)
          sum += share(anatomy.at(anatomy.lesions()[0].center_mm() + Vec3{x, y, z}, width),
                       Tissue::calcification);
    EXPECT_NEAR(sum * width * width * width / 1000, truth.volume_ml, 0.01 * truth.volume_ml);
  }
}

TEST(Lesion, CompositionsOfEveryKindSumToOne) {
  for (int k = 0; k < kLesionKindCount; ++k) {
    const Anatomy& anatomy = patient_with(static_cast<LesionKind>(k));
    for (double y = -12; y <= 12; y += 0.9) {
      const Composition c = anatomy.at(anatomy.lesions()[0].center_mm() + Vec3{0.3 * y, y, -0.2 * y}, 1);
      EXPECT_NEAR(std::accumulate(c.begin(), c.end(), 0.0), 1, 1e-5);
      for (const float part : c) EXPECT_GE(part, 0);
    }
  }
}

}  // namespace
}  // namespace lobule::phantom
