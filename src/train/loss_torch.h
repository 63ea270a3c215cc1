#pragma once
// The losses of nn/loss.h on LibTorch tensors, so that gradients follow.

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <vector>

#include "nn/loss.h"
#include "train/network_torch.h"

namespace lobule::train {

// What a sum of losses is computed from.
struct LossInput {
  const nn::Graph& graph;
  std::vector<at::Tensor> outputs;            // in the order of graph.outputs
  std::map<std::string, at::Tensor> targets;  // by name; weight maps among them
  std::vector<at::Tensor> teacher = {};       // the teacher's outputs; of Consistency only
  std::uint64_t step = 0;                     // of Consistency's ramp
};

struct LossValue {
  at::Tensor total;                    // one number, from which gradients flow
  std::map<std::string, double> each;  // by the losses' names, unweighted
};

// `log_variances`: the trained s of learned weights by the loss's name, as `fresh_log_variances` gives them;
// empty without.
LossValue loss_of(const nn::LossSum& sum, const LossInput& input, const TorchTensors& log_variances = {});

// "loss.NAME.log_variance" → 0, for each loss of a sum with learned weights.
TensorMap fresh_log_variances(const nn::LossSum& sum);

// Whether a teacher is needed.
bool has_consistency(const nn::LossSum& sum);

// Softmax over channels; of a single channel its sigmoid.
at::Tensor probabilities(const at::Tensor& logits);

}  // namespace lobule::train
