// Laws of the one resampler: what it keeps exactly, what it reproduces, and what NaN and borders do.

#include "core/resample.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/parallel.h"
#include "core/random.h"

namespace lobule {
namespace {

Mat3 rotation_about(Vec3 axis, double angle) {
  axis = (1 / norm(axis)) * axis;
  Mat3 r;
  for (int c = 0; c < 3; ++c) {
    Vec3 e;
    e[c] = 1;
    r.column[c] =
        std::cos(angle) * e + std::sin(angle) * cross(axis, e) + (1 - std::cos(angle)) * dot(axis, e) * axis;
  }
  return r;
}

Grid oblique_grid(Index3 size, Vec3 spacing) {
  return {size, spacing, {-20.5, 31.25, 7}, rotation_about({1, 2, -1}, 0.4)};
}

Image<float> noise(const Grid& grid) {
  Image<float> image(grid);
  const RandomStream random(7, "resample test");
  for (std::size_t v = 0; v < image.voxels.size(); ++v) {
    image.voxels[v] = static_cast<float>(random.uniform(v, -1000, 3000));
  }
  return image;
}

float ramp_at(Vec3 p) {
  return static_cast<float>(5 + 0.7 * p.x - 1.3 * p.y + 2.1 * p.z);
}

Image<float> ramp(const Grid& grid) {
  Image<float> image(grid);
  for (int k = 0; k < grid.size[2]; ++k) {
    for (int j = 0; j < grid.size[1]; ++j) {
      for (int i = 0; i < grid.size[0]; ++i) {
        image.at(i, j, k) = ramp_at(
            point_from_index(grid, {static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)}));
      }
    }
  }
  return image;
}

constexpr Interpolation kAll[] = {Interpolation::nearest, Interpolation::linear, Interpolation::cubic};

TEST(Resample, OntoItsOwnGridAnImageStaysExactlyItself) {
  const Image<float> image = noise(oblique_grid({7, 6, 5}, {1.02, 0.8, 3.3}));
  for (const Interpolation kind : kAll) {
    EXPECT_EQ(resample(image, image.grid, kind).voxels, image.voxels);
  }
}

TEST(Resample, OntoAFlippedGridTheVoxelsAreOnlyReordered) {
  const Image<float> image = noise({{4, 3, 5}, {1, 2, 3}, {1, 2, 3}, {}});
  Grid flipped = image.grid;
  flipped.origin_mm = point_from_index(image.grid, {3, 0, 4});
  flipped.direction.column[0] = {-1, 0, 0};
  flipped.direction.column[2] = {0, 0, -1};
  for (const Interpolation kind : kAll) {
    const Image<float> out = resample(image, flipped, kind);
    for (int k = 0; k < 5; ++k)
      for (int j = 0; j < 3; ++j)
        for (int i = 0; i < 4; ++i) EXPECT_EQ(out.at(i, j, k), image.at(3 - i, j, 4 - k));
  }
}

TEST(Resample, AConstantStaysConstantOnAnyGrid) {
  const Image<float> image(oblique_grid({9, 8, 7}, {2, 2, 2}), 41.5f);
  const Grid inside{
      {6, 6, 6}, {1.1, 0.9, 1.3}, point_from_index(image.grid, {3, 2.5, 2}), rotation_about({0, 1, 0}, -0.1)};
  for (const Interpolation kind : kAll) {
    for (const float value : resample(image, inside, kind).voxels) EXPECT_NEAR(value, 41.5f, 1e-4f);
  }
}

TEST(Resample, LinearAndCubicReproduceARampAlsoAtTheBorderAndOnObliqueGrids) {
  const Image<float> image = ramp(oblique_grid({8, 9, 6}, {1.5, 1.2, 2.5}));
  const RandomStream random(3, "points");
  for (int n = 0; n < 500; ++n) {
    const Vec3 index{random.uniform(3 * n, 0, 7), random.uniform(3 * n + 1, 0, 8),
                     random.uniform(3 * n + 2, 0, 5)};
    const float expected = ramp_at(point_from_index(image.grid, index));
    EXPECT_NEAR(sample(image, index, Interpolation::linear), expected, 1e-3f);
    EXPECT_NEAR(sample(image, index, Interpolation::cubic), expected, 1e-3f);
  }
}

TEST(Resample, CubicHasTheWeightsOfKeys) {
  Image<float> image({{6, 1, 1}, {1, 1, 1}, {0, 0, 0}, {}}, 0.0f);
  image.at(2, 0, 0) = 1;
  EXPECT_NEAR(sample(image, {2.5, 0, 0}, Interpolation::cubic), 0.5625f, 1e-6f);
  EXPECT_NEAR(sample(image, {3.5, 0, 0}, Interpolation::cubic), -0.0625f, 1e-6f);
  EXPECT_NEAR(sample(image, {2.25, 0, 0}, Interpolation::cubic), 0.8671875f, 1e-6f);
}

TEST(Resample, ImagesOfOneOrTwoVoxelsAcrossWork) {
  Image<float> image({{2, 1, 3}, {1, 1, 1}, {0, 0, 0}, {}}, 0.0f);
  for (std::size_t v = 0; v < 6; ++v) image.voxels[v] = static_cast<float>(v);
  EXPECT_NEAR(sample(image, {0.5, 0, 1}, Interpolation::linear), 2.5f, 1e-6f);
  EXPECT_NEAR(sample(image, {0.5, 0, 1.5}, Interpolation::cubic), 3.5f, 1e-6f);
  EXPECT_NEAR(sample(image, {0.5, 0.4, 0}, Interpolation::cubic), 0.5f, 1e-6f);
}

TEST(Resample, BeyondTheBorderTheNearestVoxelCountsForHalfAVoxelThenNothing) {
  const Image<float> image = noise({{3, 3, 3}, {1, 1, 1}, {0, 0, 0}, {}});
  for (const Interpolation kind : kAll) {
    EXPECT_EQ(sample(image, {-0.5, 1, 1}, kind), image.at(0, 1, 1));
    EXPECT_EQ(sample(image, {2.45, 2, 0}, kind), image.at(2, 2, 0));
    EXPECT_TRUE(std::isnan(sample(image, {-0.51, 1, 1}, kind)));
    EXPECT_TRUE(std::isnan(sample(image, {1, 2.51, 1}, kind)));
    EXPECT_TRUE(std::isnan(sample(image, {1, 1, std::nan("")}, kind)));
  }
}

TEST(Resample, AMissingNeighbourMakesTheNearestVoxelCount) {
  Image<float> image = noise({{6, 6, 6}, {1, 1, 1}, {0, 0, 0}, {}});
  image.at(3, 2, 2) = kMissing;
  for (const Interpolation kind : {Interpolation::linear, Interpolation::cubic}) {
    EXPECT_EQ(sample(image, {2.3, 2, 2}, kind), image.at(2, 2, 2));
    EXPECT_TRUE(std::isnan(sample(image, {2.7, 2, 2}, kind)));
    EXPECT_EQ(sample(image, {2, 2, 2}, kind), image.at(2, 2, 2));  // on a voxel no neighbour counts
  }
  // The plane x = 2 does not touch the hole at x = 3.
  EXPECT_NEAR(sample(image, {2, 2.5, 2}, Interpolation::linear),
              0.5f * (image.at(2, 2, 2) + image.at(2, 3, 2)), 1e-3f);
}

TEST(Resample, AMaskKeepsItsLabelsAndIsZeroOutside) {
  Mask mask({{2, 2, 2}, {2, 2, 2}, {0, 0, 0}, {}}, 0);
  mask.at(1, 0, 0) = 2;
  const Mask out = resample_mask(mask, {{6, 1, 1}, {1, 1, 1}, {-0.5, 0.2, 0.2}, {}});
  EXPECT_EQ(out.voxels, (std::vector<std::uint8_t>{0, 0, 2, 2, 0, 0}));
}

TEST(GaussianSmooth, AConstantStaysConstantAndHolesStayHoles) {
  Image<float> image(oblique_grid({9, 8, 7}, {1, 1.5, 2}), 12.0f);
  for (const float value : gaussian_smooth(image, 2.0).voxels) EXPECT_NEAR(value, 12.0f, 1e-4f);
  image.at(4, 4, 3) = kMissing;
  const Image<float> out = gaussian_smooth(image, 2.0);
  for (std::size_t v = 0; v < out.voxels.size(); ++v) {
    if (v == image.grid.offset(4, 4, 3)) {
      EXPECT_TRUE(std::isnan(out.voxels[v]));
    } else {
      EXPECT_NEAR(out.voxels[v], 12.0f, 1e-4f);
    }
  }
}

TEST(GaussianSmooth, APointSpreadsWithTheVarianceAskedForInMillimetres) {
  Image<float> image({{49, 37, 21}, {1, 1.5, 2.5}, {0, 0, 0}, {}}, 0.0f);
  image.at(24, 18, 10) = 1;
  const Image<float> out = gaussian_smooth(image, 4.0);
  double sum = 0, variance[3] = {};
  for (int k = 0; k < 21; ++k) {
    for (int j = 0; j < 37; ++j) {
      for (int i = 0; i < 49; ++i) {
        const double value = out.at(i, j, k);
        sum += value;
        variance[0] += value * (i - 24) * (i - 24);
        variance[1] += value * (j - 18) * (j - 18) * 1.5 * 1.5;
        variance[2] += value * (k - 10) * (k - 10) * 2.5 * 2.5;
      }
    }
  }
  EXPECT_NEAR(sum, 1.0, 1e-5);
  for (const double v : variance) EXPECT_NEAR(std::sqrt(v), 4.0, 0.15);  // the tail beyond 3 sd is cut
}

TEST(GaussianSmooth, HolesDoNotPullTheirSurroundings) {
  Image<float> image = noise({{10, 9, 8}, {1, 1, 1}, {0, 0, 0}, {}});
  Image<float> cut = image;
  for (std::size_t v = 0; v < cut.voxels.size(); v += 3) cut.voxels[v] = kMissing;
  const Image<float> out = gaussian_smooth(cut, 1.2);
  // The plain twin: a weighted mean over the measured voxels.
  const double at[3] = {4, 3, 5};
  double sum = 0, weight = 0;
  for (int k = 2; k <= 7; ++k) {
    for (int j = 0; j <= 6; ++j) {
      for (int i = 1; i <= 7; ++i) {
        if (std::isnan(cut.at(i, j, k))) continue;
        const double d2 = std::pow(i - at[0], 2) + std::pow(j - at[1], 2) + std::pow(k - at[2], 2);
        const double w = std::exp(-0.5 * d2 / (1.2 * 1.2));
        sum += w * cut.at(i, j, k);
        weight += w;
      }
    }
  }
  ASSERT_FALSE(std::isnan(cut.at(4, 3, 5)));
  EXPECT_NEAR(out.at(4, 3, 5), sum / weight, 0.05);
}

TEST(Downsample, KeepsTheMeanAndThePlace) {
  const Image<float> image = ramp(oblique_grid({8, 6, 4}, {1, 1.5, 3}));
  const Image<float> out = downsample(image, 3.2);
  EXPECT_EQ(out.grid.size, (Index3{3, 3, 4}));
  EXPECT_EQ(out.grid.spacing_mm, (Vec3{3, 3, 3}));
  for (int i = 0; i < 2; ++i) {  // whole boxes sit where the ramp has their mean
    const Vec3 p = point_from_index(out.grid, {static_cast<double>(i), 1, 2});
    EXPECT_NEAR(out.at(i, 1, 2), ramp_at(p), 1e-3f);
  }
  EXPECT_NEAR(out.at(2, 0, 0),
              0.25f * (image.at(6, 0, 0) + image.at(7, 0, 0) + image.at(6, 1, 0) + image.at(7, 1, 0)), 1e-3f);
}

TEST(Downsample, ConservesTheSumWhenTheBoxesFit) {
  const Image<float> image = noise({{8, 6, 4}, {1, 1, 1}, {0, 0, 0}, {}});
  const Image<float> out = downsample(image, 2.0);
  double before = 0, after = 0;
  for (const float v : image.voxels) before += v;
  for (const float v : out.voxels) after += 8.0 * v;
  EXPECT_NEAR(after, before, 1e-3 * std::abs(before) + 1e-2);
}

TEST(Downsample, IsNeverFinerThanTheImageAndSkipsHoles) {
  Image<float> image = noise({{4, 4, 4}, {2, 2, 2}, {0, 0, 0}, {}});
  EXPECT_EQ(downsample(image, 0.5).voxels, image.voxels);
  for (int k = 0; k < 2; ++k)
    for (int j = 0; j < 2; ++j)
      for (int i = 0; i < 2; ++i) image.at(i, j, k) = kMissing;
  image.at(2, 0, 0) = kMissing;
  const Image<float> out = downsample(image, 4.0);
  EXPECT_TRUE(std::isnan(out.at(0, 0, 0)));
  EXPECT_FALSE(std::isnan(out.at(1, 0, 0)));
}

TEST(Downsample, AMaskNeedsHalfOfTheBox) {
  Mask mask({{4, 2, 2}, {1, 1, 1}, {0, 0, 0}, {}}, 0);
  mask.at(0, 0, 0) = mask.at(1, 0, 0) = mask.at(0, 1, 0) = mask.at(0, 0, 1) = 1;
  mask.at(2, 0, 0) = mask.at(3, 0, 0) = mask.at(2, 1, 0) = 2;
  EXPECT_EQ(downsample_mask(mask, 2.0).voxels, (std::vector<std::uint8_t>{1, 0}));
}

TEST(Resample, GivesTheSameBytesForAnyNumberOfThreads) {
  const Image<float> image = noise({{20, 19, 18}, {1, 1, 1}, {0, 0, 0}, {}});
  const Grid grid = oblique_grid({15, 16, 17}, {1, 1, 1});
  set_thread_count(1);
  Grid near = grid;
  near.origin_mm = {2, 3, 1};
  const Image<float> one = resample(image, near, Interpolation::cubic),
                     smooth_one = gaussian_smooth(image, 2);
  set_thread_count(2);
  const Image<float> two = resample(image, near, Interpolation::cubic),
                     smooth_two = gaussian_smooth(image, 2);
  set_thread_count(0);
  EXPECT_EQ(std::memcmp(one.voxels.data(), two.voxels.data(), one.voxels.size() * sizeof(float)), 0);
  EXPECT_EQ(smooth_one.voxels, smooth_two.voxels);
}

}  // namespace
}  // namespace lobule
