#pragma once
// Trains the network of a task: the loop, its validation and its checkpoints. No LibTorch types here.

#include <functional>
#include <map>
#include <string>

#include "core/context.h"
#include "learn/task.h"

namespace lobule::train {

// Where a training stands, for whoever watches.
struct TrainingState {
  int step = 0, steps = 0;
  double loss = 0;            // of the last step
  std::string figure;         // the task's headline
  double last = 0, best = 0;  // its mean over the validation cases; NaN: not yet judged
};
using TrainingListener = std::function<void(const TrainingState&)>;

struct TrainingReport {
  int steps = 0;                       // done, those before a resume included
  int best_step = 0;                   // after which the weights in OUT/best were taken
  std::map<std::string, double> best;  // figures of these weights on the validation cases
  bool stopped_early = false;          // patience ran out
  std::string precision, device;       // "bf16", "cpu"
  double seconds = 0;                  // spent in steps in this process; validation not counted
};

// Writes OUT/best and OUT/last (model folders), OUT/log.csv, OUT/training.html and
// OUT/checkpoint.safetensors, from which a killed run goes on: with the same number of threads on the same
// machine to the same weights, bit for bit. Asked to stop (context.cancellation), it writes a checkpoint and
// throws Cancelled. Throws Error for options that do not fit, a checkpoint of another training, and files
// that cannot be written.
TrainingReport train_task(const learn::Task& task, const learn::TrainingOptions& options, Context& context,
                          const TrainingListener& listener = {});

}  // namespace lobule::train
