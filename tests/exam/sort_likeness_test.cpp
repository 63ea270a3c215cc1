// Series of one geometry that no header tells apart: what their looks say of each other.

#include "exam/sort_likeness.h"

#include <gtest/gtest.h>

#include "exam/pixels_only.h"
#include "exam/sort_decay.h"
#include "support/dicom_samples.h"
#include "support/test_support.h"
#include "volume_support.h"

namespace lobule::exam {
namespace {

// Tissues in stripes of columns: fat, muscle, gland, vessel and another gland.
constexpr int kTissues = 5;
using Signals = std::array<int, kTissues>;
constexpr Signals kPre{200, 300, 260, 150, 240}, kPost{200, 310, 330, 700, 320},
    kLate{200, 330, 370, 520, 360};

test::MrSample volume(const std::string& name, const Signals& signals) {
  test::MrSample sample;
  sample.grid.size = {40, 40, 6};
  sample.grid.spacing_mm = {5, 5, 5};
  sample.grid.origin_mm = {-97.5, -97.5, -12.5};
  // A few values around each tissue's, so that nothing is constant, and air around the body.
  sample.stored = [signals](int i, int j, int k) {
    if (j < 8) return 2 + (i + j + k) % 3;
    return signals[static_cast<std::size_t>(i / 8)] + (3 * i + 5 * j + 7 * k) % 11;
  };
  sample.seed = name;
  return sample;
}

// Signal of diffusion: S0 exp(−b D), in thousandths.
Signals decayed(double b_s_per_mm2) {
  constexpr std::array<double, kTissues> kAdc{0.25e-3, 1.4e-3, 1.9e-3, 2.6e-3, 1.1e-3};
  constexpr Signals kWithout{300, 900, 1400, 1900, 1100};
  Signals signals{};
  for (std::size_t t = 0; t < kTissues; ++t)
    signals[t] = static_cast<int>(kWithout[t] * std::exp(-b_s_per_mm2 * kAdc[t]));
  return signals;
}

class Stack {
 public:
  explicit Stack(const std::vector<test::MrSample>& samples) {
    for (std::size_t n = 0; n < samples.size(); ++n)
      test::write_mr_series(folder_.path(), samples[n], std::to_string(n) + "_");
    index_ = with_pixels_only(test::index_folder(folder_.path()));
    series_ = test::series_of(index_);
    works.resize(series_.size());
    for (Series& series : series_) {
      SeriesWork work;
      work.series = &series;
      work.facts = gather_facts(index_, series);
      const std::size_t place =
          series_.size() == 1 ? 0 : static_cast<std::size_t>(work.facts.frames[0].file_name[0] - '0');
      works[place] = std::move(work);
    }
  }
  DynamicGroup group() const {
    DynamicGroup group;
    for (std::size_t w = 0; w < works.size(); ++w)
      for (TimePoint& point : time_points(works[w].facts, w)) group.points.push_back(std::move(point));
    return group;
  }
  void taken_for(std::size_t work, Trait contrast) {
    works[work].claim(contrast, 5, "network", "told by the test");
  }

  std::vector<SeriesWork> works;

 private:
  test::ScratchFolder folder_;
  DicomIndex index_;
  std::vector<Series> series_;

