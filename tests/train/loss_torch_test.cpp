// Losses against plain formulas written out, and their gradients against differences.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "train/gradient_check.h"

namespace lobule::train {
namespace {

constexpr double kGradient = 1e-6;

// Two samples of two places and three classes.
const Tensor kLogits({2, 3, 1, 2}, {1, -0.5F, 0.2F, 2, -1, 0.3F, 0, 1.5F, -2, 0.7F, 0.4F, -0.6F});
const Tensor kLabels({2, 1, 1, 2}, {0, 1, 2, 0});

struct Place {
  int sample, place;
};

double probability(Place at, int of_class, const Tensor& logits = kLogits) {
  double sum = 0;
  const auto logit = [&](int c) {
    return static_cast<double>(logits.values[static_cast<std::size_t>((at.sample * 3 + c) * 2 + at.place)]);
  };
  for (int c = 0; c < 3; ++c) sum += std::exp(logit(c));
  return std::exp(logit(of_class)) / sum;
}

int label(Place at) {
  return static_cast<int>(kLabels.values[static_cast<std::size_t>(at.sample * 2 + at.place)]);
}

template <class Term>
double mean_over_places(const Term& term) {
  double sum = 0;
  for (int n = 0; n < 2; ++n)
    for (int i = 0; i < 2; ++i) sum += term(Place{n, i}) / 4;
  return sum;
}

void expect_loss(const nn::LossKind& kind, double expected, const Tensor& output = kLogits,
                 const TensorMap& targets = {{"target", kLabels}}, bool weight_map = false) {
  const LossCheck found = check_loss(kind, output, targets, weight_map);
  EXPECT_NEAR(found.value, expected, 1e-6);
  EXPECT_LT(found.gradient_error, kGradient);
}

TEST(Losses, CrossEntropy) {
  expect_loss(nn::CrossEntropy{},
              mean_over_places([](Place p) { return -std::log(probability(p, label(p))); }));
}

TEST(Losses, CrossEntropyWithClassWeightsAndSmoothing) {
  const std::vector<double> w{1, 2, 0.5};
  double sum = 0, weights = 0;
  for (int n = 0; n < 2; ++n)
    for (int i = 0; i < 2; ++i) {
      const Place p{n, i};
      const auto own = static_cast<std::size_t>(label(p));
      sum += 0.9 * w[own] * -std::log(probability(p, label(p)));
      for (int c = 0; c < 3; ++c)
        sum += 0.1 / 3 * w[static_cast<std::size_t>(c)] * -std::log(probability(p, c));
      weights += w[own];
    }
  expect_loss(nn::CrossEntropy{w, 0.1}, sum / weights);
}

TEST(Losses, PlacesAreWeighedByAMapAndIgnoredByTheirLabel) {
  const TensorMap targets{
      {"target", Tensor({2, 1, 1, 2}, {0, -1, 2, std::numeric_limits<float>::quiet_NaN()})},
      {"weights", Tensor({2, 1, 1, 2}, {3, 5, 1, 7})}};
  const double expected = (3 * -std::log(probability({0, 0}, 0)) + 1 * -std::log(probability({1, 0}, 2))) / 4;
  expect_loss(nn::CrossEntropy{}, expected, kLogits, targets, true);
}

double dice_term(int sample, int of_class) {
  double both = 0, found = 0, truth = 0;
  for (int i = 0; i < 2; ++i) {
    const Place p{sample, i};
    const double g = label(p) == of_class;
    both += probability(p, of_class) * g, found += probability(p, of_class), truth += g;
  }
  return (2 * both + 1e-5) / (found + truth + 1e-5);
}

TEST(Losses, DiceAndCrossEntropy) {
  double dice = 0;
  for (int n = 0; n < 2; ++n)
    for (int c = 1; c < 3; ++c) dice += dice_term(n, c) / 4;
  const double entropy = mean_over_places([](Place p) { return -std::log(probability(p, label(p))); });
  expect_loss(nn::DiceCrossEntropy{}, 1 - dice + entropy);
}

TEST(Losses, FocalTverskyOfTheWholeBatch) {
  double loss = 0;
  for (int c = 1; c < 3; ++c) {
    double both = 0, missed = 0, wrong = 0;
    for (int n = 0; n < 2; ++n)
      for (int i = 0; i < 2; ++i) {
        const double p = probability({n, i}, c), g = label({n, i}) == c;
        both += p * g, missed += (1 - p) * g, wrong += p * (1 - g);
      }
    loss += std::pow(1 - (both + 1) / (both + 0.7 * missed + 0.3 * wrong + 1), 0.75) / 2;
  }
  expect_loss(nn::FocalTversky{.batch = true}, loss);
}

TEST(Losses, NoiseRobustOnes) {
  expect_loss(nn::GeneralizedCrossEntropy{0.7},
              mean_over_places([](Place p) { return (1 - std::pow(probability(p, label(p)), 0.7)) / 0.7; }));
  expect_loss(nn::SymmetricCrossEntropy{}, mean_over_places([](Place p) {
                const double q = probability(p, label(p));
                return -0.1 * std::log(q) + 4 * (1 - q);
              }));
}

// Channels by themselves.
const Tensor kMaps({1, 2, 1, 2}, {0.3F, -1.2F, 2, 0.1F});
double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

TEST(Losses, BinaryCrossEntropy) {
  const Tensor t({1, 2, 1, 2}, {1, 0, 0.25F, 1});
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const double p = sigmoid(kMaps.values[i]), y = t.values[i];
    sum += (-3 * y * std::log(p) - (1 - y) * std::log(1 - p)) / 4;
  }
  expect_loss(nn::BinaryCrossEntropy{3}, sum, kMaps, {{"target", t}});
}

TEST(Losses, FocalLossIsDividedByThePositives) {
  const Tensor t({1, 2, 1, 2}, {1, 0, 0, 1});
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const double p = sigmoid(kMaps.values[i]), q = t.values[i] == 1 ? p : 1 - p;
    sum += (t.values[i] == 1 ? 0.25 : 0.75) * (1 - q) * (1 - q) * -std::log(q);
  }
  expect_loss(nn::FocalLoss{}, sum / 2, kMaps, {{"target", t}});
}

