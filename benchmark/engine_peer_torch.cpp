// lobule_engine_peer NETWORK WEIGHTS OUTPUT REPEATS: runs a network of engine_network.h on LibTorch, with the
// weights and the image ("input") of a safetensors file; writes the result ("output") and prints the seconds
// of each run as JSON. A program by itself, so that neither lobule nor its benchmark links LibTorch.

#include <malloc.h>
#include <torch/torch.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "engine_network.h"
#include "io/safetensors.h"

namespace {

using lobule::TensorMap;
using namespace lobule::nn;

torch::Tensor to_torch(const lobule::Tensor& tensor) {
  return torch::from_blob(const_cast<float*>(tensor.values.data()), tensor.shape, torch::kFloat32).clone();
}

struct Runner {
  const Graph& graph;
  std::map<std::string, torch::Tensor> weights;
  std::vector<torch::Tensor> results;

  torch::Tensor weight(const Node& node, const char* word) const {
    const auto found = weights.find(weights_name(node) + "." + word);
    return found == weights.end() ? torch::Tensor() : found->second;
  }
  std::vector<int64_t> axes(const Extent& extent) const {
    return {extent.begin() + (3 - graph.dimensions), extent.end()};
  }

  torch::Tensor layer(const Node& node, const Convolution& layer, const torch::Tensor& x) const {
    return torch::convolution(x, weight(node, "weight"), layer.bias ? weight(node, "bias") : torch::Tensor(),
                              axes(layer.stride), axes(layer.padding), axes(layer.dilation), layer.transposed,
                              axes(layer.output_padding), layer.groups);
  }
  torch::Tensor layer(const Node& node, const Normalization& layer, const torch::Tensor& x) const {
    return torch::instance_norm(x, weight(node, "weight"), weight(node, "bias"), {}, {}, true, 0,
                                layer.epsilon, false);
  }
  torch::Tensor layer(const Node&, const Activation& layer, const torch::Tensor& x) const {
    return torch::leaky_relu(x, layer.slope);
  }
  torch::Tensor layer(const Node&, const Pool& layer, const torch::Tensor& x) const {
    return graph.dimensions == 3 ? torch::max_pool3d(x, axes(layer.kernel), axes(layer.stride))
                                 : torch::max_pool2d(x, axes(layer.kernel), axes(layer.stride));
  }
  torch::Tensor layer(const Node& node, const Concatenate&, const torch::Tensor&) const {
    std::vector<torch::Tensor> parts;
    for (const int input : node.inputs) parts.push_back(results[static_cast<std::size_t>(input)]);
    return torch::cat(parts, 1);
  }
  template <class Other>
  torch::Tensor layer(const Node& node, const Other&, const torch::Tensor&) const {
    throw lobule::Error("layer " + node.name, "the benchmark's networks have none of this kind");
  }

  torch::Tensor run(const torch::Tensor& image) {
    // What nobody reads any more is freed, as it is in a module's forward function.
    std::vector<std::size_t> last(graph.nodes.size(), 0);
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
      for (const int input : graph.nodes[n].inputs) last[static_cast<std::size_t>(input)] = n;
    results.assign(graph.nodes.size(), {});
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      const Node& node = graph.nodes[n];
      if (std::holds_alternative<Input>(node.layer)) {
        results[n] = image;
        continue;
      }
      const torch::Tensor x = results[static_cast<std::size_t>(node.inputs[0])];
      results[n] = std::visit([&](const auto& kind) { return layer(node, kind, x); }, node.layer);
      for (const int input : node.inputs)
        if (last[static_cast<std::size_t>(input)] == n) results[static_cast<std::size_t>(input)].reset();
    }
    return results.back();
  }
};

// Which BLAS multiplies its matrices: Debian's own is several times slower than OpenBLAS.
bool has_openblas() {
  std::ifstream maps("/proc/self/maps");
  const std::string text{std::istreambuf_iterator<char>(maps), {}};
  return text.find("openblas") != std::string::npos;
}

int run_network(char** argv) {
  // Memory that was given back stays with the program: page faults are no measure of LibTorch.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  torch::set_num_threads(2);
  const torch::NoGradGuard no_gradients;
  const lobule::benchmark::EngineCase what = lobule::benchmark::engine_case(argv[1]);
  const TensorMap tensors = lobule::io::read_safetensors(argv[2]);
  Runner runner{what.graph, {}, {}};
  for (const auto& [name, tensor] : tensors) runner.weights.emplace(name, to_torch(tensor));
  const torch::Tensor image = to_torch(tensors.at("input"));
  torch::Tensor output = runner.run(image);
  nlohmann::ordered_json seconds = nlohmann::ordered_json::array(), cpu_seconds = seconds;
  for (int repeat = 0; repeat < std::atoi(argv[4]); ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu_start = std::clock();
    output = runner.run(image);
    cpu_seconds.push_back(static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  output = output.contiguous();
  lobule::Tensor result({output.sizes().begin(), output.sizes().end()});
  std::copy(output.data_ptr<float>(), output.data_ptr<float>() + output.numel(), result.values.begin());
  lobule::io::write_safetensors(argv[3], {{"output", result}});
  const nlohmann::ordered_json result_line = {
      {"seconds", seconds}, {"cpu_seconds", cpu_seconds}, {"openblas", has_openblas()}};
  std::printf("%s\n", result_line.dump().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: lobule_engine_peer NETWORK WEIGHTS OUTPUT REPEATS\n");
    return 2;
  }
  try {
    return run_network(argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