 public:
  FrameSource source{index_};
};

PhaseOpinion opinion(double pre) {
  return {{pre, 0.5 * (1 - pre), 0.5 * (1 - pre)}, 1};
}

double weight_of(const SeriesWork& work, Trait trait, const std::string& source) {
  double sum = 0;
  for (const Claim& claim : work.claims)
    if (claim.trait == trait && claim.source == source) sum += claim.weight;
  return sum;
}

TEST(SortLikeness, OfTwoVolumesWithoutAgentTheOneOfOtherContrastLeaves) {
  // As before the agent, but measured with another flip angle.
  const Signals other{320, 250, 210, 120, 190};
  Stack stack({volume("a", other), volume("b", kPre), volume("c", kPost), volume("d", kLate)});
  DynamicGroup group = stack.group();
  ASSERT_TRUE(set_aside_repeats(group, {opinion(0.9), opinion(0.9), opinion(0.1), opinion(0.1)}, stack.works,
                                stack.source));
  ASSERT_EQ(group.points.size(), 3u);
  EXPECT_EQ(group.points[0].work, 1u);
  EXPECT_EQ(weight_of(stack.works[0], Trait::single, "pixels"), 4);
  EXPECT_EQ(weight_of(stack.works[1], Trait::single, "pixels"), 0);
}

TEST(SortLikeness, OneVolumeWithoutAgentOrTooFewWithItStay) {
  Stack stack({volume("a", kPre), volume("b", kPost), volume("c", kLate)});
  DynamicGroup group = stack.group();
  EXPECT_FALSE(
      set_aside_repeats(group, {opinion(0.9), opinion(0.1), opinion(0.1)}, stack.works, stack.source));
  EXPECT_FALSE(
      set_aside_repeats(group, {opinion(0.9), opinion(0.9), opinion(0.1)}, stack.works, stack.source));
  EXPECT_EQ(group.points.size(), 3u);
}

TEST(SortLikeness, AVolumeLikeThePhasesOfItsGeometryIsAcquiredAsTheyAre) {
  // Vessels are a small part of a slice.
  Stack stack({volume("a", {200, 300, 260, 150, 240}), volume("b", {205, 310, 290, 180, 260}),
               volume("c", {200, 315, 300, 185, 265})});
  stack.taken_for(0, Trait::t1), stack.taken_for(1, Trait::t1);
  claim_likeness(stack.works, stack.source);
  EXPECT_EQ(weight_of(stack.works[2], Trait::t1, "pixels"), 2.5);
  EXPECT_EQ(weight_of(stack.works[2], Trait::acquired, "pixels"), 2.5);
  EXPECT_EQ(weight_of(stack.works[0], Trait::t1, "pixels"), 0) << "nobody doubts it";
}

TEST(SortLikeness, ASubtractionIsNotLikeThePhaseBeforeTheAgent) {
  Signals difference{};
  for (std::size_t t = 0; t < kTissues; ++t) difference[t] = kPost[t] - kPre[t];
  Stack stack({volume("a", kPre), volume("b", kPost), volume("c", difference)});
  stack.taken_for(0, Trait::t1), stack.taken_for(1, Trait::t1);
  claim_likeness(stack.works, stack.source);
  EXPECT_EQ(weight_of(stack.works[2], Trait::t1, "pixels"), 0);
}

TEST(SortLikeness, ASeriesOfVolumesInWhichAgentArrivesIsADynamicOneAndDiffusionIsNot) {
  const auto in_one_series = [](const std::vector<Signals>& signals) {
    std::vector<test::MrSample> volumes;
    for (std::size_t n = 0; n < signals.size(); ++n) {
      volumes.push_back(volume("one", signals[n]));
      volumes.back().first_instance_number = static_cast<int>(1 + 6 * n);
      volumes.back().edit = [n](int k, io::DicomDataset& d) {
        d.put_text(io::tag::SOPInstanceUID, "UI",
                   "9.9." + std::to_string(100 * n + static_cast<std::size_t>(k)));
      };
    }
    return volumes;
  };
  // The vessel's stripe is a fifth of the body; where volumes differ most lies in it.
  Stack dynamic(in_one_series({kPre, kPost, kLate}));
  claim_agent(dynamic.works, dynamic.source);
  EXPECT_EQ(weight_of(dynamic.works[0], Trait::t1, "pixels"), 3);
  EXPECT_EQ(weight_of(dynamic.works[0], Trait::acquired, "pixels"), 3);

  Stack diffusion(in_one_series({decayed(0), decayed(400), decayed(800)}));
  claim_agent(diffusion.works, diffusion.source);
  EXPECT_TRUE(diffusion.works[0].claims.empty());
}

TEST(SortLikeness, OfTwoPlainVolumesOfOneGeometryTheLikelierIsT1AndTheOtherT2) {
  Stack stack({volume("a", {900, 500, 400, 300, 380}), volume("b", {900, 200, 350, 500, 330})});
  for (SeriesWork& work : stack.works) {
    work.claim(Trait::acquired, 3, "network", "told by the test");
    work.claim(Trait::fat_bright, 3, "network", "told by the test");
    work.claim(Trait::unknown_contrast, -5, "network", "told by the test");
  }
  // Both look like T2, the first less so.
  stack.works[0].claim(Trait::t2, 0.6, "network", "told by the test");
  stack.works[1].claim(Trait::t2, 2.5, "network", "told by the test");
  claim_pairs(stack.works, stack.source);
  EXPECT_EQ(likeliest(stack.works[0].claims, Trait::t1), Trait::t1);
  EXPECT_EQ(likeliest(stack.works[1].claims, Trait::t1), Trait::t2);

  // With a third one there it may be a dynamic.
  Stack three({volume("a", kPre), volume("b", kPost), volume("c", kLate)});
  for (SeriesWork& work : three.works) {
    work.claim(Trait::acquired, 3, "network", "told by the test");
    work.claim(Trait::fat_bright, 3, "network", "told by the test");
    work.claim(Trait::t1, 1, "network", "told by the test");
    work.claim(Trait::unknown_contrast, -5, "network", "told by the test");
  }
  claim_pairs(three.works, three.source);
  for (const SeriesWork& work : three.works) EXPECT_EQ(weight_of(work, Trait::t2, "pixels"), 0);
}

TEST(SortLikeness, AMapOfEnhancementOnTheDynamicsGridIsDerived) {
  Signals percent{}, unlike{300, 900, 200, 600, 100};
  for (std::size_t t = 0; t < kTissues; ++t) percent[t] = 10 + 100 * (kPost[t] - kPre[t]) / kPre[t];
  Stack stack(
      {volume("a", kPre), volume("b", kPost), volume("c", kLate), volume("d", percent), volume("e", unlike)});
  DynamicGroup group = stack.group();
  group.points.resize(3);
  claim_kinetic_maps(group, stack.works, stack.source);
  EXPECT_EQ(weight_of(stack.works[3], Trait::derived, "arithmetic"), 4);
  EXPECT_EQ(weight_of(stack.works[4], Trait::derived, "arithmetic"), 0);
  EXPECT_EQ(weight_of(stack.works[1], Trait::derived, "arithmetic"), 0) << "a phase";
}

TEST(SortLikeness, VolumesOfOneGeometryThatLookUnlikeAreNoDynamic) {
  const Signals unlike{60, 90, 700, 20, 400}, third{900, 40, 30, 500, 20};
  Stack stack({volume("a", kPre), volume("b", unlike), volume("c", third)});
  std::vector<DynamicGroup> groups{stack.group()};
  drop_unlike(groups, stack.works, stack.source);
  EXPECT_TRUE(groups.empty());

  Stack phases({volume("a", kPre), volume("b", kPost), volume("c", kLate)});
  groups = {phases.group()};
  drop_unlike(groups, phases.works, phases.source);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].points.size(), 3u);
}

