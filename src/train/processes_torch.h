#pragma once
// Training in several processes at once, on one machine or many: each learns from its share of every batch,
// and gradients are averaged between them (c10d with gloo).

#include <memory>

#include "train/network_torch.h"

namespace lobule::train {

class Processes {
 public:
  // From the environment: RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT as torchrun sets them, else
  // SLURM_PROCID and SLURM_NTASKS as `srun` does (with MASTER_ADDR and MASTER_PORT, or the first node of the
  // job). Without them one process. Throws Error when the others cannot be reached.
  static Processes from_environment();

  int rank() const { return rank_; }
  int count() const { return count_; }

  // Replaces each gradient by its mean over the processes.
  void average_gradients(const TorchTensors& parameters) const;
  // Gives every process the values that the first one has.
  void share_from_first(TorchTensors& tensors) const;
  // Waits until all have come here.
  void wait() const;

  ~Processes();
  Processes(Processes&&) noexcept;
  Processes& operator=(Processes&&) noexcept;

 private:
  Processes();
  struct Group;
  std::unique_ptr<Group> group_;  // null in a single process
  int rank_ = 0, count_ = 1;
};

}  // namespace lobule::train
