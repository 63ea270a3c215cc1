#pragma once
// Gradients held against differences, in double precision.

#include "core/tensor.h"
#include "nn/graph.h"
#include "nn/loss.h"

namespace lobule::train {

// The largest difference between the gradient of a weighted sum of all outputs and its central differences,
// over some numbers of every parameter, divided by the largest gradient.
double gradient_error_of_network(const nn::Graph& graph, const std::vector<Tensor>& inputs);

// The value of a loss of one output "out" with the target "target" (and the weight map "weights" where the
// loss has one), and the same error for its gradient by the output.
struct LossCheck {
  double value = 0, gradient_error = 0;
};
LossCheck check_loss(const nn::LossKind& kind, const Tensor& output, const TensorMap& targets,
                     bool weight_map = false);

// The gradient of the trained log variance of a loss with learned weights, and its closed form.
std::pair<double, double> log_variance_gradient(const nn::LossKind& kind, const Tensor& output,
                                                const TensorMap& targets, double log_variance);

}  // namespace lobule::train
