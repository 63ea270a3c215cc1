// Our own steps of a network against LibTorch's, values and gradients, in each type.

#include <gtest/gtest.h>

#include "train/network_torch.h"
#include "train/normalization_torch.h"
#include "train/torch_network.h"
#include "train/transposed_convolution_torch.h"

namespace lobule::train {
namespace {

double difference(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.detach().to(at::kDouble), y = b.detach().to(at::kDouble);
  return ((x - y).abs().max() / y.abs().max()).item<double>();
}

at::Tensor leaf(const at::Tensor& values, at::ScalarType type) {
  return values.to(type).detach().clone().set_requires_grad(true);
}

// How far a type's results may lie from those of double precision.
double tolerance(at::ScalarType type) {
  return type == at::kDouble ? 1e-12 : type == at::kFloat ? 1e-5 : 2e-2;
}

struct NormalizationCase {
  std::vector<std::int64_t> shape;
  double slope;
  bool over_batch;
};

class NormalizationSteps : public testing::TestWithParam<std::tuple<NormalizationCase, at::ScalarType>> {};

TEST_P(NormalizationSteps, AreThoseOfLibTorch) {
  const auto& [which, type] = GetParam();
  at::manual_seed(1);
  const std::int64_t channels = which.shape[1];
  // Means that are large beside the deviations, as they are behind a convolution; numbers of that type.
  const at::Tensor values = (at::randn(which.shape, at::kDouble) * 0.7 + 3).to(type);
  const at::Tensor weights = (at::rand({channels}, at::kDouble) + 0.5).to(at::kFloat);
  const at::Tensor biases = at::randn({channels}, at::kDouble).to(at::kFloat);
  const at::Tensor given = at::randn(which.shape, at::kDouble).to(type);
  const at::ScalarType of_weights = type == at::kDouble ? at::kDouble : at::kFloat;

  const at::Tensor x = leaf(values, type), w = leaf(weights, of_weights), b = leaf(biases, of_weights);
  NormalizationStep step{w, b, 1e-5, which.slope, which.over_batch};
  step.running_mean = at::zeros({channels}, of_weights);
  step.running_var = at::ones({channels}, of_weights);
  const at::Tensor y = normalize(x, step);
  y.backward(given);

  const at::Tensor x2 = leaf(values, at::kDouble), w2 = leaf(weights, at::kDouble),
                   b2 = leaf(biases, at::kDouble);
  const at::Tensor mean = at::zeros({channels}, at::kDouble), var = at::ones({channels}, at::kDouble);
  at::Tensor y2 = which.over_batch ? at::batch_norm(x2, w2, b2, mean, var, true, 0.1, 1e-5, false)
                                   : at::instance_norm(x2, w2, b2, {}, {}, true, 0.1, 1e-5, false);
  y2 = at::leaky_relu(y2, which.slope);
  y2.backward(given.to(at::kDouble));

  EXPECT_EQ(y.scalar_type(), type);
  EXPECT_LT(difference(y, y2), tolerance(type));
  EXPECT_LT(difference(x.grad(), x2.grad()), tolerance(type));
  EXPECT_LT(difference(w.grad(), w2.grad()), tolerance(type));
  EXPECT_LT(difference(b.grad(), b2.grad()), tolerance(type));
  if (which.over_batch) {
    EXPECT_LT(difference(step.running_mean, mean), tolerance(type));
    EXPECT_LT(difference(step.running_var, var), tolerance(type));
  }
}

// Channels that fill lanes of 16 and that do not; places in one piece and in several; each slope.
INSTANTIATE_TEST_SUITE_P(Cases, NormalizationSteps,
                         testing::Combine(testing::Values(NormalizationCase{{2, 3, 4, 5}, 1, false},
                                                          NormalizationCase{{3, 37, 30, 41}, 0.01, false},
                                                          NormalizationCase{{2, 16, 9, 8, 10}, 0, false},
                                                          NormalizationCase{{4, 19, 20, 33}, 0.2, true}),
                                          testing::Values(at::kFloat, at::kBFloat16, at::kDouble)));

TEST(NormalizationSteps, DoNotDependOnThreads) {
  at::manual_seed(2);
  const at::Tensor x = at::randn({3, 24, 64, 64});
  std::vector<at::Tensor> results;
  for (const int threads : {1, 3}) {
    set_torch_threads(threads);
    results.push_back(normalize(x, {at::ones({24}), at::zeros({24})}));
  }
  set_torch_threads(1);
  EXPECT_TRUE(at::equal(results[0], results[1]));
}

struct TransposedCase {
  std::vector<std::int64_t> x, weight;
  TransposedOptions options;
};

class TransposedConvolutions : public testing::TestWithParam<std::tuple<TransposedCase, at::ScalarType>> {};

TEST_P(TransposedConvolutions, AreThoseOfLibTorch) {
  const auto& [which, type] = GetParam();
  at::manual_seed(3);
  const at::Tensor image = at::randn(which.x).to(type), weights = at::randn(which.weight).to(type);
  const at::Tensor biases = at::randn({which.weight[1] * which.options.groups}).to(type);
  const at::Tensor x = channels_last(image.clone()).set_requires_grad(true), w = leaf(weights, type),
                   b = leaf(biases, type);
  const at::Tensor y = transposed_convolution(x, w, b, which.options);
  const at::Tensor x2 = leaf(image, at::kDouble), w2 = leaf(weights, at::kDouble),
                   b2 = leaf(biases, at::kDouble);
  const at::Tensor y2 =
      at::convolution(x2, w2, b2, which.options.stride, which.options.padding, which.options.dilation, true,
                      which.options.output_padding, which.options.groups);
  ASSERT_EQ(y.sizes(), y2.sizes());
  const at::Tensor given = at::randn(y.sizes()).to(type);
  y.backward(given);
  y2.backward(given.to(at::kDouble));
  EXPECT_LT(difference(y, y2), tolerance(type));
  EXPECT_LT(difference(x.grad(), x2.grad()), tolerance(type));
  EXPECT_LT(difference(w.grad(), w2.grad()), tolerance(type));
  EXPECT_LT(difference(b.grad(), b2.grad()), tolerance(type));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, TransposedConvolutions,
    testing::Combine(
        testing::Values(TransposedCase{{2, 6, 5, 7}, {6, 4, 2, 2}, {{2, 2}, {0, 0}, {1, 1}, {0, 0}, 1}},
                        TransposedCase{{2, 6, 5, 7}, {6, 2, 3, 3}, {{2, 2}, {1, 1}, {1, 1}, {1, 1}, 2}},
                        TransposedCase{{3, 4, 6, 5}, {4, 3, 3, 2}, {{1, 2}, {1, 0}, {2, 1}, {0, 0}, 1}},
                        TransposedCase{{2, 5, 3, 4, 3},
                                       {5, 3, 2, 2, 2},
                                       {{2, 2, 2}, {0, 0, 0}, {1, 1, 1}, {0, 0, 0}, 1}}),
        testing::Values(at::kFloat, at::kBFloat16)));

}  // namespace
}  // namespace lobule::train
