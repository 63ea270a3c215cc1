// SqueezeNet 1.1 with weights that torchvision's were converted to, against logits and activations that numpy
// and torch computed in double precision (the README of the test data's folder `pretrained`).

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/table.h"
#include "io/files.h"
#include "io/picture_read.h"
#include "io/torch_checkpoint.h"
#include "nn/networks/squeezenet.h"
#include "nn/plain_interpreter.h"
#include "support/test_support.h"

namespace lobule::nn {
namespace {

Table table_of(const std::filesystem::path& path) {
  return from_csv(io::read_file(path), path.string());
}

// /255, ImageNet's mean and standard deviation of each channel, channels first.
Tensor network_input(const std::filesystem::path& crop) {
  constexpr std::array<double, 3> kMean{0.485, 0.456, 0.406}, kDeviation{0.229, 0.224, 0.225};
  const io::PictureValues picture = io::read_picture(crop);
  Tensor input({1, 3, picture.height, picture.width});
  const std::size_t places = input.values.size() / 3;
  for (std::size_t i = 0; i < places; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      input.values[c * places + i] =
          static_cast<float>((picture.values[3 * i + c] / 255.0 - kMean[c]) / kDeviation[c]);
  return input;
}

std::vector<std::size_t> best_five(const std::vector<float>& logits) {
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0U);
  std::partial_sort(order.begin(), order.begin() + 5, order.end(),
                    [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  order.resize(5);
  return order;
}

void expect_logits(const std::filesystem::path& data, const std::string& image,
                   const std::vector<float>& logits) {
  const Table all = table_of(data / "expected_logits_all1000.csv");
  ASSERT_EQ(logits.size(), all.rows.size());
  std::vector<float> wanted;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    wanted.push_back(std::stof(all.cell(c, image)));
    EXPECT_NEAR(logits[c], wanted[c], 1e-3) << image << ", class " << c;
  }
  EXPECT_EQ(best_five(logits), best_five(wanted)) << image;
}

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
