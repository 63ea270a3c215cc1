#include "train/optimizer_torch.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace lobule::train {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8, kMomentum = 0.9;
constexpr double kPi = 3.14159265358979323846;

at::Tensor& state_of(TorchTensors& states, const std::string& name, const at::Tensor& like) {
  at::Tensor& state = states[name];
  if (!state.defined()) state = at::zeros_like(like);
  return state;
}

}  // namespace

double learning_rate_at(const learn::TrainingRecipe& recipe, int step, double plateau_factor) {
  if (step < recipe.warm_up_steps) return recipe.learning_rate * (step + 1) / recipe.warm_up_steps;
  if (recipe.schedule == "plateau") return recipe.learning_rate * plateau_factor;
  if (recipe.schedule != "cosine") return recipe.learning_rate;
  const int rest = std::max(1, recipe.steps - recipe.warm_up_steps);
  const double share = std::min(1.0, static_cast<double>(step - recipe.warm_up_steps) / rest);
  return recipe.learning_rate * 0.5 * (1 + std::cos(kPi * share));
}

double clip_gradients(const TorchTensors& parameters, double largest) {
  double square = 0;
  for (const auto& [name, value] : parameters)
    if (value.grad().defined()) square += value.grad().square().sum(at::kDouble).item<double>();
  const double norm = std::sqrt(square);
  if (largest > 0 && norm > largest)
    for (const auto& [name, value] : parameters)
      if (value.grad().defined()) value.mutable_grad().mul_(largest / norm);
  return norm;
}

Optimizer::Optimizer(const learn::TrainingRecipe& recipe, std::set<std::string> decaying)
    : recipe_(recipe), decaying_(std::move(decaying)) {
  if (recipe.optimizer != "adamw" && recipe.optimizer != "sgd")
    throw Error("recipe", "there is no optimizer " + recipe.optimizer, "", "Name adamw or sgd");
}

void Optimizer::step(TorchTensors& parameters, double learning_rate) {
  const at::NoGradGuard no_gradients;
  ++steps_;
  for (auto& [name, value] : parameters) {
    if (!value.grad().defined()) continue;
    if (recipe_.optimizer == "adamw")
      adamw(name, value, value.grad(), learning_rate);
    else
      sgd(name, value, value.grad(), learning_rate);
  }
}

void Optimizer::adamw(const std::string& name, at::Tensor& value, const at::Tensor& gradient, double rate) {
  at::Tensor& first = state_of(first_, name, value);
  at::Tensor& second = state_of(second_, name, value);
  if (decaying_.contains(name)) value.mul_(1 - rate * recipe_.weight_decay);
  first.mul_(kBeta1).add_(gradient, 1 - kBeta1);
  second.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
  const double correct1 = 1 - std::pow(kBeta1, static_cast<double>(steps_));
  const double correct2 = 1 - std::pow(kBeta2, static_cast<double>(steps_));
  const at::Tensor divisor = (second.sqrt() / std::sqrt(correct2)).add_(kEpsilon);
  value.addcdiv_(first, divisor, -rate / correct1);
}

void Optimizer::sgd(const std::string& name, at::Tensor& value, at::Tensor gradient, double rate) {
  if (decaying_.contains(name)) gradient = gradient.add(value, recipe_.weight_decay);
  at::Tensor& first = state_of(first_, name, value);
  first.mul_(kMomentum).add_(gradient);
  value.add_(gradient.add(first, kMomentum), -rate);
}

TorchTensors Optimizer::state() const {
  TorchTensors state;
  // In two parts, since a float counts exactly only up to 2^24.
  state["optimizer.step"] =
      at::tensor({static_cast<float>(steps_ >> 20), static_cast<float>(steps_ & 0xFFFFF)});
  for (const auto& [name, tensor] : first_) state["optimizer.first." + name] = tensor;
  for (const auto& [name, tensor] : second_) state["optimizer.second." + name] = tensor;
  return state;
}

void Optimizer::set_state(const TorchTensors& state) {
  const auto take = [&](const std::string& prefix, TorchTensors& into) {
    into.clear();
    for (const auto& [name, tensor] : state)
      if (name.starts_with(prefix)) into.emplace(name.substr(prefix.size()), tensor.clone());
  };
  take("optimizer.first.", first_);
  take("optimizer.second.", second_);
  const at::Tensor steps = state.at("optimizer.step");
  steps_ = (static_cast<std::int64_t>(steps[0].item<float>()) << 20) +
           static_cast<std::int64_t>(steps[1].item<float>());
}

void move_average(TorchTensors& average, const TorchTensors& values, double decay, int step) {
  const at::NoGradGuard no_gradients;
  const double now = std::min(decay, (1.0 + step) / (10.0 + step));
  for (auto& [name, tensor] : average) tensor.mul_(now).add_(values.at(name), 1 - now);
}

}  // namespace lobule::train
