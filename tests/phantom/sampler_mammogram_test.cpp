#include "phantom/sampler_mammogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "phantom/sampler_xray.h"

namespace lobule::phantom {
namespace {

MammogramSamplerOptions small(std::uint64_t seed = 2) {
  MammogramSamplerOptions options;
  options.seed = seed;
  options.columns = options.rows = 96;
  options.patient_pixel_mm = 2;
  options.pool = 1;
  options.uses_per_patient = 1000;
  return options;
}

void expect_same(const MammogramPair& a, const MammogramPair& b) {
  EXPECT_EQ(a.style, b.style);
  EXPECT_EQ(a.image, b.image);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.dense_share, b.dense_share);
  EXPECT_EQ(a.lesion, b.lesion);
}

TEST(MammogramSampler, ASampleIsTheSameInAnyOrderAndForAnyNumberOfThreads) {
  const MammogramSampler one(small()), other(small());
  set_thread_count(1);
  const MammogramPair a = one.at(6), far = one.at(31), again = one.at(6);
  set_thread_count(2);
  MammogramPair reused = other.at(31);
  expect_same(far, reused);
  other.at(6, reused);
  set_thread_count(0);
  expect_same(a, again);
  expect_same(a, reused);
  EXPECT_NE(a.image, far.image);
}

TEST(MammogramSampler, ValuesLieInTheirRangesAndFiguresAreThoseOfTheLabels) {
  const MammogramSampler sampler(small());
  MammogramPair pair;
  std::array<int, 4> styles{};
  int inverted = 0;
  constexpr int kSamples = 60;
  for (std::uint64_t n = 0; n < kSamples; ++n) {
    sampler.at(n, pair);
    ++styles[static_cast<std::size_t>(pair.style)];
    inverted += pair.inverted;
    ASSERT_EQ(pair.image.size(), 96u * 96);
    double dense = 0, breast = 0;
    for (std::size_t i = 0; i < pair.image.size(); ++i) {
      ASSERT_TRUE(pair.image[i] >= 0 && pair.image[i] <= 1) << n;
      ASSERT_LE(pair.labels[i], 3);
      ASSERT_TRUE(pair.dense_share[i] >= 0 && pair.dense_share[i] <= 1);
      if (pair.lesion[i] != 0) {
        ASSERT_TRUE(pair.labels[i] != 0);
      }
      dense += pair.labels[i] == 2, breast += pair.labels[i] == 1 || pair.labels[i] == 2;
    }
    ASSERT_GT(breast, 0) << n;
    EXPECT_NEAR(pair.percent_density, 100 * dense / breast, 1e-9);
    EXPECT_TRUE(pair.volumetric_density > 0 && pair.volumetric_density < 100);
  }
  for (std::size_t s = 0; s < styles.size(); ++s)
    EXPECT_NEAR(styles[s], kSamples * small().style_weights[s], 14) << s;
  EXPECT_NEAR(inverted, 0.15 * kSamples, 9);
}

// Without noise and with the plainest look, dense tissue is brighter than fat, and darker when inverted.
TEST(MammogramSampler, PicturesAgreeWithLabels) {
  MammogramSamplerOptions options = small();
  options.appearance = options.noise = options.clutter = 0;
  options.style_weights = {0, 1, 0, 0};
  for (const double inverted : {0.0, 1.0}) {
    options.inverted = inverted;
    const MammogramSampler sampler(options);
    for (std::uint64_t n = 0; n < 8; ++n) {
      const MammogramPair pair = sampler.at(n);
      double sums[4] = {}, counts[4] = {};
      for (std::size_t i = 0; i < pair.image.size(); ++i) {
        sums[pair.labels[i]] += static_cast<double>(pair.image[i]);
        ++counts[pair.labels[i]];
      }
      const double sign = inverted > 0 ? -1 : 1;
      EXPECT_GT(sign * (sums[1] / counts[1] - sums[0] / counts[0]), 0.1) << n;
      if (counts[2] > 50) {
        EXPECT_GT(sign * (sums[2] / counts[2] - sums[1] / counts[1]), 0) << n;
      }
    }
  }
}

TEST(MammogramSampler, InsertedLesionsAreDenserOrCalcified) {
  MammogramSamplerOptions options = small();
  options.inserted_lesions = 1;
  options.appearance = options.noise = options.warp = options.clutter = 0;
  const MammogramSampler with(options);
  options.inserted_lesions = 0;
  const MammogramSampler without(options);
  int seen = 0;
  for (std::uint64_t n = 0; n < 12; ++n) {
    const MammogramPair a = with.at(n), b = without.at(n);
    double more = 0;
    for (std::size_t i = 0; i < a.lesion.size(); ++i)
      if (a.lesion[i] == 1 && b.lesion[i] == 0) {
        EXPECT_GE(a.dense_share[i], b.dense_share[i]);
        more += static_cast<double>(a.dense_share[i] - b.dense_share[i]);
      }
    seen += more > 0;
  }
  EXPECT_GT(seen, 4);
}

// Each octave of f^−3 in two dimensions holds half the variance of the next coarser one.
TEST(MammogramSampler, TexturesFollowThePowerLaw) {
  std::array<double, 3> square{};
  constexpr int kSize = 128;
  for (std::uint64_t n = 0; n < 6; ++n) {
    Draw draw(RandomStream(n, "texture test"));
    const std::vector<float> texture = power_law_texture(draw, kSize, kSize);
    // The variance of differences over a distance d grows as d for β = 3.
    for (int level = 0; level < 3; ++level) {
      const int d = 4 << level;
      double sum = 0;
      for (int y = 0; y < kSize; ++y)
        for (int x = 0; x + d < kSize; ++x) {
          const double step = static_cast<double>(texture[y * kSize + x + d] - texture[y * kSize + x]);
          sum += step * step;
        }
      square[level] += sum / (kSize * (kSize - d));
    }
  }
  for (int level = 0; level < 2; ++level) {
    const double exponent = std::log2(square[level + 1] / square[level]);  // β − 2
    EXPECT_GT(exponent, 0.6);
    EXPECT_LT(exponent, 1.4);
  }
}

TEST(MammogramSampler, BadOptionsSayWhatIsWrong) {
  const auto message = [](const MammogramSamplerOptions& options) -> std::string {
    try {
      MammogramSampler sampler(options);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  MammogramSamplerOptions options;
  options.columns = 8;
  EXPECT_EQ(message(options), "mammogram sampler: the size is 8 × 256; 16 to 2048 pixels can be made.");
  options = {};
  options.patient_pixel_mm = 0.05;
  EXPECT_EQ(message(options),
            "mammogram sampler: the patients' pixels are out of range; 0.2 to 2 mm can be made.");
  options = {};
  options.pool = 0;
  EXPECT_EQ(message(options), "mammogram sampler: the pool is empty; it needs a view and a use of each.");
  options = {};
  options.style_weights.clear();
  EXPECT_EQ(message(options),
            "mammogram sampler: there are not four weights of style; there is one for each.");
}

}  // namespace
}  // namespace lobule::phantom
