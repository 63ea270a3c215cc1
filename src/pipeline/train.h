#pragma once
// Training, for people: a study becomes samples here, and lobule-train, the program that holds LibTorch,
// learns from them or from digital patients.

#include <string>
#include <vector>

#include "core/context.h"
#include "learn/training_options.h"

namespace lobule::pipeline {

struct TrainOutcome {
  int exit_code = 0;  // of lobule-train
  Findings findings;  // of a study's preparation
};

// What can be learned: the names of all tasks.
std::vector<std::string> trainable_tasks();

// Prepares `options.data` below the output folder where one is given, and runs lobule-train in this terminal.
// Throws Error for an unknown task, without an output folder, and where lobule-train is not to be found.
TrainOutcome train(const std::string& task, const learn::TrainingOptions& options, Context& context);

}  // namespace lobule::pipeline
