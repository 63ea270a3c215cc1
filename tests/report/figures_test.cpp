#include "report/figures.h"

#include <gtest/gtest.h>

#include <cmath>

#include "report/exam_figures.h"
#include "report/fixture.h"

namespace lobule::report {
namespace {

int grey(const io::Picture& picture, int column, int row) {
  return picture.pixels[static_cast<std::size_t>(picture.channels) * (row * picture.width + column)];
}

// The mean column and row of pixels above a level.
Vec3 bright_place(const io::Picture& picture, int level) {
  Vec3 sum;
  for (int row = 0; row < picture.height; ++row)
    for (int column = 0; column < picture.width; ++column)
      if (grey(picture, column, row) > level) sum = sum + Vec3{double(column), double(row), 1};
  return (1 / sum.z) * sum;
}

// 10 × 8 × 6 voxels of 2 × 3 × 4 mm, acquired so that the index axes run along the given directions, with
// one bright voxel at the point.
Image<float> with_marker(const Mat3& direction, Vec3 point) {
  Grid grid;
  grid.size = {10, 8, 6};
  grid.spacing_mm = {2, 3, 4};
  grid.direction = direction;
  const Vec3 middle = point_from_index(grid, {4.5, 3.5, 2.5});
  grid.origin_mm = grid.origin_mm - middle;
  Image<float> image(grid, 0.0f);
  const Vec3 index = index_from_point(grid, point);
  image.at(int(std::lround(index.x)), int(std::lround(index.y)), int(std::lround(index.z))) = 100;
  return image;
}

const Mat3 kAxial{{Vec3{1, 0, 0}, Vec3{0, 1, 0}, Vec3{0, 0, 1}}};
const Mat3 kAxialFlipped{{Vec3{-1, 0, 0}, Vec3{0, -1, 0}, Vec3{0, 0, 1}}};
const Mat3 kSagittal{{Vec3{0, 1, 0}, Vec3{0, 0, -1}, Vec3{-1, 0, 0}}};

TEST(Figures, LeftIsLeftInEveryPlaneAndForEveryAcquisition) {
  const Vec3 left_front_head{5, -6, 4};
  for (const Mat3& direction : {kAxial, kAxialFlipped, kSagittal}) {
    const Image<float> image = with_marker(direction, left_front_head);
    Bounds box = bounds_of(image.grid);
    const auto place = [&](Plane plane, int axis) {
      box.low_mm[axis] = box.high_mm[axis] = left_front_head[axis];
      const Canvas canvas(image, view_grid(plane, box, 0.5), {0, 100});
      box = bounds_of(image.grid);
      const Vec3 at = bright_place(canvas.picture(), 10);
      return Vec3{at.x / canvas.width() - 0.5, at.y / canvas.height() - 0.5, 0};
    };
    const Vec3 axial = place(Plane::axial, 2), sagittal = place(Plane::sagittal, 0),
               coronal = place(Plane::coronal, 1);
    EXPECT_GT(axial.x, 0.1);      // the patient's left is on the right-hand side
    EXPECT_LT(axial.y, -0.1);     // the front is on top
    EXPECT_LT(sagittal.x, -0.1);  // the front is on the left-hand side
    EXPECT_LT(sagittal.y, -0.1);  // the head is on top
    EXPECT_GT(coronal.x, 0.1);
    EXPECT_LT(coronal.y, -0.1);
  }
}

TEST(Figures, TheLesionInTheLeftBreastShowsOnTheRightHandSideOfTheProjection) {
  exam::Analysis a = fixture::analysis(3);
  for (exam::Map& map : a.maps)  // only the lesion
    for (float& value : map.image.voxels) value = value > 88 && value < 105 ? 1000.0f : 0.0f;
  const auto shot = axial_projection(a);
  ASSERT_TRUE(shot.has_value());
  EXPECT_EQ(shot->marks.left, "R");
  EXPECT_EQ(shot->marks.right, "L");
  EXPECT_EQ(shot->marks.top, "A");
  EXPECT_GT(bright_place(shot->picture, 100).x, 0.6 * shot->picture.width);
}

TEST(Figures, ProportionsAreTrueForAnisotropicVoxels) {
  const Image<float> image = with_marker(kAxial, {1, 0, 0});
  const Grid view = view_grid(Plane::coronal, bounds_of(image.grid), 0.5);
  EXPECT_EQ(view.size, (Index3{40, 48, 1}));  // 20 mm × 24 mm
  EXPECT_GT(determinant(view.direction), 0.99);
}

TEST(Figures, APictureStaysSmallWhateverTheHeaderClaims) {
  const Grid view = view_grid(Plane::axial, {{0, 0, 0}, {1e9, 2e9, 1}}, 0.5);
  EXPECT_EQ(view.size, (Index3{600, 1200, 1}));
}

TEST(Figures, TheWindowIgnoresUnmeasuredVoxelsAndOutliers) {
  Grid grid;
  grid.size = {101, 1, 1};
  Image<float> image(grid);
  for (int i = 0; i <= 100; ++i) image.at(i, 0, 0) = static_cast<float>(i);
  const Window window = robust_window(image, nullptr, 10, 90);
  EXPECT_EQ(window.low, 10);
  EXPECT_EQ(window.high, 90);
  Mask none(grid);
  EXPECT_EQ(robust_window(image, &none, 10, 90).high, 1);
  const Image<float> flat(grid, 7.0f);
  EXPECT_LT(robust_window(flat, nullptr, 1, 99).low, robust_window(flat, nullptr, 1, 99).high);
}

TEST(Figures, UnmeasuredVoxelsAreBlack) {
  Grid grid;
  grid.size = {4, 4, 1};
  const Canvas canvas(Image<float>(grid, kMissing), view_grid(Plane::axial, bounds_of(grid), 1), {-1, 1});
  EXPECT_EQ(grey(canvas.picture(), 1, 1), 0);
}

TEST(Figures, AnOutlineFollowsTheBorderAndLeavesTheInsideFree) {
  Grid grid;
  grid.size = {20, 20, 1};
  Mask mask(grid);
  for (int j = 5; j < 15; ++j)
    for (int i = 5; i < 15; ++i) mask.at(i, j, 0) = 1;
  Canvas canvas(Image<float>(grid, 0.0f), view_grid(Plane::axial, bounds_of(grid), 0.25), {0, 1});
  canvas.outline(mask, 1, {255, 255, 255});
  EXPECT_GT(grey(canvas.picture(), 20, 40) + grey(canvas.picture(), 19, 40), 200);  // the border at i = 4.5
  EXPECT_EQ(grey(canvas.picture(), 40, 40), 0);
  EXPECT_EQ(grey(canvas.picture(), 10, 40), 0);
}

TEST(Figures, ACropKeepsVoxelsWhereTheyAre) {
  const Image<float> image = with_marker(kSagittal, {5, -6, 4});
  const Image<float> part = crop(image, grown({{5, -6, 4}, {5, -6, 4}}, 5));
  ASSERT_FALSE(part.empty());
  EXPECT_LT(part.voxels.size(), image.voxels.size());
  const Vec3 index = index_from_point(part.grid, {5, -6, 4});
  EXPECT_EQ(part.at(int(std::lround(index.x)), int(std::lround(index.y)), int(std::lround(index.z))), 100);
  EXPECT_TRUE(crop(image, {{900, 900, 900}, {910, 910, 910}}).empty());
}

TEST(Figures, BoundsReachFromEdgeToEdge) {
  Grid grid;
  grid.size = {4, 4, 4};
  grid.spacing_mm = {2, 2, 2};
  Mask mask(grid);
  EXPECT_FALSE(bounds_of(mask, 0).has_value());
  mask.at(1, 2, 3) = 2;
  EXPECT_FALSE(bounds_of(mask, 1).has_value());
  EXPECT_EQ(bounds_of(mask, 2)->low_mm, (Vec3{1, 3, 5}));
  EXPECT_EQ(bounds_of(mask, 0)->high_mm, (Vec3{3, 5, 7}));
}

}  // namespace
}  // namespace lobule::report
