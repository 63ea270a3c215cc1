#include <ATen/ATen.h>

#include <cmath>
#include <functional>

#include "core/random.h"
#include "nn/builder.h"
#include "train/gradient_check.h"
#include "train/loss_torch.h"

namespace lobule::train {
namespace {

constexpr double kStep = 1e-5;
constexpr std::int64_t kPlaces = 12;  // of each tensor that are tried

// The largest |gradient − difference| of `value` over some places of each tensor, by the largest gradient.
double error_of(TorchTensors& tensors, const std::function<at::Tensor()>& value) {
  for (auto& [name, tensor] : tensors) tensor.set_requires_grad(true);
  value().backward();
  double error = 0, largest = 1e-12;
  for (auto& [name, tensor] : tensors) {
    if (!tensor.grad().defined()) continue;
    const at::Tensor gradient = tensor.grad().flatten().clone();
    const at::NoGradGuard no_gradients;
    at::Tensor flat = tensor.detach().reshape({-1});  // shares the numbers
    const std::int64_t stride = std::max<std::int64_t>(1, flat.numel() / kPlaces);
    for (std::int64_t i = 0; i < flat.numel(); i += stride) {
      const double before = flat[i].item<double>();
      flat[i] = before + kStep;
      const double above = value().item<double>();
      flat[i] = before - kStep;
      const double below = value().item<double>();
      flat[i] = before;
      const double found = gradient[i].item<double>();
      error = std::max(error, std::abs(found - (above - below) / (2 * kStep)));
      largest = std::max(largest, std::abs(found));
    }
  }
  return error / largest;
}

nn::Graph identity(std::int64_t channels, std::size_t axes) {
  nn::Builder b(static_cast<int>(axes) - 2);
  const nn::Value x = b.input(static_cast<int>(channels));
  return b.finish({{"out", b.dropout("out", x, 0)}});
}

nn::LossSum one_loss(const nn::LossKind& kind, bool weight_map) {
  nn::Loss loss{.name = "one", .kind = kind, .output = "out", .target = "target"};
  if (weight_map) loss.weight_map = "weights";
  return {{loss}};
}

}  // namespace

double gradient_error_of_network(const nn::Graph& graph, const std::vector<Tensor>& inputs) {
  TorchTensors parameters = to_torch(nn::initial_weights(graph, 9), at::kDouble);
  std::vector<at::Tensor> entered;
  for (const Tensor& input : inputs) entered.push_back(to_torch(input, at::kDouble));
  const auto value = [&] {
    at::Tensor sum;
    for (const at::Tensor& output : forward(graph, parameters, entered)) {
      // Weights of no symmetry, so that no gradient cancels.
      const at::Tensor weights =
          (at::arange(output.numel(), at::kDouble) * 0.7).sin().reshape(output.sizes());
      const at::Tensor part = (output * weights).sum();
      sum = sum.defined() ? sum + part : part;
    }
    return sum;
  };
  return error_of(parameters, value);
}

LossCheck check_loss(const nn::LossKind& kind, const Tensor& output, const TensorMap& targets,
                     bool weight_map) {
  const nn::Graph graph = identity(output.shape[1], output.shape.size());
  const nn::LossSum sum = one_loss(kind, weight_map);
  TorchTensors logits{{"out", to_torch(output, at::kDouble)}};
  const auto value = [&] {
    LossInput input{graph, {logits.at("out")}, {}, {logits.at("out").detach() * 0.5}, 500};
    for (const auto& [name, target] : targets) input.targets.emplace(name, to_torch(target, at::kDouble));
    return loss_of(sum, input).total;
  };
  LossCheck check;
  check.value = value().item<double>();
  check.gradient_error = std::holds_alternative<nn::Consistency>(kind) ? 0 : error_of(logits, value);
  return check;
}

std::pair<double, double> log_variance_gradient(const nn::LossKind& kind, const Tensor& output,
                                                const TensorMap& targets, double log_variance) {
  const nn::Graph graph = identity(output.shape[1], output.shape.size());
  nn::LossSum sum = one_loss(kind, false);
  sum.learned_weights = true;
  TorchTensors variances = to_torch(fresh_log_variances(sum), at::kDouble);
  at::Tensor& s = variances.begin()->second;
  s.fill_(log_variance).set_requires_grad(true);
  LossInput input{graph, {to_torch(output, at::kDouble)}, {}, {}, 0};
  for (const auto& [name, target] : targets) input.targets.emplace(name, to_torch(target, at::kDouble));
  const LossValue value = loss_of(sum, input, variances);
  value.total.backward();
  const double factor = std::holds_alternative<nn::SmoothL1>(kind) ? 0.5 : 1;
  return {s.grad().item<double>(), -factor * std::exp(-log_variance) * value.each.at("one") + 0.5};
}

}  // namespace lobule::train
