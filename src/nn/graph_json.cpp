#include "nn/graph_json.h"

#include <optional>
#include <utility>

#include "nn/graph_json_value.h"
#include "nn/json_object.h"

namespace lobule::nn {
namespace {
using nlohmann::json;

constexpr int kFormat = 1;
constexpr std::array<std::string_view, 3> kNormalizations{"instance", "group", "batch"};
constexpr std::array<std::string_view, 8> kActivations{"relu", "leaky_relu", "prelu",   "elu",
                                                       "silu", "gelu",       "sigmoid", "tanh"};

// The fields of each layer, for both directions: `f(key, field)`, and `f.word(key, field, words)` of kinds.
// All are bound, so that one that is added to graph.h stops the compiler here.
template <class F, class L>
void list_fields(F& f, L& layer) {
  using Kind = std::remove_const_t<L>;
  if constexpr (std::is_same_v<Kind, Input>) {
    auto& [channels] = layer;
    f("channels", channels);
  } else if constexpr (std::is_same_v<Kind, Convolution>) {
    auto& [in_channels, out_channels, kernel, stride, padding, dilation, groups, bias, transposed,
           output_padding, initial_deviation, initial_bias] = layer;
    f("in_channels", in_channels), f("out_channels", out_channels), f("kernel", kernel), f("stride", stride);
    f("padding", padding), f("dilation", dilation), f("groups", groups), f("bias", bias);
    f("transposed", transposed), f("output_padding", output_padding);
    f("initial_deviation", initial_deviation), f("initial_bias", initial_bias);
  } else if constexpr (std::is_same_v<Kind, Normalization>) {
    auto& [kind, channels, groups, epsilon, affine] = layer;
    f.word("of", kind, kNormalizations);
    f("channels", channels), f("groups", groups), f("epsilon", epsilon), f("affine", affine);
  } else if constexpr (std::is_same_v<Kind, Activation>) {
    auto& [kind, slope, channels] = layer;
    f.word("function", kind, kActivations);
    f("slope", slope), f("channels", channels);
  } else if constexpr (std::is_same_v<Kind, Pool>) {
    auto& [maximum, kernel, stride, padding, ceil] = layer;
    f("maximum", maximum), f("kernel", kernel), f("stride", stride), f("padding", padding), f("ceil", ceil);
  } else if constexpr (std::is_same_v<Kind, Upsample>) {
    auto& [factor, linear] = layer;
    f("factor", factor), f("linear", linear);
  } else if constexpr (std::is_same_v<Kind, Linear>) {
    auto& [in_channels, out_channels, bias] = layer;
    f("in_channels", in_channels), f("out_channels", out_channels), f("bias", bias);
  } else if constexpr (std::is_same_v<Kind, Dropout>) {
    auto& [share] = layer;
    f("share", share);
  } else {
    static_assert(std::is_empty_v<Kind>, "a layer's fields are not listed");
  }
}

struct WriteFields {
  json& to;
  template <class T>
  void operator()(const char* key, const T& field) {
    to[key] = field;
  }
  template <class E, class Words>
  void word(const char* key, const E& field, const Words& words) {
    to[key] = words[static_cast<std::size_t>(field)];
  }
};

struct ReadFields {
  JsonObject& from;
  template <class T>
  void operator()(const char* key, T& field) {
    from.get_if_present(key, field);
  }
  template <class E, class Words>
  void word(const char* key, E& field, const Words& words) {
    field = static_cast<E>(from.get_word(key, words));
  }
};

// A layer of the kind with that name.
template <std::size_t... I>
std::optional<Layer> make_layer(const std::string& kind, std::index_sequence<I...>) {
  std::optional<Layer> made;
  const auto consider = [&](Layer layer) {
    if (kind_name(layer) == kind) made = std::move(layer);
  };
  (consider(std::variant_alternative_t<I, Layer>{}), ...);
  return made;
}

int node_called(const std::map<std::string, int>& nodes, const std::string& name, const std::string& place) {
  const auto found = nodes.find(name);
  if (found == nodes.end()) throw Error(place, quote(name) + " is no earlier layer");
  return found->second;
}

Node node_from_json(const json& value, const std::map<std::string, int>& earlier, const std::string& place,
                    std::size_t index) {
  JsonObject unnamed(value, place + ": layer " + std::to_string(index));
  Node node;
  node.name = unnamed.get<std::string>("name");
  JsonObject object(value, place + ": layer " + quote(node.name));
  object.at("name");
  const auto kind = object.get<std::string>("kind");
  auto layer = make_layer(kind, std::make_index_sequence<std::variant_size_v<Layer>>());
  if (!layer) object.refuse("the kind " + quote(kind) + " is not known");
  node.layer = *std::move(layer);
  for (const auto& input : object.get<std::vector<std::string>>("inputs"))
    node.inputs.push_back(node_called(earlier, input, object.place()));
  object.get_if_present("weights_of", node.weights_of);
  ReadFields read{object};
  std::visit([&](auto& fields) { list_fields(read, fields); }, node.layer);
  object.expect_no_more();
  return node;
}

}  // namespace

json graph_to_json_value(const Graph& graph) {
  json layers = json::array(), outputs = json::array();
  for (const Node& node : graph.nodes) {
    json layer{{"name", node.name}, {"kind", kind_name(node.layer)}, {"inputs", json::array()}};
    for (const int input : node.inputs)
      layer["inputs"].push_back(graph.nodes[static_cast<std::size_t>(input)].name);
    if (!node.weights_of.empty()) layer["weights_of"] = node.weights_of;
    WriteFields write{layer};
    std::visit([&](const auto& fields) { list_fields(write, fields); }, node.layer);
    layers.push_back(std::move(layer));
  }
  for (const Output& output : graph.outputs)
    outputs.push_back(
        {{"name", output.name}, {"layer", graph.nodes[static_cast<std::size_t>(output.node)].name}});
  return {{"format", kFormat}, {"dimensions", graph.dimensions}, {"layers", layers}, {"outputs", outputs}};
}

Graph graph_from_json_value(const json& value, const std::string& place) {
  JsonObject object(value, place);
  if (const auto format = object.get<int>("format"); format != kFormat)
    throw Error(place, "its format is " + std::to_string(format),
                "this version reads " + std::to_string(kFormat), "Read it with a newer lobule");
  Graph graph;
  graph.dimensions = object.get<int>("dimensions");
  std::map<std::string, int> nodes;
  const json& layers = object.at("layers");
  if (!layers.is_array()) object.refuse("\"layers\" is not a list");
  for (const json& layer : layers) {
    graph.nodes.push_back(node_from_json(layer, nodes, place, graph.nodes.size()));
    nodes.emplace(graph.nodes.back().name, static_cast<int>(graph.nodes.size() - 1));
  }
  const json& outputs = object.at("outputs");
  if (!outputs.is_array()) object.refuse("\"outputs\" is not a list");
  for (const json& output : outputs) {
    JsonObject fields(output, place + ": output " + std::to_string(graph.outputs.size()));
    const auto name = fields.get<std::string>("name");
    graph.outputs.push_back({name, node_called(nodes, fields.get<std::string>("layer"), fields.place())});
    fields.expect_no_more();
  }
  object.expect_no_more();
  check(graph);
  return graph;
}

std::string graph_to_json(const Graph& graph) {
  return json_text(graph_to_json_value(graph));
}

Graph graph_from_json(std::string_view text) {
  return graph_from_json_value(parse_json(text, "network"), "network");
}

}  // namespace lobule::nn