TEST(SortDecay, AMapOfTheLogarithmOfARatioIsAnAdcMapAndItsVolumesDiffusion) {
  const Signals adc{250, 1400, 1900, 2600, 1100};
  Stack stack({volume("a", decayed(50)), volume("b", decayed(400)), volume("c", adc)});
  const Cancellation cancellation;
  prove_decay(stack.works, stack.source, cancellation);
  EXPECT_EQ(weight_of(stack.works[2], Trait::adc, "arithmetic"), 8);
  for (const std::size_t w : {0u, 1u}) {
    EXPECT_EQ(weight_of(stack.works[w], Trait::diffusion, "arithmetic"), 6);
    EXPECT_EQ(weight_of(stack.works[w], Trait::adc, "arithmetic"), 0);
  }
}

TEST(SortDecay, BesideTheProvenMapAnotherIsDoubted) {
  const Signals adc{250, 1400, 1900, 2600, 1100};
  test::MrSample elsewhere = volume("d", kPre);
  elsewhere.grid.spacing_mm = {4, 4, 4};
  Stack stack({volume("a", decayed(50)), volume("b", decayed(400)), volume("c", adc), elsewhere});
  stack.works[3].claim(Trait::adc, 4, "network", "told by the test");
  const Cancellation cancellation;
  prove_decay(stack.works, stack.source, cancellation);
  EXPECT_EQ(weight_of(stack.works[3], Trait::adc, "pixels"), -2);
}

TEST(SortDecay, MapsOfEnhancementAreNone) {
  const Signals pre{400, 300, 260, 150, 240}, post{520, 420, 600, 900, 500};
  Signals difference{}, relative{};
  for (std::size_t t = 0; t < kTissues; ++t) {
    difference[t] = post[t] - pre[t];
    relative[t] = 1000 * (post[t] - pre[t]) / pre[t];
  }
  const Cancellation cancellation;
  for (const Signals& map : {difference, relative}) {
    Stack stack({volume("a", pre), volume("b", post), volume("c", map)});
    prove_decay(stack.works, stack.source, cancellation);
    EXPECT_EQ(weight_of(stack.works[2], Trait::adc, "arithmetic"), 0);
  }
}

}  // namespace
}  // namespace lobule::exam
