#include "nn/engine_lower.h"

namespace lobule::nn {
namespace {

std::size_t index(int i) {
  return static_cast<std::size_t>(i);
}

// oneDNN's first convolutions read up to three channels as they are given.
constexpr int kMostPlainChannels = 3;

class Lowering {
 public:
  Lowering(const Graph& graph, int block) : graph_(graph), block_(block) {
    origin_.resize(graph.nodes.size());
    uses_.resize(graph.nodes.size());
    channels_.resize(graph.nodes.size());
    value_of_.assign(graph.nodes.size(), -1);
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      const Node& node = graph.nodes[n];
      origin_[n] = static_cast<int>(n);
      if (std::holds_alternative<Dropout>(node.layer)) {
        origin_[n] = origin_[index(node.inputs[0])];
      } else {
        for (const int input : node.inputs) ++uses_[index(origin_[index(input)])];
      }
      channels_[n] = channels_of(node);
    }
    for (const Output& output : graph.outputs) ++uses_[index(origin_[index(output.node)])];
  }

  Lowered run() {
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      node_ = static_cast<int>(n);
      std::visit([&](const auto& layer) { put(layer); }, graph_.nodes[n].layer);
    }
    for (const Output& output : graph_.outputs)
      result_.outputs.push_back(value_of_[index(origin_[index(output.node)])]);
    return std::move(result_);
  }

 private:
  int channels_of(const Node& node) const {
    if (const auto* input = std::get_if<Input>(&node.layer)) return input->channels;
    if (const auto* convolution = std::get_if<Convolution>(&node.layer)) return convolution->out_channels;
    if (const auto* linear = std::get_if<Linear>(&node.layer)) return linear->out_channels;
    if (!std::holds_alternative<Concatenate>(node.layer)) return channels_[index(node.inputs[0])];
    int sum = 0;
    for (const int input : node.inputs) sum += channels_[index(input)];
    return sum;
  }

  const Node& node() const { return graph_.nodes[index(node_)]; }
  int source(std::size_t input = 0) const { return origin_[index(node().inputs[input])]; }
  int value_of_source(std::size_t input = 0) const { return value_of_[index(source(input))]; }
  bool read_once(int origin) const { return uses_[index(origin)] == 1; }

  int new_value() {
    result_.values.push_back({node_, channels_[index(node_)]});
    return static_cast<int>(result_.values.size()) - 1;
  }

  // The input's value in blocks; the first who asks lets it enter.
  int blocked(int value) {
    const int input = result_.values[index(value)].input;
    if (input < 0) return value;
    if (entered_.size() <= index(input)) entered_.resize(index(input) + 1, -1);
    int& entered = entered_[index(input)];
    if (entered < 0) {
      const int node = result_.values[index(value)].node;
      entered = static_cast<int>(result_.values.size());
      result_.values.push_back({node, channels_[index(node)]});
      result_.steps.push_back({StepKind::enter, node, {value}, entered});
      result_.steps.back().name = graph_.nodes[index(node)].name;
    }
    return entered;
  }

  // Whether a step may overwrite the node's value.
  bool may_overwrite(int origin) const {
    const StepImage& value = result_.values[index(value_of_[index(origin)])];
    return read_once(origin) && value.input < 0 && !value.keeps;
  }

  // The last step that wrote a value, if it is of a kind that takes more upon itself.
  Step* writer(int value) {
    for (auto step = result_.steps.rbegin(); step != result_.steps.rend(); ++step)
      if (step->output == value) return &*step;
    return nullptr;
  }

  Step& step(StepKind kind, bool in_place = false) {
    Step made{kind, node_, {}, 0};
    for (std::size_t i = 0; i < node().inputs.size(); ++i) made.inputs.push_back(blocked(value_of_source(i)));
    made.output = in_place && may_overwrite(source()) ? value_of_source() : new_value();
    made.name = node().name;
    value_of_[index(node_)] = made.output;
    result_.steps.push_back(std::move(made));
    return result_.steps.back();
  }

