#include "learn/segment.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "learn/prepare.h"

namespace lobule::learn {
namespace {

// Class 1 where the channel is above 0.5: a network of one threshold.
Tensor threshold(const Tensor& image) {
  Tensor logits = image;
  logits.shape[1] = 2;
  logits.values.resize(2 * image.values.size());
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    logits.values[i] = 0;
    logits.values[image.values.size() + i] = 100 * (image.values[i] - 0.5F);
  }
  return logits;
}

// A bright box in an image whose axes are sagittal: index 0 to the back, 1 to the feet, 2 to the left.
Image<float> sagittal_box() {
  Grid grid;
  grid.size = {20, 16, 12};
  grid.spacing_mm = {1, 2, 3};
  grid.origin_mm = {-10, 5, 40};
  grid.direction.column = {Vec3{0, 1, 0}, Vec3{0, 0, -1}, Vec3{1, 0, 0}};
  Image<float> image(grid, 0.0F);
  for (int k = 4; k < 10; ++k)
    for (int j = 4; j < 10; ++j)
      for (int i = 4; i < 14; ++i) image.at(i, j, k) = 200;
  return image;
}

nn::Preprocessing percentiles() {
  nn::Preprocessing p;
  p.intensity = nn::IntensityRule::percentiles;
  return p;
}

TEST(Segment, TheNetworksGridFollowsThePatientAndKeepsTheExtent) {
  nn::Preprocessing p = percentiles();
  p.spacing_mm = {1.5, 0, 4};
  const Image<float> image = sagittal_box();
  const Grid grid = network_grid(image.grid, p);
  EXPECT_EQ(grid.size, (Index3{24, 20, 8}));  // 36 mm to the left, 20 mm to the back, 32 mm upwards
  EXPECT_EQ(grid.direction, Mat3{});
  const Vec3 middle = point_from_index(grid, {11.5, 9.5, 3.5});
  const Vec3 same = point_from_index(image.grid, {9.5, 7.5, 5.5});
  EXPECT_NEAR(norm(middle - same), 0, 1e-9);
}

TEST(Segment, LabelsComeBackOnTheImagesGridWhateverItsAxes) {
  const Image<float> image = sagittal_box();
  nn::Preprocessing p = percentiles();
  p.window = {32, 32, 1};
  p.multiple = {8, 8, 1};
  for (const int dimensions : {2, 3}) {
    const Segmentation found = segment_image({&image}, p, dimensions, 2, [&](const Tensor& input) {
      EXPECT_EQ(input.shape[input.shape.size() - 1], 32);
      EXPECT_EQ(input.shape[input.shape.size() - 2], 32);
      return threshold(input);
    });
    ASSERT_EQ(found.labels.grid, image.grid);
    for (std::size_t v = 0; v < image.voxels.size(); ++v)
      ASSERT_EQ(found.labels.voxels[v], image.voxels[v] > 0 ? 1 : 0) << dimensions << " " << v;
  }
}

// A network that answers with the slice below; the lowest slice stands for the one below it.
TEST(Segment, ANetworkOfSlicesSeesTheirNeighbours) {
  Grid grid;
  grid.size = {8, 8, 4};
  Image<float> image(grid, 0.0F);
  for (int k = 0; k < 4; k += 3)
    for (int v = 0; v < 64; ++v) image.at(v % 8, v / 8, k) = 1;
  nn::Preprocessing p;
  p.channels = 3;
  p.neighbours = {-1, 0, 1};
  EXPECT_EQ(p.images(), 1);
  const Segmentation found = segment_image({&image}, p, 2, 2, [](const Tensor& input) {
    EXPECT_EQ(input.shape, (Shape{1, 3, 8, 8}));
    Tensor below({1, 1, 8, 8});
    std::copy_n(input.values.begin(), 64, below.values.begin());
    return threshold(below);
  });
  const int expected[] = {1, 1, 0, 0};
  for (int k = 0; k < 4; ++k) EXPECT_EQ(found.labels.at(3, 3, k), expected[k]) << k;
}

TEST(Segment, ACoarserGridKeepsTheVolume) {
  const Image<float> image = sagittal_box();
  nn::Preprocessing p = percentiles();
  p.spacing_mm = {6, 2, 4};  // the box's faces lie on faces of these voxels
  const Segmentation found = segment_image({&image}, p, 3, 2, threshold);
  double volume = 0, truth = 0;
  for (std::size_t v = 0; v < image.voxels.size(); ++v) {
    volume += found.labels.voxels[v];
    truth += image.voxels[v] > 0;
  }
  EXPECT_NEAR(volume / truth, 1, 0.1);
}

TEST(Segment, WhatIsNotMeasuredBelongsToTheBackground) {
  Image<float> image = sagittal_box();
  image.at(8, 6, 5) = kMissing;
  const Segmentation found = segment_image({&image}, percentiles(), 3, 2, threshold);
  EXPECT_EQ(found.labels.at(8, 6, 5), 0);
  EXPECT_EQ(found.labels.at(8, 6, 6), 1);
}

TEST(Segment, ChannelsOfTwoGridsAreRefused) {
  const Image<float> image = sagittal_box();
  Image<float> other = image;
  other.grid.origin_mm.x += 1;
  nn::Preprocessing p = percentiles();
  p.channels = 2;
  try {
    segment_image({&image, &other}, p, 3, 2, threshold);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "model: its images have two grids or places: 20×16×12 voxels of 1.000×2.000×3.000 mm "
                 "and 20×16×12 voxels of 1.000×2.000×3.000 mm.");
  }
}

TEST(Segment, AModelOfTwoChannelsRefusesOneImage) {
  const Image<float> image = sagittal_box();
  nn::Preprocessing p = percentiles();
  p.channels = 2;
  try {
    segment_image({&image}, p, 3, 2, threshold);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "model: 1 images are given; it takes 2.");
  }
}

}  // namespace
}  // namespace lobule::learn
