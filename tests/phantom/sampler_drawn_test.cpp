#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "phantom/mammogram_truth.h"
#include "phantom/sampler_mammogram.h"

namespace lobule::phantom {
namespace {

MammogramSamplerOptions drawn(std::uint64_t seed = 5) {
  MammogramSamplerOptions options;
  options.seed = seed;
  options.columns = 96, options.rows = 160;
  options.drawn = 1;
  options.inverted = 0;
  options.wall_left = true;
  options.pool = 1;
  return options;
}

std::size_t place(const MammogramPair& pair, int x, int y) {
  return static_cast<std::size_t>(y) * static_cast<std::size_t>(pair.columns) + static_cast<std::size_t>(x);
}

TEST(DrawnMammograms, ASampleIsTheSameInAnyOrderAndForAnyNumberOfThreads) {
  const MammogramSampler one(drawn()), other(drawn());
  set_thread_count(1);
  const MammogramPair a = one.at(6), far = one.at(31);
  set_thread_count(2);
  MammogramPair reused = other.at(31);
  EXPECT_EQ(far.image, reused.image);
  EXPECT_EQ(far.labels, reused.labels);
  other.at(6, reused);
  set_thread_count(0);
  EXPECT_EQ(a.image, reused.image);
  EXPECT_EQ(a.dense_share, reused.dense_share);
  EXPECT_NE(a.image, far.image);
}

// A network has to meet fatty and dense breasts, both views, and muscle in almost every MLO view.
TEST(DrawnMammograms, EveryDensityAndBothViewsOccur) {
  const MammogramSampler sampler(drawn());
  int views[2] = {}, muscle[2] = {}, fatty = 0, dense = 0;
  constexpr int kSamples = 120;
  for (std::uint64_t n = 0; n < kSamples; ++n) {
    const MammogramPair pair = sampler.at(n);
    const std::size_t view = pair.view == MammogramView::mlo;
    ++views[view];
    muscle[view] += std::count(pair.labels.begin(), pair.labels.end(), 3) > 20;
    EXPECT_GT(std::count_if(pair.labels.begin(), pair.labels.end(), [](auto l) { return l == 1 || l == 2; }),
              100)
        << n;
    for (const float value : pair.image) ASSERT_TRUE(value >= 0 && value <= 1) << n;
    fatty += pair.percent_density<10, dense += pair.percent_density> 60;
  }
  EXPECT_GT(views[0], kSamples / 4);
  EXPECT_GT(views[1], kSamples / 3);
  EXPECT_GT(muscle[1], 0.85 * views[1]);
  EXPECT_LT(muscle[0], 0.5 * views[0]);
  EXPECT_GT(fatty, kSamples / 20);
  EXPECT_GT(dense, kSamples / 20);
}

// In standard form tissue begins at the first columns and ends before the last, unless the picture is cut
// close.
TEST(DrawnMammograms, TheChestWallIsAtTheLeft) {
  const MammogramSampler sampler(drawn());
  for (std::uint64_t n = 0; n < 40; ++n) {
    const MammogramPair pair = sampler.at(n);
    int left = 0, right = 0;
    for (int y = 0; y < pair.rows; ++y)
      for (int x = 0; x < pair.columns / 4; ++x) {
        left += pair.labels[place(pair, x, y)] != 0;
        right += pair.labels[place(pair, pair.columns - 1 - x, y)] != 0;
      }
    EXPECT_GT(left, right) << n;
  }
}

// The muscle is a wedge: what it takes of a row never grows much towards the feet.
TEST(DrawnMammograms, MuscleOfMloViewsNarrowsDownwards) {
  MammogramSamplerOptions options = drawn();
  options.warp = 0;
  const MammogramSampler sampler(options);
  for (std::uint64_t n = 0; n < 40; ++n) {
    const MammogramPair pair = sampler.at(n);
    if (pair.view != MammogramView::mlo) continue;
    int least = pair.columns;
    for (int y = 0; y < pair.rows; ++y) {
      int width = 0;
      for (int x = 0; x < pair.columns; ++x) width += pair.labels[place(pair, x, y)] == 3;
      EXPECT_LE(width, least + 2) << n << ", row " << y;
      if (width > 0) least = std::min(least, width);
    }
  }
}

// Without noise and with the plainest look, a pixel of a larger share is brighter where the thickness is
// the same; over the breast: dense regions are brighter than the fat around them.
TEST(DrawnMammograms, DenseRegionsAreBrighterThanFat) {
  MammogramSamplerOptions options = drawn();
  options.appearance = options.noise = options.clutter = options.inserted_lesions = 0;
  options.style_weights = {0, 1, 0, 0};
  options.region_mm = 4;
  const MammogramSampler sampler(options);
  int brighter = 0, judged = 0;
  for (std::uint64_t n = 0; n < 40; ++n) {
    const MammogramPair pair = sampler.at(n);
    double sums[4] = {}, counts[4] = {};
    for (std::size_t i = 0; i < pair.image.size(); ++i)
      sums[pair.labels[i]] += static_cast<double>(pair.image[i]), ++counts[pair.labels[i]];
    if (counts[1] < 300 || counts[2] < 300) continue;
    ++judged;
    brighter += sums[2] / counts[2] > sums[1] / counts[1];
  }
  EXPECT_GT(judged, 15);
  EXPECT_GE(brighter, judged - 1);
}

// Regions: the label follows the share averaged around a pixel, so that it has fewer borders than each ray's
// own, and holds about as much.
TEST(DrawnMammograms, AveragedLabelsAreRegions) {
  MammogramSamplerOptions options = drawn();
  const auto borders = [](const MammogramPair& pair) {
    int count = 0;
    for (int y = 0; y < pair.rows; ++y)
      for (int x = 1; x < pair.columns; ++x)
        count += (pair.labels[place(pair, x, y)] == 2) != (pair.labels[place(pair, x - 1, y)] == 2);
    return count;
  };
  const MammogramSampler rays(options);
  options.region_mm = 4;
  const MammogramSampler regions(options);
  int of_rays = 0, of_regions = 0;
  for (std::uint64_t n = 0; n < 20; ++n) {
    const MammogramPair a = rays.at(n), b = regions.at(n);
    EXPECT_EQ(a.image, b.image) << n;
    EXPECT_EQ(a.dense_share, b.dense_share) << n;
    of_rays += borders(a), of_regions += borders(b);
  }
  EXPECT_LT(of_regions, of_rays / 2);
}

// Without noise: where a label was taken from the rim, the picture is darker than what is left asks for; the
// picture itself is the same.
TEST(DrawnMammograms, LabelsEndWhereTheRimIsTooDarkToSee) {
  MammogramSamplerOptions options = drawn();
  options.style_weights = {0, 0, 0, 1};
  options.clutter = options.noise = 0;
  const MammogramSampler all(options);
  options.visible = 0.09;
  const MammogramSampler seen(options);
  std::size_t taken = 0;
  for (std::uint64_t n = 0; n < 20; ++n) {
    const MammogramPair a = all.at(n), b = seen.at(n);
    ASSERT_EQ(a.image, b.image) << n;
    double kept_sum = 0, kept = 0;
    for (std::size_t i = 0; i < a.labels.size(); ++i)
      if (b.labels[i] == 1) kept_sum += static_cast<double>(a.image[i]), ++kept;
    for (std::size_t i = 0; i < a.labels.size(); ++i) {
      if (a.labels[i] == b.labels[i]) continue;
      ++taken;
      EXPECT_EQ(b.labels[i], 0) << n;
      EXPECT_NE(a.labels[i], 3) << n;
      EXPECT_EQ(b.dense_share[i], 0) << n;
      if (kept > 0) {
        EXPECT_LT(static_cast<double>(a.image[i]), kept_sum / kept) << n;
      }
    }
  }
  EXPECT_GT(taken, 200u);
}

}  // namespace
}  // namespace lobule::phantom
