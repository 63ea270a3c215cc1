// Networks as JSON: every kind of layer there and back, and every kind of fault with its message.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "nn/builder.h"
#include "nn/graph_json.h"

namespace lobule::nn {
namespace {
using nlohmann::json;

// Each kind once, no number as it is by default.
Graph every_kind() {
  Graph graph;
  graph.dimensions = 3;
  const auto put = [&](const std::string& name, Layer layer, std::vector<int> inputs) {
    graph.nodes.push_back({name, std::move(layer), std::move(inputs)});
    return static_cast<int>(graph.nodes.size() - 1);
  };
  const int image = put("image", Input{4}, {});
  const int conv = put(
      "conv",
      Convolution{4, 8, {3, 5, 7}, {1, 2, 2}, {1, 2, 3}, {2, 1, 3}, 2, false, false, {0, 0, 0}, 0.01, -4.6},
      {image});
  const int up =
      put("up", Convolution{8, 4, {2, 2, 2}, {2, 2, 2}, {0, 1, 0}, {1, 1, 1}, 4, true, true, {1, 0, 1}, 0, 0},
          {conv});
  const int instance = put("instance", Normalization{NormalizationKind::instance, 4, 1, 0.1, false}, {up});
  const int group = put("group", Normalization{NormalizationKind::group, 4, 2, 1e-3, true}, {instance});
  int last = put("batch", Normalization{NormalizationKind::batch, 4, 1, 1.0 / 3, true}, {group});
  for (int kind = 0; kind <= static_cast<int>(ActivationKind::tanh); ++kind)
    last = put("act" + std::to_string(kind), Activation{static_cast<ActivationKind>(kind), 0.2, 4}, {last});
  last = put("pool", Pool{false, {3, 2, 2}, {2, 1, 2}, {1, 0, 1}, true}, {last});
  const int upsampled = put("upsample", Upsample{{1, 2, 3}, false}, {last});
  const int sum = put("sum", Add{}, {upsampled, upsampled, upsampled});
  const int product = put("product", Multiply{}, {sum, upsampled});
  const int joined = put("joined", Concatenate{}, {product, sum});
  const int dropped = put("dropped", Dropout{0.125}, {joined});
  const int mean = put("mean", GlobalAveragePool{}, {dropped});
  const int linear = put("fc", Linear{8, 3, false}, {mean});
  put("again", Linear{8, 3, false}, {mean});
  graph.nodes.back().weights_of = "fc";
  put("alone", Linear{8, 5, false}, {mean});
  const int softmax = put("softmax", Softmax{}, {linear});
  graph.outputs = {{"scores", softmax}, {"logits", linear}};
  return graph;
}

std::string refusal(const std::string& text) {
  try {
    graph_from_json(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

std::string small_graph(const std::string& layer, const std::string& rest = {}) {
  return R"({"format":1,"dimensions":2,"layers":[{"name":"image","kind":"input","inputs":[],"channels":1},)" +
         layer + R"(],"outputs":[{"name":"y","layer":"image"}])" + rest + "}";
}

TEST(GraphJson, EveryKindOfLayerComesBackExactly) {
  const Graph graph = every_kind();
  std::set<std::size_t> kinds;
  for (const Node& node : graph.nodes) kinds.insert(node.layer.index());
  EXPECT_EQ(kinds.size(), std::variant_size_v<Layer>) << "a kind is missing in this test";
  const Graph back = graph_from_json(graph_to_json(graph));
  EXPECT_EQ(graph_to_json(back), graph_to_json(graph));
  ASSERT_EQ(back.nodes.size(), graph.nodes.size());
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    EXPECT_EQ(back.nodes[n].name, graph.nodes[n].name);
    EXPECT_EQ(back.nodes[n].layer.index(), graph.nodes[n].layer.index());
    EXPECT_EQ(back.nodes[n].inputs, graph.nodes[n].inputs);
    EXPECT_EQ(back.nodes[n].weights_of, graph.nodes[n].weights_of);
  }
  EXPECT_EQ(std::get<Convolution>(back.nodes[1].layer).kernel, (Extent{3, 5, 7}));
  EXPECT_EQ(std::get<Convolution>(back.nodes[1].layer).initial_bias, -4.6);
  EXPECT_EQ(std::get<Normalization>(back.nodes[5].layer).epsilon, 1.0 / 3);
  EXPECT_EQ(back.outputs.at(1).name, "logits");
  EXPECT_EQ(back.outputs.at(1).node, graph.outputs[1].node);
}

// A key that two fields shared, or that was not read, would leave its default.
TEST(GraphJson, EachNumberIsReadFromItsOwnKey) {
  json value = json::parse(graph_to_json(every_kind()));
  for (std::size_t layer = 0; layer < value["layers"].size(); ++layer) {
    for (const auto& [key, field] : value["layers"][layer].items()) {
      if (!field.is_number_float() && !field.is_boolean()) continue;
      // Layers that share weights change together or not at all.
      if (value["layers"][layer]["name"] == "fc" || value["layers"][layer].contains("weights_of")) continue;
      json changed = value;
      json& target = changed["layers"][layer][key];
      target = field.is_boolean() ? json(!field.get<bool>()) : json(field.get<double>() * 0.5);
      EXPECT_EQ(json::parse(graph_to_json(graph_from_json(changed.dump()))), changed) << layer << " " << key;
    }
  }
}

TEST(GraphJson, WhatIsLeftOutIsAsInTheHeader) {
  const Graph graph = graph_from_json(small_graph(R"({"name":"c","kind":"convolution","inputs":["image"]})"));
  EXPECT_EQ(std::get<Convolution>(graph.nodes.at(1).layer).kernel, (Extent{1, 1, 1}));
  EXPECT_TRUE(std::get<Convolution>(graph.nodes[1].layer).bias);
}

TEST(GraphJson, FaultsAreNamedWithTheirPlace) {
  EXPECT_EQ(refusal("{"), "network: it is not JSON; at byte 2.");
  EXPECT_EQ(refusal("[]"), "network: it is not a JSON object.");
  EXPECT_EQ(refusal(R"({"a":1,"a":1})"), "network: the key \"a\" stands twice in one object.");
  EXPECT_EQ(refusal("[1e999]"), "network: it is not JSON; a number in it is out of range.");
  EXPECT_EQ(refusal(std::string(100000, '[')), "network: it is more than 32 levels deep.");
  EXPECT_EQ(refusal(std::string((16 << 20) + 1, ' ')), "network: it is longer than 16 MiB.");
  EXPECT_EQ(refusal(R"({"dimensions":2})"), "network: \"format\" is missing.");
  EXPECT_EQ(refusal(R"({"format":2})"),
            "network: its format is 2; this version reads 1. Read it with a newer lobule.");
  EXPECT_EQ(refusal(R"({"format":1,"dimensions":2,"layers":{},"outputs":[]})"),
            "network: \"layers\" is not a list.");
  EXPECT_EQ(refusal(R"({"format":1,"dimensions":2,"layers":[],"outputs":[]})"), "network: it has no output.");
  EXPECT_EQ(refusal(R"({"format":1,"dimensions":2,"layers":[7],"outputs":[]})"),
            "network: layer 0: it is not a JSON object.");
}

TEST(GraphJson, FaultsOfLayersNameTheLayer) {
  const auto layer = [](const std::string& text) { return refusal(small_graph(text)); };
  EXPECT_EQ(layer(R"({"kind":"softmax","inputs":["image"]})"), "network: layer 1: \"name\" is missing.");
  EXPECT_EQ(layer(R"({"name":"s","kind":"lstm","inputs":["image"]})"),
            "network: layer \"s\": the kind \"lstm\" is not known.");
  EXPECT_EQ(layer(R"({"name":"s","kind":"softmax","inputs":["x"]})"),
            "network: layer \"s\": \"x\" is no earlier layer.");
  EXPECT_EQ(layer(R"({"name":"s","kind":"softmax","inputs":["s"]})"),
            "network: layer \"s\": \"s\" is no earlier layer.");
  EXPECT_EQ(layer(R"({"name":"s","kind":"softmax","inputs":["image"],"axis":1})"),
            "network: layer \"s\": the key \"axis\" is not known.");
  EXPECT_EQ(layer(R"({"name":"s","kind":"dropout","inputs":["image"],"share":"1"})"),
            "network: layer \"s\": \"share\" is not a number.");
  EXPECT_EQ(layer(R"({"name":"s","kind":"dropout","inputs":["image"],"share":null})"),
            "network: layer \"s\": \"share\" is not a number.");
  EXPECT_EQ(layer(R"({"name":"s","kind":"linear","inputs":["image"],"bias":1})"),
            "network: layer \"s\": \"bias\" is not true or false.");
  EXPECT_EQ(layer(R"({"name":"s","kind":"linear","inputs":["image"],"in_channels":1.5})"),
            "network: layer \"s\": \"in_channels\" is not a whole number.");
  EXPECT_EQ(layer(R"({"name":"s","kind":"linear","inputs":["image"],"in_channels":4294967297})"),
            "network: layer \"s\": \"in_channels\" is out of range.");
  EXPECT_EQ(layer(R"({"name":"s","kind":"pool","inputs":["image"],"kernel":[2,2]})"),
            "network: layer \"s\": \"kernel\" is not a list of 3.");
  EXPECT_EQ(
      layer(R"({"name":"s","kind":"activation","inputs":["image"],"function":"mish"})"),
      "network: layer \"s\": \"function\" is \"mish\"; known are relu, leaky_relu, prelu, elu, silu, gelu, "
      "sigmoid, tanh.");
  EXPECT_EQ(layer(R"({"name":"image","kind":"softmax","inputs":["image"]})"),
            "layer image: two layers have this name.");
  EXPECT_EQ(refusal(small_graph(R"({"name":"s","kind":"softmax","inputs":["image"]})", R"(,"author":"x")")),
            "network: the key \"author\" is not known.");
}

}  // namespace
}  // namespace lobule::nn
