#include "train/network_torch.h"

#include <ATen/Parallel.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <limits>

#include "core/random.h"
#include "train/normalization_torch.h"
#include "train/torch_network.h"
#include "train/transposed_convolution_torch.h"

namespace lobule::train {
namespace {

using IntList = std::vector<std::int64_t>;

// Whether this normalization is one step of ours, which may do the activation behind it in passing.
bool is_one_step(const nn::Graph& graph, const nn::Node& node, const at::Tensor& x,
                 const ForwardOptions& options) {
  const auto* layer = std::get_if<nn::Normalization>(&node.layer);
  if (layer == nullptr || !can_normalize(x) || graph.dimensions + 2 != x.dim()) return false;
  return layer->kind == nn::NormalizationKind::instance ||
         (layer->kind == nn::NormalizationKind::batch && options.training);
}

struct RunLayer {
  const nn::Graph& graph;
  const nn::Node& node;
  const TorchTensors& parameters;
  const std::vector<at::Tensor>& inputs;
  const ForwardOptions& options;
  double slope = 1;  // of an activation that a normalization does in passing; 1: none

  const at::Tensor& x() const { return inputs[0]; }
  bool flat() const { return graph.dimensions == 2; }
  bool reduced() const { return options.compute != at::kFloat; }

  at::Tensor parameter(const char* word) const { return parameters.at(nn::weights_name(node) + "." + word); }
  // Undefined where there is none.
  at::Tensor bias(bool has_it) const {
    if (!has_it) return {};
    return reduced() ? parameter("bias").to(options.compute) : parameter("bias");
  }
  at::Tensor weight_for_products() const {
    const at::Tensor weight = parameter("weight");
    return reduced() ? weight.to(options.compute) : weight;
  }
  at::Tensor input_for_products() const { return reduced() ? x().to(options.compute) : x(); }
  // For operations that LibTorch lacks in short types.
  at::Tensor in_full(const at::Tensor& tensor) const { return reduced() ? tensor.to(at::kFloat) : tensor; }
  at::Tensor back(const at::Tensor& tensor, const at::Tensor& like) const {
    return reduced() ? tensor.to(like.scalar_type()) : tensor;
  }

  IntList extent(const nn::Extent& extent) const {
    return flat() ? IntList{extent[1], extent[2]} : IntList{extent[0], extent[1], extent[2]};
  }
  IntList enlarged(const nn::Extent& factor) const {
    IntList size = extent(factor);
    for (std::size_t axis = 0; axis < size.size(); ++axis)
      size[axis] *= x().size(static_cast<std::int64_t>(axis) + 2);
    return size;
  }

