#pragma once
// Runs a network as its definition reads, voxel by voxel and in double precision: the law that the fast
// engine and LibTorch are held to. For tiny images only.

#include "nn/graph.h"

namespace lobule::nn::plain {

// The result of every node, in their order. Dropout does nothing; batch normalization takes its running
// statistics.
std::vector<Tensor> run(const Graph& graph, const TensorMap& weights, const std::vector<Tensor>& inputs);

}  // namespace lobule::nn::plain
