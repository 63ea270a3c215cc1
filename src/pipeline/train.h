#pragma once
// Training, for people: a study becomes samples here, and lobule-train, the program that holds LibTorch,
// learns from them or from digital patients.

#include <optional>
#include <string>
#include <vector>

#include "core/context.h"
#include "learn/training_options.h"
#include "nn/model.h"

namespace lobule::pipeline {

struct TrainOutcome {
  int exit_code = 0;                  // of lobule-train
  Findings findings;                  // of a study's preparation, and of what could not be judged afterwards
  std::optional<nn::Bf16Check> bf16;  // of OUT/best, where this processor multiplies bf16
};

// What can be learned: the names of all tasks.
std::vector<std::string> trainable_tasks();

// Prepares `options.data` below the output folder where one is given, runs lobule-train in this terminal, and
// states in OUT/best what bf16 changes of its headline figure (pipeline/precision.h).
// Throws Error for an unknown task, without an output folder, and where lobule-train is not to be found.
TrainOutcome train(const std::string& task, const learn::TrainingOptions& options, Context& context);

}  // namespace lobule::pipeline
