#pragma once
// Everything that a training is, in one file that is written whole or not at all.

#include <filesystem>
#include <optional>

#include "core/tensor.h"
#include "train/history.h"

namespace lobule::train {

struct Checkpoint {
  std::string training;  // what the training is: task, recipe and seed, in words; another one cannot go on
  int step = 0;
  TensorMap weights, average, best;  // by the network's names; average and best may be empty
  TensorMap optimizer;
  TensorMap log_variances;  // of losses with learned weights
  int best_step = 0;
  std::map<std::string, double> best_figures;
  double plateau_factor = 1;
  int validations_without_gain = 0;
  History history;
};

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

// Nothing where there is no such file. Throws Error for one that is damaged.
std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& path);

}  // namespace lobule::train
