#include "phantom/compression.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace lobule::phantom {
namespace {

// Half an ellipsoid, 90 mm deep, 120 × 110 mm at the base, hanging down by `sag` at its tip.
constexpr double kDepth = 90, kHalfWidth = 60, kHalfHeight = 55;

BreastColumns half_ellipsoid(double sag = 0) {
  BreastColumns columns;
  columns.forward = 182, columns.across = 244, columns.across_mm = -61;
  for (int i = 0; i < columns.forward; ++i)
    for (int j = 0; j < columns.across; ++j) {
      const double p = (i + 0.5) * columns.step_mm / kDepth;
      const double q = (columns.across_mm + (j + 0.5) * columns.step_mm) / kHalfWidth;
      columns.length_mm.push_back(
          static_cast<float>(2 * kHalfHeight * std::sqrt(std::max(0.0, 1 - p * p - q * q))));
      columns.middle_mm.push_back(static_cast<float>(-sag * p * p));
    }
  return columns;
}

CompressedShape oblique() {
  CompressedShape shape;
  shape.wider_above = 1.5, shape.exponent_above = 1.4, shape.pectoral_mm = 45, shape.pectoral_end_mm = -20;
  return shape;
}

TEST(Compression, TheCompressedBreastHasTheVolumeOfTheHangingOne) {
  const double truth = 2.0 / 3 * 3.14159265358979 * kDepth * kHalfWidth * kHalfHeight;
  for (const CompressedShape& shape : {CompressedShape{}, oblique()}) {
    const Compression compression(half_ellipsoid(), shape);
    constexpr double kStep = 0.75;
    double inside = 0;
    for (double u = 0; u < 220; u += kStep)
      for (double v = -160; v < 220; v += kStep)
        for (double w = kStep / 2; w < shape.thickness_mm; w += kStep) {
          const auto source = compression.release({u, v, w});
          if (source.depth_mm > 0 && !source.pectoral) inside += kStep * kStep * kStep;
        }
    EXPECT_NEAR(inside / truth, 1, 0.01);
  }
}

// Calls visit(compressed) for points inside, a little below the surface.
template <class Visit>
void visit_inside(const Compression& compression, const Visit& visit) {
  for (double u = 2; u < 200; u += 6.3)
    for (double v = -150; v < 200; v += 7.1)
      for (double w = 3; w < compression.shape().thickness_mm; w += 6.7) {
        const auto source = compression.release({u, v, w});
        if (source.depth_mm > 2.5 && !source.pectoral) visit(Vec3{u, v, w});
      }
}

TEST(Compression, ReleasingUndoesCompressing) {
  for (const CompressedShape& shape : {CompressedShape{}, oblique()}) {
    const Compression compression(half_ellipsoid(9), shape);
    int points = 0;
    visit_inside(compression, [&](Vec3 point) {
      const Vec3 hanging = compression.release(point).hanging;
      EXPECT_LT(norm(compression.compress(hanging) - point), 0.1);
      ++points;
    });
    EXPECT_GT(points, 500);
  }
}

TEST(Compression, KeepsVolumeEverywhereAndFoldsNowhere) {
  for (const CompressedShape& shape : {CompressedShape{}, oblique()}) {
    const Compression compression(half_ellipsoid(9), shape);
    double sum = 0;
    int points = 0;
    visit_inside(compression, [&](Vec3 point) {
      constexpr double kStep = 0.6;
      Mat3 jacobian;
      for (int axis = 0; axis < 3; ++axis) {
        Vec3 step;
        step[axis] = kStep;
        const auto ahead = compression.release(point + step), behind = compression.release(point - step);
        if (ahead.pectoral || behind.pectoral) return;
        jacobian.column[axis] = (0.5 / kStep) * (ahead.hanging - behind.hanging);
      }
      const double j = std::abs(determinant(jacobian));
      EXPECT_GT(determinant(jacobian), 0.85);
      EXPECT_LT(j, 1.15);
      sum += j, ++points;
    });
    EXPECT_NEAR(sum / points, 1, 0.01);
  }
}

TEST(Compression, IsFlatBetweenThePaddles) {
  const Compression compression(half_ellipsoid(), CompressedShape{});
  const Vec3 middle{30, compression.center_mm(), 0};
  EXPECT_NEAR(compression.release({30, middle.y, 0.5}).depth_mm, 0.5, 1e-6);
  EXPECT_NEAR(compression.release({30, middle.y + 40, 54}).depth_mm, 1, 1e-6);
  // The nipple's place is the foremost one.
  EXPECT_NEAR(norm(compression.hanging_tip() - Vec3{kDepth, 0, 0}), 0, 1.5);
  EXPECT_NEAR(compression.tip().x, compression.depth_mm(), 1e-9);
}

TEST(Compression, NothingToCompressIsRefused) {
  BreastColumns none = half_ellipsoid();
  for (float& length : none.length_mm) length = 0;
  try {
    const Compression compression(none, CompressedShape{});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "breast compression: there is no breast to compress; less than 1 ml of tissue lies in front of the "
        "chest wall. choose a larger breast.");
  }
}

}  // namespace
}  // namespace lobule::phantom
