#include "phantom/sampler_series.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"
#include "core/parallel.h"

namespace lobule::phantom {
namespace {

SeriesSamplerOptions small(std::uint64_t seed = 2) {
  SeriesSamplerOptions options;
  options.seed = seed;
  options.size = 40;
  options.patient_spacing_mm = 8;
  options.pool = 1;
  options.uses_per_patient = 1000;
  return options;
}

SeriesSamplerOptions only(SeriesRole role) {
  SeriesSamplerOptions options = small();
  std::fill(options.role_weights.begin(), options.role_weights.end(), 0.0);
  options.role_weights[static_cast<std::size_t>(role)] = 1;
  return options;
}

TEST(SeriesSampler, ASampleIsTheSameInAnyOrderAndForAnyNumberOfThreads) {
  const SeriesSampler one(small()), other(small());
  for (const std::uint64_t n : {3u, 17u, 90u}) {
    set_thread_count(1);
    const SeriesThumbnail a = one.at(n);
    set_thread_count(2);
    const SeriesThumbnail far = other.at(n + 1), b = other.at(n);
    set_thread_count(0);
    EXPECT_EQ(a.role, b.role);
    EXPECT_EQ(a.pictures, b.pictures);
    EXPECT_NE(a.pictures, far.pictures);
  }
}

TEST(SeriesSampler, RolesComeAsOftenAsAskedAndValuesLieBetweenZeroAndOne) {
  const SeriesSampler sampler(small());
  SeriesThumbnail series;
  std::array<int, kSeriesRoles> count{};
  int empty = 0;
  constexpr int kSamples = 240;
  for (std::uint64_t n = 0; n < kSamples; ++n) {
    sampler.at(n, series);
    ++count[static_cast<std::size_t>(series.role)];
    ASSERT_EQ(series.pictures.size(), 3u * 40 * 40);
    const auto [low, high] = std::minmax_element(series.pictures.begin(), series.pictures.end());
    ASSERT_GE(*low, 0);
    // A few slices beside the body show nothing.
    ASSERT_TRUE(*high == 1 || *high == 0) << n << " " << to_text(series.role);
    empty += *high == 0 ? 1 : 0;
    for (const float value : series.pictures) ASSERT_TRUE(std::isfinite(value));
    EXPECT_EQ(series.b_s_per_mm2 >= 0, series.role == SeriesRole::dwi);
    if (series.role == SeriesRole::dce_post) {
      EXPECT_GE(series.phase, 1);
    }
  }
  for (const int seen : count) EXPECT_NEAR(seen, kSamples / 12, 17);
  EXPECT_LE(empty, kSamples / 20);
}

TEST(SeriesSampler, RolesAreCalledAsInExamsJson) {
  std::set<std::string> names;
  for (std::size_t r = 0; r < kSeriesRoles; ++r) names.insert(to_text(static_cast<SeriesRole>(r)));
  EXPECT_EQ(names, (std::set<std::string>{"t1", "t1_fatsat", "t2", "t2_fatsat", "dwi", "adc", "dce_pre",
                                          "dce_post", "derived", "localizer", "post_highres", "other"}));
}

TEST(SeriesSampler, DerivedSeriesSayWhatTheyAre) {
  const SeriesSampler sampler(only(SeriesRole::derived));
  std::set<std::string> kinds;
  for (std::uint64_t n = 0; n < 24; ++n) kinds.insert(sampler.at(n).kind);
  EXPECT_EQ(kinds, (std::set<std::string>{"SUB", "MIP", "PEI"}));
}

TEST(SeriesSampler, ADynamicIsTheSameForAnyNumberOfThreadsAndItsAgentArrivesAfterTheFirstPhase) {
  const SeriesSampler one(small()), other(small());
  for (std::uint64_t n = 0; n < 6; ++n) {
    set_thread_count(1);
    const DynamicThumbnails a = one.dynamic(n);
    set_thread_count(2);
    const DynamicThumbnails b = other.dynamic(n);
    set_thread_count(0);
    EXPECT_EQ(a.pictures, b.pictures);
    ASSERT_GE(a.minutes.size(), 2u);
    EXPECT_EQ(a.pictures.size(), a.minutes.size() * 3 * 40 * 40);
    EXPECT_EQ(a.minutes[0], -1);
    EXPECT_GE(a.minutes[1], 0.7);
    EXPECT_LE(a.minutes[1], 2.0);
    EXPECT_TRUE(std::is_sorted(a.minutes.begin(), a.minutes.end()));
  }
}

TEST(SeriesSampler, WhatASeriesDoesNotCoverIsEmptyAndWhatItCoversHasNoise) {
  // Thin stacks of transversal slices leave most of the coronal picture empty.
  const SeriesSampler sampler(only(SeriesRole::t1));
  int thin = 0;
  for (std::uint64_t n = 0; n < 40; ++n) {
    const SeriesThumbnail series = sampler.at(n);
    const auto plane = [&](int p) { return series.pictures.begin() + p * 40 * 40; };
    const auto empty = std::count(plane(1), plane(2), 0.0F);
    thin += empty > 1200 ? 1 : 0;
  }
  EXPECT_GE(thin, 2);
}

TEST(SeriesSampler, OtherBodiesComeAsOftenAsAsked) {
  SeriesSamplerOptions options = small();
  options.other_bodies = 0.5;
  const SeriesSampler sampler(options);
  int others = 0;
  for (std::uint64_t n = 0; n < 200; ++n) others += sampler.at(n).breast ? 0 : 1;
  EXPECT_NEAR(others, 100, 25);
}

TEST(SeriesSampler, BadOptionsSayWhatIsWrong) {
  const auto message = [](const SeriesSamplerOptions& options) -> std::string {
    try {
      SeriesSampler sampler(options);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  SeriesSamplerOptions options;
  options.size = 8;
  EXPECT_EQ(message(options), "series sampler: the size is 8; 16 to 512 pixels can be made.");
  options = {};
  options.patient_spacing_mm = 0.1;
  EXPECT_EQ(message(options),
            "series sampler: the patients' spacing is out of range; 1 to 12 mm can be made.");
  options = {};
  options.pool = 0;
  EXPECT_EQ(message(options), "series sampler: the pool is empty; it needs a patient and a use of each.");
  options = {};
  options.other_bodies = 1.5;
  EXPECT_EQ(message(options), "series sampler: the share of other bodies is out of range; it is 0 to 1.");
  options = {};
  options.role_weights.pop_back();
  EXPECT_EQ(message(options),
            "series sampler: there are not twelve weights of roles; there is one for each.");
}

}  // namespace
}  // namespace lobule::phantom