  at::Tensor operator()(const nn::Input&) const { return x(); }
  at::Tensor operator()(const nn::Convolution& layer) const {
    if (layer.transposed)
      return transposed_convolution(input_for_products(), weight_for_products(), bias(layer.bias),
                                    {extent(layer.stride), extent(layer.padding), extent(layer.dilation),
                                     extent(layer.output_padding), layer.groups});
    const IntList no_output_padding(static_cast<std::size_t>(graph.dimensions), 0);
    return at::convolution(input_for_products(), weight_for_products(), bias(layer.bias),
                           extent(layer.stride), extent(layer.padding), extent(layer.dilation), false,
                           no_output_padding, layer.groups);
  }
  at::Tensor operator()(const nn::Normalization& layer) const {
    const auto word = [&](const char* name) { return layer.affine ? parameter(name) : at::Tensor(); };
    constexpr double kMomentum = 0.1;  // of torch and torchvision
    if (is_one_step(graph, node, x(), options)) {
      NormalizationStep step{word("weight"), word("bias"), layer.epsilon, slope};
      step.over_batch = layer.kind == nn::NormalizationKind::batch;
      if (step.over_batch) {
        step.running_mean = parameter("running_mean");
        step.running_var = parameter("running_var");
        step.momentum = kMomentum;
      }
      return normalize(x(), step);
    }
    switch (layer.kind) {
      case nn::NormalizationKind::instance:
        return back(at::instance_norm(in_full(x()), word("weight"), word("bias"), {}, {}, true, kMomentum,
                                      layer.epsilon, true),
                    x());
      case nn::NormalizationKind::group:
        return back(at::group_norm(in_full(x()), layer.groups, word("weight"), word("bias"), layer.epsilon),
                    x());
      case nn::NormalizationKind::batch:
        return back(
            at::batch_norm(in_full(x()), word("weight"), word("bias"), parameter("running_mean"),
                           parameter("running_var"), options.training, kMomentum, layer.epsilon, true),
            x());
    }
    return {};
  }
  at::Tensor operator()(const nn::Activation& layer) const {
    switch (layer.kind) {
      case nn::ActivationKind::relu: return at::relu(x());
      case nn::ActivationKind::leaky_relu: return at::leaky_relu(x(), layer.slope);
      case nn::ActivationKind::prelu: return back(at::prelu(in_full(x()), parameter("weight")), x());
      case nn::ActivationKind::elu: return at::elu(x(), layer.slope);
      case nn::ActivationKind::silu: return at::silu(x());
      case nn::ActivationKind::gelu: return at::gelu(x());
      case nn::ActivationKind::sigmoid: return at::sigmoid(x());
      case nn::ActivationKind::tanh: return at::tanh(x());
    }
    return {};
  }
  at::Tensor operator()(const nn::Pool& layer) const {
    const IntList kernel = extent(layer.kernel), stride = extent(layer.stride),
                  padding = extent(layer.padding);
    if (layer.maximum) {
      const IntList dilation(kernel.size(), 1);
      if (flat()) return at::max_pool2d(x(), kernel, stride, padding, dilation, layer.ceil);
      return back(at::max_pool3d(in_full(x()), kernel, stride, padding, dilation, layer.ceil), x());
    }
    const at::Tensor full = in_full(x());
    return back(flat() ? at::avg_pool2d(full, kernel, stride, padding, layer.ceil)
                       : at::avg_pool3d(full, kernel, stride, padding, layer.ceil),
                x());
  }
  at::Tensor operator()(const nn::GlobalAveragePool&) const {
    const IntList axes = flat() ? IntList{2, 3} : IntList{2, 3, 4};
    return back(in_full(x()).mean(axes, true), x());
  }
  at::Tensor operator()(const nn::Upsample& layer) const {
    const at::Tensor full = in_full(x());
    const IntList size = enlarged(layer.factor);
    if (layer.linear)
      return back(
          flat() ? at::upsample_bilinear2d(full, size, false) : at::upsample_trilinear3d(full, size, false),
          x());
    return back(flat() ? at::upsample_nearest2d(full, size) : at::upsample_nearest3d(full, size), x());
  }
  at::Tensor operator()(const nn::Linear& layer) const {
    const at::Tensor flat_input = input_for_products().flatten(1);
    at::Tensor result = at::linear(flat_input, weight_for_products(), bias(layer.bias));
    IntList shape{result.size(0), result.size(1)};
    shape.resize(static_cast<std::size_t>(graph.dimensions) + 2, 1);
    return result.reshape(shape);
  }
  at::Tensor operator()(const nn::Add&) const {
    at::Tensor sum = inputs[0] + inputs[1];
    for (std::size_t i = 2; i < inputs.size(); ++i) sum = sum + inputs[i];
    return sum;
  }
  at::Tensor operator()(const nn::Multiply&) const { return inputs[0] * inputs[1]; }
  at::Tensor operator()(const nn::Concatenate&) const { return at::cat(inputs, 1); }
  at::Tensor operator()(const nn::Softmax&) const { return at::softmax(x(), 1); }
  at::Tensor operator()(const nn::Dropout& layer) const {
    if (!options.training || layer.share <= 0) return x();
    const RandomStream random(options.seed, "dropout " + node.name);
    const std::int64_t channels = x().size(1), count = x().size(0) * channels;
    Tensor keep({x().size(0), channels});
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint64_t draw = (options.step << 24) + static_cast<std::uint64_t>(i);
      keep.values[static_cast<std::size_t>(i)] =
          random.uniform(draw) < layer.share ? 0.0F : static_cast<float>(1 / (1 - layer.share));
    }
    IntList shape{x().size(0), channels};
    shape.resize(static_cast<std::size_t>(graph.dimensions) + 2, 1);
    return x() * to_torch(keep).reshape(shape).to(x().device(), x().scalar_type());
  }
};

// Who reads each node's result.
struct Readers {
  explicit Readers(const nn::Graph& graph) : last(graph.nodes.size(), 0), count(graph.nodes.size(), 0) {
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
      for (const int input : graph.nodes[n].inputs) {
        last[static_cast<std::size_t>(input)] = n;
        ++count[static_cast<std::size_t>(input)];
      }
    // Outputs are read at the end.
    for (const nn::Output& output : graph.outputs) {
      last[static_cast<std::size_t>(output.node)] = graph.nodes.size();
      ++count[static_cast<std::size_t>(output.node)];
    }
  }

  // The ReLU, leaky or not, that alone reads node n, or nothing.
  const nn::Activation* only_relu(const nn::Graph& graph, std::size_t n) const {
    if (count[n] != 1 || last[n] == graph.nodes.size()) return nullptr;
    const auto* layer = std::get_if<nn::Activation>(&graph.nodes[last[n]].layer);
    if (layer == nullptr) return nullptr;
    return layer->kind == nn::ActivationKind::relu || layer->kind == nn::ActivationKind::leaky_relu ? layer
                                                                                                    : nullptr;
  }

