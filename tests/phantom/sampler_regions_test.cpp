#include "phantom/sampler_regions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/parallel.h"
#include "phantom/sampler_mammogram.h"

namespace lobule::phantom {
namespace {

MammogramSamplerOptions small(std::uint64_t seed = 3) {
  MammogramSamplerOptions options;
  options.seed = seed;
  options.columns = 160, options.rows = 240;
  options.drawn = 1, options.close = 1, options.wall_left = true;
  options.regions = 1;
  return options;
}

TEST(SamplerRegions, AreTheSameInAnyOrderAndForAnyNumberOfThreads) {
  const MammogramSampler one(small()), other(small());
  set_thread_count(1);
  const MammogramPair a = one.at(2), far = one.at(9);
  set_thread_count(2);
  const MammogramPair later = other.at(9), again = other.at(2);
  set_thread_count(0);
  EXPECT_EQ(a.image, again.image);
  EXPECT_EQ(a.region, again.region);
  EXPECT_EQ(far.image, later.image);
  ASSERT_EQ(a.regions.size(), again.regions.size());
}

TEST(SamplerRegions, LieInTheBreastAroundTheirMiddles) {
  const MammogramSampler sampler(small());
  std::set<RegionKind> kinds;
  std::size_t all = 0, malignant = 0;
  for (std::uint64_t n = 0; n < 40; ++n) {
    const MammogramPair pair = sampler.at(n);
    ASSERT_EQ(pair.region.size(), pair.image.size());
    std::vector<double> count(pair.regions.size() + 1), sx(count), sy(count);
    for (std::size_t i = 0; i < pair.region.size(); ++i) {
      const std::uint8_t number = pair.region[i];
      if (number == 0 || number == MammogramPair::kUnsure) continue;
      ASSERT_LE(number, pair.regions.size());
      ASSERT_NE(pair.labels[i], 3) << "no region in muscle";
      ++count[number], sx[number] += static_cast<double>(i % 160), sy[number] += static_cast<double>(i / 160);
    }
    for (std::size_t r = 0; r < pair.regions.size(); ++r) {
      const MammogramRegion& region = pair.regions[r];
      kinds.insert(region.kind), ++all, malignant += region.malignant;
      // A later one may lie over it.
      if (count[r + 1] > 0) {
        EXPECT_LT(std::hypot(sx[r + 1] / count[r + 1] - region.x, sy[r + 1] / count[r + 1] - region.y),
                  2 * region.radius + 6);
      }
    }
  }
  EXPECT_EQ(kinds.size(), 3U);
  EXPECT_GT(all, 30U);
  EXPECT_GT(malignant, all / 5);
  EXPECT_LT(malignant, all * 4 / 5);
}

TEST(SamplerRegions, NobodyWhoAsksForNoneGetsAny) {
  MammogramSamplerOptions options = small();
  options.regions = 0;
  const MammogramPair pair = MammogramSampler(options).at(4);
  EXPECT_TRUE(pair.regions.empty());
  EXPECT_TRUE(pair.region.empty());
}

TEST(SamplerRegions, FibresAreDenseTissueInTheBreastAlone) {
  PathMaps maps(120, 120);
  for (int y = 0; y < 120; ++y)
    for (int x = 0; x < 60; ++x) maps.labels[maps.at(x, y)] = 1, maps.breast[maps.at(x, y)] = 40;
  Draw draw(sample_stream(1, "fibres", 0));
  add_fibres(draw, 0.5, maps);
  double inside = 0;
  for (int y = 0; y < 120; ++y)
    for (int x = 0; x < 120; ++x) {
      const float dense = maps.dense[maps.at(x, y)];
      if (x < 60) inside += static_cast<double>(dense);
      ASSERT_TRUE(dense >= 0 && dense <= maps.breast[maps.at(x, y)]) << x << " " << y;
    }
  EXPECT_GT(inside, 0);
}

// What is a single speck is bright, and dust lies on top of the picture.
TEST(SamplerRegions, DustStaysWithinThePicturesRange) {
  MammogramPair pair;
  pair.columns = pair.rows = 80;
  pair.image.assign(6400, 0.5F);
  MammogramSamplerOptions options;
  bool changed = false;
  for (std::uint64_t n = 0; n < 6; ++n) {
    Draw draw(sample_stream(1, "dust", n));
    add_dust(draw, options, pair);
    for (const float v : pair.image) {
      ASSERT_TRUE(v >= 0 && v <= 1);
      changed |= v != 0.5F;
    }
  }
  EXPECT_TRUE(changed);
  options.clutter = 0;
  std::fill(pair.image.begin(), pair.image.end(), 0.5F);
  Draw draw(sample_stream(1, "dust", 1));
  add_dust(draw, options, pair);
  EXPECT_EQ(pair.image, std::vector<float>(6400, 0.5F));
}

}  // namespace
}  // namespace lobule::phantom
