#pragma once
// Runs a network on the processor, as fast as it can: the interpreter of graphs that results are made with.
//
// A graph is lowered once (batch normalization folded into the convolution before it, activations joined to
// what they follow, concatenations turned into places that their parts are written to), planned once for each
// shape of input (every intermediate image has its place in one block of memory), and then run any number of
// times. Images lie in blocks of 16 channels (8 without AVX-512), [channel / 16][z][y][x][channel % 16], from
// the first layer to the last. docs/methods/engine.md says how and why.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "nn/graph.h"

namespace lobule::nn {

// What numbers images and weights are stored as between layers; sums are always made in 32 bits.
enum class Precision { f32, bf16 };

// The memory that intermediate images lie in while an engine runs. Engines that run one after the other, as
// those of an ensemble do, may share it; they take turns.
class EngineMemory;
std::shared_ptr<EngineMemory> make_engine_memory();

struct EngineOptions {
  Precision precision = Precision::f32;
  std::shared_ptr<EngineMemory> memory = {};  // none: its own
};

// Whether this processor multiplies bf16 by itself (AVX-512 BF16 or AMX).
bool has_bf16();

// Whether it has matrix units for bf16 (AMX), which make it several times as fast as f32.
bool has_bf16_matrix_units();

// How long each step of the last run took, for benchmarks and for whoever asks what limits a network.
struct StepTime {
  std::string name;  // of the layers that the step computes: "enc0.conv1 + enc0.norm1 + enc0.relu1"
  std::string how;   // the kernel: "winograd 4×4", "jit:avx512_core", "vector"
  double seconds = 0;
  double floating_point_operations = 0;  // as floating_point_operations() counts them
};

class Engine {
 public:
  // Copies what it needs of the weights. Throws Error where the graph is malformed, weights are missing or
  // of other shapes, or bf16 is asked of a processor without it (has_bf16).
  Engine(const Graph& graph, const TensorMap& weights, const EngineOptions& options = {});
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  const Graph& graph() const;

  // The results of graph.outputs, in their order, for one image for each Input, in theirs. The first run of a
  // shape plans. Samples of a batch run one after the other. The same bytes for any number of threads. Calls
  // from several threads take turns. Throws Error where shapes do not fit.
  std::vector<Tensor> run(const std::vector<Tensor>& inputs) const;

  // The same into `outputs`, whose memory is used again where it has the size.
  void run(const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs) const;

  // Bytes that the engine holds while it runs inputs of these shapes: intermediate images, working space and
  // its copies of the weights; not the inputs and outputs themselves.
  std::size_t memory_bytes(const std::vector<Shape>& inputs) const;

  // Of these, those that engines of the same EngineOptions::memory hold once and not each, and which memory
  // that is.
  std::size_t shared_bytes(const std::vector<Shape>& inputs) const;
  const EngineMemory* memory() const;

  // Of the last run, in the order of the steps.
  std::vector<StepTime> step_times() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lobule::nn
