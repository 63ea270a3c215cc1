#pragma once
// Runs a network on LibTorch, for users who want no LibTorch types: the reference that the fast engine is
// held to, and its peer in benchmarks. Training uses network_torch.h, which this wraps.

#include <memory>
#include <vector>

#include "nn/graph.h"

namespace lobule::train {

// How many threads LibTorch's operations use, in the whole process (it starts with one on some systems).
void set_torch_threads(int threads);

// Memory that was freed stays with the process for the tensors of the next step. Else the system takes it
// back and gives it page by page, cleared, which may cost more than what is computed in it. For programs that
// train.
void keep_freed_memory();

struct TorchNetworkOptions {
  bool bfloat16 = false;       // convolutions and what lies between them in bf16
  bool channels_last = false;  // layout of images in memory: faster convolutions on most processors
};

class TorchNetwork {
 public:
  // Throws Error unless the weights fit the graph.
  TorchNetwork(nn::Graph graph, const TensorMap& weights, TorchNetworkOptions options = {});
  ~TorchNetwork();
  TorchNetwork(TorchNetwork&&) noexcept;
  TorchNetwork& operator=(TorchNetwork&&) noexcept;

  // The outputs in the order of graph.outputs, as a trained network gives them. Throws Error where an input's
  // shape does not fit.
  std::vector<Tensor> run(const std::vector<Tensor>& inputs) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lobule::train