TEST(Losses, HeatmapFocal) {
  const Tensor t({1, 2, 1, 2}, {1, 0.5F, 0, 0.8F});
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const double p = sigmoid(kMaps.values[i]), y = t.values[i];
    sum -= y == 1 ? (1 - p) * (1 - p) * std::log(p) : std::pow(1 - y, 4) * p * p * std::log(1 - p);
  }
  expect_loss(nn::HeatmapFocal{}, sum, kMaps, {{"target", t}});
}

TEST(Losses, SmoothL1OnBothBranches) {
  const Tensor t({1, 2, 1, 2}, {0, 1, 2.5F, 0});
  const double expected = (0.3 * 0.3 / 2 + (2.2 - 0.5) + 0.5 * 0.5 / 2 + 0.1 * 0.1 / 2) / 4;
  expect_loss(nn::SmoothL1{}, expected, kMaps, {{"target", t}});
}

TEST(Losses, ConsistencyFollowsItsRamp) {
  double sum = 0;  // the check's teacher sees half of the logits, at step 500 of 1000
  const Tensor one({1, 1, 1, 2}, {2, -1});
  for (const double x : {2.0, -1.0}) sum += std::pow(sigmoid(x) - sigmoid(x / 2), 2) / 2;
  EXPECT_NEAR(check_loss(nn::Consistency{}, one, {}).value, std::exp(-5 * 0.25) * sum, 1e-6);
}

void expect_log_variance_gradient(const nn::LossKind& kind, const Tensor& output, const Tensor& target,
                                  double log_variance) {
  const auto [found, expected] = log_variance_gradient(kind, output, {{"target", target}}, log_variance);
  EXPECT_NEAR(found, expected, 1e-6);
}

TEST(Losses, TheTrainedWeightsGradientReachesTheOptimiser) {
  expect_log_variance_gradient(nn::CrossEntropy{}, kLogits, kLabels, 0.4);
  expect_log_variance_gradient(nn::SmoothL1{}, kMaps, kMaps, -0.3);
}

}  // namespace
}  // namespace lobule::train
