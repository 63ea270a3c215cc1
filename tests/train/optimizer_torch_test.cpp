// Schedules, clipping, optimizers and averages against their formulas, worked out in double precision.
#include "train/optimizer_torch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "support/test_support.h"

namespace lobule::train {
namespace {

at::Tensor with_gradient(const std::vector<double>& values, const std::vector<double>& gradient) {
  at::Tensor tensor = at::tensor(values, at::kDouble);
  tensor.set_requires_grad(true);
  tensor.mutable_grad() = at::tensor(gradient, at::kDouble);
  return tensor;
}

learn::TrainingRecipe recipe_of(const std::string& schedule) {
  learn::TrainingRecipe recipe;
  recipe.schedule = schedule;
  recipe.steps = 110;
  recipe.warm_up_steps = 10;
  recipe.learning_rate = 0.2;
  return recipe;
}

TEST(LearningRate, RisesDuringTheWarmUpAndFallsAsACosineToZero) {
  const learn::TrainingRecipe cosine = recipe_of("cosine");
  EXPECT_NEAR(learning_rate_at(cosine, 0, 1), 0.02, 1e-12);
  EXPECT_NEAR(learning_rate_at(cosine, 9, 1), 0.2, 1e-12);
  EXPECT_NEAR(learning_rate_at(cosine, 10, 1), 0.2, 1e-12);
  EXPECT_NEAR(learning_rate_at(cosine, 60, 1), 0.1, 1e-12);
  EXPECT_NEAR(learning_rate_at(cosine, 35, 1), 0.1 * (1 + std::sqrt(0.5)), 1e-12);
  EXPECT_NEAR(learning_rate_at(cosine, 110, 1), 0, 1e-12);
}

TEST(LearningRate, FollowsThePlateausFactorOrStays) {
  EXPECT_NEAR(learning_rate_at(recipe_of("plateau"), 5, 0.3), 0.12, 1e-12);
  EXPECT_NEAR(learning_rate_at(recipe_of("plateau"), 50, 0.3), 0.06, 1e-12);
  EXPECT_NEAR(learning_rate_at(recipe_of("constant"), 50, 0.3), 0.2, 1e-12);
}

TEST(Clipping, ScalesAllGradientsTogether) {
  TorchTensors parameters{{"a", with_gradient({1, 1}, {3, 0})}, {"b", with_gradient({1}, {4})}};
  EXPECT_NEAR(clip_gradients(parameters, 10), 5, 1e-12);
  EXPECT_NEAR(parameters.at("b").grad()[0].item<double>(), 4, 1e-12);
  EXPECT_NEAR(clip_gradients(parameters, 0), 5, 1e-12);
  EXPECT_NEAR(clip_gradients(parameters, 1), 5, 1e-12);
  EXPECT_NEAR(parameters.at("a").grad()[0].item<double>(), 0.6, 1e-12);
  EXPECT_NEAR(parameters.at("b").grad()[0].item<double>(), 0.8, 1e-12);
}

constexpr double kRate = 0.1, kDecay = 0.05;

// The gradient of each step, so that the rules see it change its sign.
double gradient_at(int step) {
  return std::cos(1.7 * step) + 0.2;
}

// The value after six steps from 1.5.
double by_lobule(const std::string& rule, bool decays) {
  learn::TrainingRecipe recipe;
  recipe.optimizer = rule;
  recipe.weight_decay = kDecay;
  Optimizer optimizer(recipe, decays ? std::set<std::string>{"w"} : std::set<std::string>{});
  TorchTensors parameters{{"w", with_gradient({1.5}, {0})}};
  for (int step = 0; step < 6; ++step) {
    parameters.at("w").mutable_grad().fill_(gradient_at(step));
    // A training goes on from its checkpoint as if nothing had happened.
    const TorchTensors kept = optimizer.state();
    if (step == 3) optimizer.set_state(kept);
    optimizer.step(parameters, kRate);
  }
  return parameters.at("w")[0].item<double>();
}

TEST(Optimizer, AdamWIsLoshchilovAndHuttersAlgorithm) {
  for (const bool decays : {false, true}) {
    double w = 1.5, m = 0, v = 0;
    for (int step = 0; step < 6; ++step) {
      const double g = gradient_at(step);
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      const double first = m / (1 - std::pow(0.9, step + 1)), second = v / (1 - std::pow(0.999, step + 1));
      w -= kRate * (first / (std::sqrt(second) + 1e-8) + (decays ? kDecay * w : 0));
    }
    EXPECT_NEAR(by_lobule("adamw", decays), w, 1e-12) << decays;
  }
}

TEST(Optimizer, SgdHasNesterovsMomentum) {
  for (const bool decays : {false, true}) {
    double w = 1.5, momentum = 0;
    for (int step = 0; step < 6; ++step) {
      const double g = gradient_at(step) + (decays ? kDecay * w : 0);
      momentum = 0.9 * momentum + g;
      w -= kRate * (g + 0.9 * momentum);
    }
    EXPECT_NEAR(by_lobule("sgd", decays), w, 1e-12) << decays;
  }
}

TEST(Optimizer, WithoutAGradientNothingChangesAndAnUnknownRuleIsRefused) {
  learn::TrainingRecipe recipe;
  Optimizer optimizer(recipe, {"w"});
  TorchTensors parameters{{"w", at::tensor({1.5}, at::kDouble)}};
  optimizer.step(parameters, kRate);
  EXPECT_EQ(parameters.at("w")[0].item<double>(), 1.5);
  recipe.optimizer = "newton";
  EXPECT_EQ(test::message_of([&] { Optimizer(recipe, {}); }),
            "recipe: there is no optimizer newton. Name adamw or sgd.");
}

TEST(MovingAverage, ForgetsFreshWeightsSoonAndThenHoldsItsDecay) {
  TorchTensors average{{"w", at::tensor({1.0}, at::kDouble)}};
  const TorchTensors values{{"w", at::tensor({0.0}, at::kDouble)}};
  move_average(average, values, 0.99, 0);
  EXPECT_NEAR(average.at("w")[0].item<double>(), 0.1, 1e-12);
  move_average(average, values, 0.99, 100000);
  EXPECT_NEAR(average.at("w")[0].item<double>(), 0.1 * 0.99, 1e-12);
}

}  // namespace
}  // namespace lobule::train
