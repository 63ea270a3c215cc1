// SqueezeNet 1.1 with weights that torchvision's were converted to, against logits and activations that numpy
// and torch computed in double precision (the README of the test data's folder `pretrained`).

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "io/torch_checkpoint.h"
#include "nn/networks/squeezenet.h"
#include "nn/plain_interpreter.h"
#include "nn/squeezenet_reference.h"
#include "support/test_support.h"

namespace lobule::nn {
namespace {

using namespace squeezenet_reference;

TEST(PretrainedSqueezeNet, AllContainersHoldTheSameTensors) {
  LOBULE_NEEDS_DATA(data, "pretrained");
  const TensorMap weights = io::read_weights(data / "squeezenet1_1_mixed16.safetensors");
  check_weights(squeezenet1_1(), weights, true);
  EXPECT_EQ(io::read_weights(data / "squeezenet1_1_mixed16_zip.pth"), weights);
  EXPECT_EQ(io::read_weights(data / "squeezenet1_1_f32_legacy.pth"), weights);
}

// The slow interpreter takes seconds an image: one of the five; the engine's test has them all.
TEST(PretrainedSqueezeNet, LogitsAndActivationsAreTheExpectedOnes) {
  LOBULE_NEEDS_DATA(data, "pretrained");
  const Graph graph = squeezenet1_1();
  const std::vector<Tensor> results =
      plain::run(graph, io::read_weights(data / "squeezenet1_1_f32_legacy.pth"),
                 {network_input(data / "crops224/chelsea_224.png")});
  expect_logits(data, "chelsea", results[static_cast<std::size_t>(graph.outputs[0].node)].values);

  std::size_t compared = 0;
  const Table expected = table_of(data / "expected_activations.csv");
  for (std::size_t row = 0; row < expected.rows.size(); ++row) {
    if (expected.cell(row, "image") != "chelsea") continue;
    const std::string layer = expected.cell(row, "layer");
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      if (graph.nodes[n].name != layer && graph.nodes[n].name != layer + ".concat") continue;
      const std::vector<float>& values = results[n].values;
      const double mean =
          std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
      EXPECT_NEAR(mean, std::stod(expected.cell(row, "mean")), 1e-5) << layer;
      EXPECT_NEAR(*std::max_element(values.begin(), values.end()), std::stod(expected.cell(row, "max")), 1e-4)
          << layer;
      EXPECT_NEAR(values.front(), std::stod(expected.cell(row, "first_value")), 1e-4) << layer;
      EXPECT_NEAR(values.back(), std::stod(expected.cell(row, "last_value")), 1e-4) << layer;
      ++compared;
    }
  }
  EXPECT_GE(compared, 12U);
}

}  // namespace
}  // namespace lobule::nn
