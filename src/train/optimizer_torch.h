#pragma once
// Rules by which weights follow their gradients. All state is a map of tensors, so that a checkpoint can hold
// it and a training goes on bit for bit.

#include <set>
#include <string>

#include "learn/training_options.h"
#include "train/network_torch.h"

namespace lobule::train {

// The learning rate of a step (from 0): a linear rise over the warm-up, then half a cosine down to 0
// (Loshchilov and Hutter 2017), or no change. `plateau`: times `plateau_factor`.
double learning_rate_at(const learn::TrainingRecipe& recipe, int step, double plateau_factor);

// Scales all gradients so that their norm together is at most `largest`; returns what it was. 0: no limit.
double clip_gradients(const TorchTensors& parameters, double largest);

class Optimizer {
 public:
  // `decaying`: the names that weight decay applies to.
  Optimizer(const learn::TrainingRecipe& recipe, std::set<std::string> decaying);

  // AdamW with β = 0.9, 0.999 and ε = 1e-8 (Loshchilov and Hutter 2019, algorithm 2, with decay times the
  // learning rate as torch has it), or SGD with Nesterov momentum 0.9 (Sutskever et al. 2013 as torch has it;
  // decay added to the gradient). Parameters without a gradient stay.
  void step(TorchTensors& parameters, double learning_rate);

  // "optimizer.step", "optimizer.first.NAME", "optimizer.second.NAME".
  TorchTensors state() const;
  void set_state(const TorchTensors& state);

 private:
  void adamw(const std::string& name, at::Tensor& value, const at::Tensor& gradient, double rate);
  void sgd(const std::string& name, at::Tensor& value, at::Tensor gradient, double rate);

  learn::TrainingRecipe recipe_;
  std::set<std::string> decaying_;
  std::int64_t steps_ = 0;
  TorchTensors first_, second_;
};

// average ← decay · average + (1 − decay) · value, for floating tensors of one set of names; early in a
// training the decay is (1 + step) / (10 + step), so that fresh weights are soon forgotten.
void move_average(TorchTensors& average, const TorchTensors& values, double decay, int step);

}  // namespace lobule::train
