#pragma once
// What a person may say of a training: the options of `lobule train` and of `lobule-train`.

#include <string>

#include "core/options.h"

namespace lobule::learn {

// How a training goes. Each task has its own.
struct TrainingRecipe {
  std::string optimizer = "adamw";  // or "sgd": with Nesterov momentum of 0.9
  int steps = 1000;
  int batch = 8;
  int accumulate = 1;  // batches added up before the weights change
  double learning_rate = 1e-3;
  double weight_decay = 1e-2;  // of weights of convolutions and linear layers only
  int warm_up_steps = 50;
  std::string schedule = "cosine";  // or "plateau", "constant"
  double clip_gradient = 1.0;       // largest norm of all gradients together; 0: no limit
  double average_decay = 0.995;     // of the moving average of weights that is judged and kept; 0: none
  int validate_every = 200;         // steps
  int patience = 0;                 // validations without gain after which training ends; 0: never
};

struct TrainingOptions {
  std::string output;
  std::string data;  // empty: digital patients
  std::string from;  // a model folder to go on from; empty: fresh weights
  bool resume = false;
  // 0 and "task": as the task's recipe says.
  int steps = 0, batch = 0, validate_every = 0;
  double learning_rate = 0;
  std::string optimizer = "task", schedule = "task", network = "task";
  std::string precision = "auto", device = "auto", weights = "f32";
  int seed = 1;
  int threads = 0;

  void list_options(OptionSet& options);
};

// The recipe with what the options say otherwise. A shorter training warms up for at most a tenth of it.
TrainingRecipe with_options(TrainingRecipe recipe, const TrainingOptions& options);

}  // namespace lobule::learn
