// Any bytes as model.json; what is read comes back from what is written of it, and its network can be asked
// for weights, shapes and work.

#include <cstddef>
#include <cstdint>

#include "core/error.h"
#include "nn/model_json.h"

namespace {

void ask(const lobule::nn::Graph& graph) {
  using namespace lobule;
  std::vector<Shape> inputs;
  for (const nn::Node& node : graph.nodes) {
    const auto* input = std::get_if<nn::Input>(&node.layer);
    if (input == nullptr) continue;
    inputs.push_back(graph.dimensions == 2 ? Shape{1, input->channels, 64, 64}
                                           : Shape{1, input->channels, 32, 32, 32});
  }
  nn::parameter_count(graph);
  try {
    nn::check_weights(graph, {});
  } catch (const Error&) {
    // It has weights.
  }
  nn::floating_point_operations(graph, inputs);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lobule;
  try {
    const nn::ModelDocument first = nn::model_from_json({reinterpret_cast<const char*>(data), size}, "fuzz");
    const std::string written = nn::model_to_json(first.model, first.weights);
    const nn::ModelDocument second = nn::model_from_json(written, "fuzz");
    if (nn::model_to_json(second.model, second.weights) != written) __builtin_trap();
    ask(first.model.graph);
  } catch (const Error&) {
    // A refusal is a good answer.
  }
  return 0;
}
