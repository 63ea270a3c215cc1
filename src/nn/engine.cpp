#include "nn/engine.h"

#include <omp.h>

#include <map>
#include <mutex>

#include "core/error.h"
#include "core/parallel.h"
#include "nn/engine_memory.h"
#include "nn/engine_plan.h"

namespace lobule::nn {
namespace {

// OpenMP runs as many threads as our own loops, for as long as this lives; one inside such a loop.
class Threads {
 public:
  Threads() : before_(omp_get_max_threads()) {
    omp_set_num_threads(inside_parallel_loop() ? 1 : thread_count());
  }
  ~Threads() { omp_set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

const Kernels& choose_kernels(Precision precision) {
  const bool bf16 = precision == Precision::bf16;
  switch (vector_width()) {
    case VectorWidth::avx512: return kernels_avx512(bf16);
    case VectorWidth::avx2: return kernels_avx2(bf16);
    case VectorWidth::any: break;
  }
  return kernels_any(bf16);
}

// A few shapes are enough for windows, and for the rows of a batch of images of several sizes.
constexpr std::size_t kMostPlans = 8;

}  // namespace

class EngineMemory {
 public:
  std::mutex mutex;  // held while an engine runs
  Arena arena;
};

std::shared_ptr<EngineMemory> make_engine_memory() {
  return std::make_shared<EngineMemory>();
}

struct Engine::Impl {
  Graph graph;
  EngineOptions options;
  const Kernels& kernels;
  Lowered lowered;
  std::vector<std::unique_ptr<StepWeights>> weights;
  std::mutex mutex;
  std::shared_ptr<EngineMemory> memory;
  std::map<std::vector<Shape>, std::unique_ptr<Plan>> plans;
  std::vector<StepTime> times;

  Impl(const Graph& g, const TensorMap& tensors, const EngineOptions& o)
      : graph(g),
        options(o),
        kernels(choose_kernels(o.precision)),
        lowered(lower(graph, kernels.block)),
        weights(prepare_weights(graph, lowered, tensors, kernels.block)),
        memory(o.memory ? o.memory : make_engine_memory()) {}

  const Plan& plan(const std::vector<Shape>& shapes) {
    std::vector<Shape> samples = shapes;
    for (Shape& shape : samples)
      if (!shape.empty()) shape[0] = shape[0] > 0 ? 1 : shape[0];
    const auto found = plans.find(samples);
    if (found != plans.end()) return *found->second;
    auto made =
        std::make_unique<Plan>(EngineParts{graph, lowered, weights, kernels, options.precision}, samples);
    if (plans.size() == kMostPlans) plans.clear();
    return *plans.emplace(samples, std::move(made)).first->second;
  }
};

Engine::Engine(const Graph& graph, const TensorMap& weights, const EngineOptions& options) {
  check(graph);
  check_weights(graph, weights);
  if (options.precision == Precision::bf16 && !has_bf16())
    throw Error("network", "bf16 is asked for, and this processor does not multiply it", "", "Use f32");
  const Threads threads;
  impl_ = std::make_unique<Impl>(graph, weights, options);
}

Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

const Graph& Engine::graph() const {
  return impl_->graph;
}

std::vector<Tensor> Engine::run(const std::vector<Tensor>& inputs) const {
  std::vector<Tensor> outputs;
  run(inputs, outputs);
  return outputs;
}

void Engine::run(const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs) const {
  std::vector<Shape> shapes;
  for (const Tensor& input : inputs) shapes.push_back(input.shape);
  const std::vector<Shape> results = infer_shapes(impl_->graph, shapes);
  const std::lock_guard lock(impl_->mutex);
  const Threads threads;
  const Plan& plan = impl_->plan(shapes);
  const std::lock_guard memory_lock(impl_->memory->mutex);
  Arena& arena = impl_->memory->arena;
  arena.reserve(plan.arena_bytes(omp_get_max_threads()));
  outputs.resize(impl_->graph.outputs.size());
  std::int64_t batch = 1;
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const Shape& shape = results[static_cast<std::size_t>(impl_->graph.outputs[o].node)];
    outputs[o].shape = shape;
    outputs[o].values.resize(value_count(shape));
    batch = std::max(batch, shape[0]);
  }
  std::vector<double> seconds;
  for (std::int64_t sample = 0; sample < batch; ++sample) {
    // An image with one sample serves them all.
    const auto start = [&](const Tensor& tensor) {
      const auto samples = static_cast<std::size_t>(tensor.shape[0]);
      return tensor.values.size() / samples * (samples == 1 ? 0 : static_cast<std::size_t>(sample));
    };
    std::vector<const float*> from;
    std::vector<float*> to;
    for (const Tensor& input : inputs) from.push_back(input.values.data() + start(input));
    for (Tensor& output : outputs) to.push_back(output.values.data() + start(output));
    plan.run(from, to, arena.data(), seconds);
  }
  impl_->times = plan.steps();
  for (std::size_t s = 0; s < seconds.size(); ++s) {
    impl_->times[s].seconds = seconds[s];
    impl_->times[s].floating_point_operations *= static_cast<double>(batch);
  }
}

std::size_t Engine::memory_bytes(const std::vector<Shape>& inputs) const {
  std::size_t bytes = shared_bytes(inputs);
  for (const auto& weights : impl_->weights) bytes += weights->bytes();
  return bytes;
}

std::size_t Engine::shared_bytes(const std::vector<Shape>& inputs) const {
  infer_shapes(impl_->graph, inputs);
  const std::lock_guard lock(impl_->mutex);
  const Threads threads;
  return impl_->plan(inputs).arena_bytes(omp_get_max_threads());
}

const EngineMemory* Engine::memory() const {
  return impl_->memory.get();
}

std::vector<StepTime> Engine::step_times() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->times;
}

}  // namespace lobule::nn
