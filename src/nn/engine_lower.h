#pragma once
// A graph as the steps that the engine takes: what folds into one step, which images share a place, and which
// are written straight into a concatenation. Shapes play no part in it.

#include <string>
#include <vector>

#include "nn/graph.h"

namespace lobule::nn {

enum class StepKind {
  enter,  // an input, into blocks
  convolution,
  normalize,
  activate,
  pool,
  global_average,
  upsample,
  add,
  multiply,
  place,  // a part into its concatenation, where it was not written there at once
  softmax
};

struct Step {
  StepKind kind = StepKind::enter;
  int node = 0;              // whose layer it computes
  std::vector<int> inputs;   // values
  int output = 0;            // value
  int batch_norm = -1;       // node that folds into a convolution's weights
  int activation = -1;       // node that is applied on the way out
  bool drops_bias = false;   // an instance normalization follows, which takes any constant away
  bool plain_input = false;  // a convolution that reads the input as it is given
  int first_channel = 0;     // of place
  std::string name{};        // of the layers in it
};

// An image between steps. Several nodes may share one: what works in place, and what does nothing.
struct StepImage {
  int node = 0;  // a node with its shape
  int channels = 0;
  int input = -1;         // which of the graph's inputs, as given
  int parent = -1;        // the concatenation that it is a part of
  int first_channel = 0;  // there
  bool keeps = false;     // a part has further readers: nothing may overwrite it
};

struct Lowered {
  std::vector<Step> steps;
  std::vector<StepImage> values;
  std::vector<int> outputs;  // values of the graph's outputs
};

// `block`: channels of a block; a part of a concatenation lies there if it begins at a block.
Lowered lower(const Graph& graph, int block);

}  // namespace lobule::nn