  void join(Step& to) {
    value_of_[index(node_)] = to.output;
    to.name += " + " + node().name;
  }

  void put(const Input&) {
    value_of_[index(node_)] = new_value();
    result_.values.back().input = inputs_++;
  }
  void put(const Dropout&) {}
  void put(const Convolution& layer) {
    const int from = value_of_source();
    const bool plain = result_.values[index(from)].input >= 0 && layer.in_channels <= kMostPlainChannels &&
                       layer.groups == 1 && !layer.transposed;
    if (!plain) {
      step(StepKind::convolution);
      return;
    }
    Step made{StepKind::convolution, node_, {from}, new_value()};
    made.plain_input = true;
    made.name = node().name;
    value_of_[index(node_)] = made.output;
    result_.steps.push_back(std::move(made));
  }
  void put(const Linear&) { step(StepKind::convolution); }
  void put(const Normalization& layer) {
    Step* before = read_once(source()) ? writer(value_of_source()) : nullptr;
    const bool bare_convolution = before != nullptr && before->kind == StepKind::convolution &&
                                  before->activation < 0 && before->batch_norm < 0;
    if (bare_convolution && layer.kind == NormalizationKind::batch) {
      before->batch_norm = node_;
      return join(*before);
    }
    if (bare_convolution && layer.kind == NormalizationKind::instance) before->drops_bias = true;
    step(StepKind::normalize, true);
  }
  void put(const Activation& layer) {
    Step* before = read_once(source()) ? writer(value_of_source()) : nullptr;
    if (before != nullptr && before->activation < 0) {
      const bool own_loop = before->kind == StepKind::normalize || before->kind == StepKind::add ||
                            before->kind == StepKind::multiply;
      const bool after_convolution = before->kind == StepKind::convolution &&
                                     !(layer.kind == ActivationKind::prelu && layer.channels > 1);
      if (own_loop || after_convolution) {
        before->activation = node_;
        return join(*before);
      }
    }
    step(StepKind::activate, true);
  }
  void put(const Pool&) { step(StepKind::pool); }
  void put(const GlobalAveragePool&) { step(StepKind::global_average); }
  void put(const Upsample&) { step(StepKind::upsample); }
  void put(const Add&) { step(StepKind::add, true); }
  void put(const Multiply&) { step(StepKind::multiply, true); }
  void put(const Softmax&) { step(StepKind::softmax, true); }

  void put(const Concatenate&) {
    const int whole = new_value();
    value_of_[index(node_)] = whole;
    int first = 0;
    bool aligned = true;
    for (std::size_t i = 0; i < node().inputs.size(); ++i) {
      const int part = blocked(value_of_source(i));
      StepImage& value = result_.values[index(part)];
      const bool last = i + 1 == node().inputs.size();
      aligned = aligned && first % block_ == 0;
      if (aligned && (last || value.channels % block_ == 0) && value.parent < 0) {
        value.parent = whole;
        value.first_channel = first;
        if (!read_once(source(i)) || value.keeps) result_.values[index(whole)].keeps = true;
      } else {
        result_.steps.push_back({StepKind::place, node_, {part}, whole});
        result_.steps.back().first_channel = first;
        result_.steps.back().name = node().name;
      }
      first += value.channels;
    }
  }

  const Graph& graph_;
  const int block_;
  int node_ = 0, inputs_ = 0;
  std::vector<int> origin_;    // the node whose result a node passes on
  std::vector<int> uses_;      // readers of a node's result
  std::vector<int> channels_;  // of a node's result
  std::vector<int> value_of_;
  std::vector<int> entered_;  // of the graph's inputs, in blocks
  Lowered result_;
};

}  // namespace

Lowered lower(const Graph& graph, int block) {
  return Lowering(graph, block).run();
}

}  // namespace lobule::nn
