// Standard networks against what other programs say of them: names and shapes of parameters, published
// counts, and results on fixed weights (tests/nn/data, made by tools/references/networks.py).

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <sstream>

#include "core/error.h"
#include "nn/fixed_weights.h"
#include "nn/foreign/monai.h"
#include "nn/networks/detector.h"
#include "nn/networks/named_network.h"
#include "nn/networks/resnet.h"
#include "nn/networks/squeezenet.h"
#include "nn/networks/unet.h"
#include "nn/plain_interpreter.h"
#include "support/test_support.h"

namespace lobule::nn {
namespace {

// The rows of a file of tests/nn/data, without its heading, cut at commas.
std::vector<std::vector<std::string>> rows_of(const std::string& file) {
  std::ifstream stream(lobule::test::source_dir() / "tests/nn/data" / file);
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    std::istringstream cells(line);
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

Shape shape_of(std::string text) {
  for (char& c : text)
    if (c == 'x') c = ' ';
  std::istringstream numbers(text);
  Shape shape;
  for (std::int64_t extent = 0; numbers >> extent;) shape.push_back(extent);
  return shape;
}

UNetOptions small_unet(int dimensions, bool residual) {
  UNetOptions options;
  options.dimensions = dimensions;
  options.in_channels = 2;
  options.levels = unet_levels({4, 6, 8});
  options.decoders = {{"decoder", {{"labels", 3}}}};
  if (residual) options.encoder_block = BlockKind::residual;
  return options;
}

Graph referenced_network(const std::string& name) {
  if (name == "med3d_resnet10B_segmentation")
    return med3d_segmentation({.dimensions = 3, .depth = 10, .in_channels = 1, .classes = 3});
  if (name == "med3d_resnet18A")
    return resnet({.dimensions = 3,
                   .depth = 18,
                   .in_channels = 1,
                   .classes = 5,
                   .shortcut = ShortcutKind::zero_padding});
  if (name.starts_with("retinanet")) return retinanet({.classes = 5});
  if (name.starts_with("monai_unet"))
    return monai_unet({.in_channels = 2,
                       .out_channels = 3,
                       .channels = {4, 6, 8},
                       .strides = {2, 2},
                       .residual_units = name.back() - '0'});
  if (name == "monai_basic_unet") return monai_basic_unet({.dimensions = 2, .features = {4, 4, 6, 6, 8, 4}});
  if (name == "monai_segresnet")
    return monai_segresnet({.in_channels = 2,
                            .out_channels = 3,
                            .init_filters = 4,
                            .blocks_down = {1, 2},
                            .blocks_up = {1},
                            .normalization = {.kind = NormalizationKind::group, .groups = 2}});
  if (name.starts_with("unet")) return unet(small_unet(name[4] == '2' ? 2 : 3, name.ends_with("residual")));
  return named_network(name);
}

TEST(StandardNetworks, HaveThePublishedNumberOfParameters) {
  // torchvision 0.14, "Table of all available classification weights" (Params), in full as the meta data of
  // its weights have them ("num_params").
  const std::map<std::string, std::size_t> published{
      {"resnet18", 11689512},  {"resnet34", 21797672},     {"resnet50", 25557032},    {"resnet101", 44549160},
      {"resnet152", 60192808}, {"squeezenet1_0", 1248424}, {"squeezenet1_1", 1235496}};
  ASSERT_EQ(network_names().size(), published.size());
  for (const auto& [name, count] : published) EXPECT_EQ(parameter_count(named_network(name)), count) << name;
}

// torchvision's retinanet_resnet50_fpn for COCO has 34 014 999 (its weights' "num_params"), with the 53 120
// weights and biases of the backbone's normalizations frozen.
TEST(StandardNetworks, RetinaNetHasThePublishedNumberOfParameters) {
  EXPECT_EQ(parameter_count(retinanet({})), 34014999U + 53120U);
}

TEST(StandardNetworks, NameTheirParametersAsTorchvision) {
  std::map<std::string, std::map<std::string, Shape>> wanted, given;
  for (const auto& row : rows_of("torchvision_parameters.csv"))
    wanted[row.at(0)][row.at(1)] = shape_of(row.at(2));
  ASSERT_EQ(wanted.size(), 6U);
  for (const auto& [network, names] : wanted)
    for (const Parameter& parameter : parameters(referenced_network(network)))
      given[network][parameter.name] = parameter.shape;
  EXPECT_EQ(given, wanted);
}

TEST(StandardNetworks, AnUnknownNameListsTheNearest) {
  try {
    named_network("resnet19");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "network \"resnet19\": there is no such network. Did you mean resnet18, resnet101, "
                 "resnet152?");
  }
}

class Reference : public ::testing::TestWithParam<std::vector<std::string>> {};

TEST_P(Reference, ResultsOnFixedWeightsAreThoseOfAnotherProgram) {
  const std::vector<std::string>& row = GetParam();
  const Graph graph = referenced_network(row.at(0));
  TensorMap weights = test::fixed_weights(graph);
  for (auto& [name, carry] : zero_padding_weights(graph)) weights[name] = carry;
  const auto all = plain::run(graph, weights, {test::fixed_image(shape_of(row.at(1)))});
  const std::size_t colon = row.at(0).find(':');
  const std::string output = colon == std::string::npos ? graph.outputs[0].name : row.at(0).substr(colon + 1);
  const auto place = std::find_if(graph.outputs.begin(), graph.outputs.end(),
                                  [&](const Output& candidate) { return candidate.name == output; });
  ASSERT_NE(place, graph.outputs.end());
  const std::vector<float>& r = all[static_cast<std::size_t>(place->node)].values;
  ASSERT_EQ(r.size(), std::stoul(row.at(2)));
  double sum = 0, absolute = 0;
  for (const float value : r) {
    sum += value;
    absolute += std::abs(value);
  }
  // Results are rounded to float once, behind the last layer.
  const double close = 1e-6 * absolute / static_cast<double>(r.size());
  EXPECT_NEAR(sum, std::stod(row.at(3)), 1e-6 * absolute);
  EXPECT_NEAR(absolute, std::stod(row.at(4)), 1e-6 * absolute);
  EXPECT_NEAR(r.front(), std::stod(row.at(5)), close + 1e-6 * std::abs(r.front()));
  EXPECT_NEAR(r[r.size() / 2], std::stod(row.at(6)), close + 1e-6 * std::abs(r[r.size() / 2]));
  EXPECT_NEAR(r.back(), std::stod(row.at(7)), close + 1e-6 * std::abs(r.back()));
}

INSTANTIATE_TEST_SUITE_P(Networks, Reference, ::testing::ValuesIn(rows_of("network_references.csv")),
                         [](const auto& row) {
                           std::string name = row.param.at(0);
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return c == ':' || c == '.'; }, '_');
                           return name;
                         });

TEST(StandardNetworks, DilatedLayersKeepAnEighthOfTheExtents) {
  Builder b(3);
  ResNetOptions options{.dimensions = 3, .depth = 50, .in_channels = 1, .dilated = true};
  const std::vector<Value> features = resnet_features(b, b.input(1), options);
  const Graph graph = b.finish({{"features", features.back()}});
  const auto shapes = infer_shapes(graph, {{1, 1, 32, 64, 64}});
  EXPECT_EQ(shapes[static_cast<std::size_t>(features.back().node)], (Shape{1, 2048, 4, 8, 8}));
  EXPECT_EQ(features.size(), 5U);
}

TEST(StandardNetworks, ADepthThatNoResNetHasIsRefused) {
  try {
    resnet({.depth = 20});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "ResNet: a depth of 20 is asked for; there are 10, 18, 34, 50, 101 and 152.");
  }
}

}  // namespace
}  // namespace lobule::nn