  std::vector<std::size_t> last;
  std::vector<int> count;
};

}  // namespace

at::Tensor to_torch(const Tensor& tensor, at::ScalarType type) {
  at::Tensor result = at::empty(tensor.shape, at::TensorOptions().dtype(at::kFloat));
  std::copy(tensor.values.begin(), tensor.values.end(), result.data_ptr<float>());
  return type == at::kFloat ? result : result.to(type);
}

Tensor from_torch(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  const float* values = plain.data_ptr<float>();
  return {plain.sizes().vec(), std::vector<float>(values, values + plain.numel())};
}

TorchTensors to_torch(const TensorMap& tensors, at::ScalarType type) {
  TorchTensors result;
  for (const auto& [name, tensor] : tensors) result.emplace(name, to_torch(tensor, type));
  return result;
}

TensorMap from_torch(const TorchTensors& tensors) {
  TensorMap result;
  for (const auto& [name, tensor] : tensors) result.emplace(name, from_torch(tensor));
  return result;
}

at::Tensor channels_last(const at::Tensor& tensor) {
  if (tensor.dim() == 4) return tensor.contiguous(at::MemoryFormat::ChannelsLast);
  if (tensor.dim() == 5) return tensor.contiguous(at::MemoryFormat::ChannelsLast3d);
  return tensor;
}

std::vector<at::Tensor> forward(const nn::Graph& graph, const TorchTensors& parameters,
                                const std::vector<at::Tensor>& inputs, const ForwardOptions& options) {
  const Readers readers(graph);
  std::vector<at::Tensor> results(graph.nodes.size());
  std::size_t next_input = 0;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (results[n].defined()) continue;  // an activation that was done in passing
    const nn::Node& node = graph.nodes[n];
    std::vector<at::Tensor> of_node;
    if (std::holds_alternative<nn::Input>(node.layer)) of_node.push_back(inputs.at(next_input++));
    for (const int input : node.inputs) {
      at::Tensor& from = results[static_cast<std::size_t>(input)];
      of_node.push_back(from);
      if (readers.last[static_cast<std::size_t>(input)] == n) from = at::Tensor();
    }
    RunLayer run{graph, node, parameters, of_node, options};
    std::size_t to = n;
    if (const nn::Activation* relu = readers.only_relu(graph, n);
        relu != nullptr && is_one_step(graph, node, of_node[0], options)) {
      run.slope = relu->kind == nn::ActivationKind::relu ? 0 : relu->slope;
      to = readers.last[n];
    }
    results[to] = std::visit(run, node.layer);
  }
  std::vector<at::Tensor> outputs;
  for (const nn::Output& output : graph.outputs) {
    const at::Tensor& result = results[static_cast<std::size_t>(output.node)];
    outputs.push_back(options.compute == at::kFloat ? result : result.to(at::kFloat));
  }
  return outputs;
}

void set_torch_threads(int threads) {
  at::set_num_threads(threads);
}

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

struct TorchNetwork::State {
  nn::Graph graph;
  TorchTensors weights;
  TorchNetworkOptions options;

  std::vector<at::Tensor> enter(const std::vector<Tensor>& inputs) const {
    std::vector<Shape> shapes;
    std::vector<at::Tensor> entered;
    for (const Tensor& input : inputs) {
      shapes.push_back(input.shape);
      entered.push_back(options.channels_last ? channels_last(to_torch(input)) : to_torch(input));
    }
    nn::infer_shapes(graph, shapes);
    return entered;
  }
  std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) const {
    const at::NoGradGuard no_gradients;
    ForwardOptions forward_options;
    if (options.bfloat16) forward_options.compute = at::kBFloat16;
    return forward(graph, weights, inputs, forward_options);
  }
};

TorchNetwork::TorchNetwork(nn::Graph graph, const TensorMap& weights, TorchNetworkOptions options)
    : state_(std::make_unique<State>()) {
  nn::check(graph);
  nn::check_weights(graph, weights);
  state_->weights = to_torch(weights);
  if (options.channels_last) {
    for (auto& [name, tensor] : state_->weights) tensor = channels_last(tensor);
  }
  state_->graph = std::move(graph);
  state_->options = options;
}

TorchNetwork::~TorchNetwork() = default;
TorchNetwork::TorchNetwork(TorchNetwork&&) noexcept = default;
TorchNetwork& TorchNetwork::operator=(TorchNetwork&&) noexcept = default;

std::vector<Tensor> TorchNetwork::run(const std::vector<Tensor>& inputs) const {
  std::vector<Tensor> outputs;
  for (const at::Tensor& output : state_->run(state_->enter(inputs))) outputs.push_back(from_torch(output));
  return outputs;
}

}  // namespace lobule::train
