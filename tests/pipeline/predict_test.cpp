#include "pipeline/predict.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/table.h"
#include "io/files.h"
#include "io/png.h"
#include "io/safetensors.h"
#include "nn/networks/squeezenet.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// Weights whose logits are 1, 0 and 2 whatever the image: all are zero but the last bias.
fs::path planted_weights(const fs::path& folder, int channels = 3) {
  TensorMap weights;
  for (const nn::Parameter& parameter : nn::parameters(nn::squeezenet1_1(channels, 3)))
    weights.emplace(parameter.name, Tensor(parameter.shape));
  weights["classifier.1.bias"].values = {1, 0, 2};
  io::write_safetensors(folder / "weights.safetensors", weights);
  return folder / "weights.safetensors";
}

void write_picture(const fs::path& path) {
  io::write_file(path, io::encode_png({40, 30, 1, std::vector<std::uint8_t>(1200, 100)}));
}

Table predictions(const PredictOptions& options) {
  const fs::path path = fs::path(options.output) / "predictions.csv";
  return from_csv(io::read_file(path), path.string());
}

TEST(Predict, WritesARowForEveryClassOfEveryImage) {
  const test::ScratchFolder scratch;
  write_picture(scratch / "in/a.png");
  write_picture(scratch / "in/b.png");
  PredictOptions options;
  options.output = (scratch / "out").string();
  options.weights = planted_weights(scratch.path()).string();
  Context context;
  const PredictOutcome outcome = predict("squeezenet1_1", {(scratch / "in").string()}, options, context);
  EXPECT_EQ(outcome.images, 2);
  EXPECT_TRUE(outcome.findings.empty());
  const Table table = predictions(options);
  EXPECT_EQ(table.columns, (std::vector<std::string>{"file", "class", "score"}));
  ASSERT_EQ(table.rows.size(), 6U);
  const double sum = std::exp(1) + 1 + std::exp(2);
  const double wanted[] = {std::exp(1) / sum, 1 / sum, std::exp(2) / sum};
  for (std::size_t row = 0; row < 6; ++row) {
    EXPECT_TRUE(table.cell(row, "file").ends_with(row < 3 ? "a.png" : "b.png"));
    EXPECT_EQ(table.cell(row, "class"), std::to_string(row % 3));
    EXPECT_NEAR(std::stod(table.cell(row, "score")), wanted[row % 3], 1e-6);
  }
}

TEST(Predict, LogitsAreAsTheNetworkGivesThem) {
  const test::ScratchFolder scratch;
  write_picture(scratch / "a.png");
  PredictOptions options;
  options.output = (scratch / "out").string();
  options.weights = planted_weights(scratch.path(), 1).string();
  options.logits = true;
  Context context;
  predict("squeezenet1_1", {(scratch / "a.png").string()}, options, context);
  const Table table = predictions(options);
  for (std::size_t row = 0; row < 3; ++row)
    EXPECT_NEAR(std::stod(table.cell(row, "score")), (row == 0 ? 1.0 : row == 1 ? 0.0 : 2.0), 1e-6);
}

TEST(Predict, OneBadImageStopsNoOther) {
  const test::ScratchFolder scratch;
  write_picture(scratch / "in/a.png");
  io::write_file(scratch / "in/b.png", io::read_file(scratch / "in/a.png").substr(0, 40));
  PredictOptions options;
  options.output = (scratch / "out").string();
  options.weights = planted_weights(scratch.path()).string();
  Context context;
  const PredictOutcome outcome = predict("squeezenet1_1", {(scratch / "in").string()}, options, context);
  EXPECT_EQ(outcome.images, 1);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].severity, Severity::error);
  EXPECT_EQ(outcome.findings[0].what, "it is a damaged PNG");
}

std::string message_of(const std::string& network, const PredictOptions& options) {
  Context context;
  try {
    predict(network, {"nothing.png"}, options, context);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Predict, RefusesWhatItCannotRun) {
  const test::ScratchFolder scratch;
  PredictOptions options;
  EXPECT_EQ(message_of("resnet18", options),
            "lobule predict: no folder for the results is given. Name one with -o.");
  options.output = (scratch / "out").string();
  EXPECT_EQ(message_of("resnet18", options),
            "lobule predict: the network resnet18 has no weights. Name a file of them with --weights.");
  EXPECT_EQ(message_of("vgg11", options).substr(0, 52),
            "network \"vgg11\": there is no such network. The netwo");
  options.weights = planted_weights(scratch.path()).string();
  EXPECT_EQ(message_of("resnet18", options).substr(0, 53),
            "weights: conv1.weight is missing, bn1.weight is missi");
}

// Must hold for weights from elsewhere: all logits to 1e-3, the same five best, by the fast engine.
TEST(Predict, PretrainedLogitsAreTheExpectedOnes) {
  LOBULE_NEEDS_DATA(data, "pretrained");
  const test::ScratchFolder scratch;
  const Table expected =
      from_csv(io::read_file(data / "expected_logits_all1000.csv"), "expected_logits_all1000.csv");
  for (const char* weights : {"squeezenet1_1_mixed16.safetensors", "squeezenet1_1_mixed16_zip.pth",
                              "squeezenet1_1_f32_legacy.pth"}) {
    PredictOptions options;
    options.output = (scratch / weights).string();
    options.weights = (data / weights).string();
    options.logits = true;
    Context context;
    EXPECT_EQ(predict("squeezenet1_1", {(data / "crops224").string()}, options, context).images, 5);
    const Table table = predictions(options);
    for (std::size_t image = 0; image < 5; ++image) {
      std::string name = fs::path(table.cell(image * 1000, "file")).stem().string();
      name = name.substr(0, name.find('_'));
      std::vector<std::pair<double, std::size_t>> wanted, given;
      for (std::size_t c = 0; c < 1000; ++c) {
        wanted.emplace_back(-std::stod(expected.cell(c, name)), c);
        given.emplace_back(-std::stod(table.cell(image * 1000 + c, "score")), c);
        EXPECT_NEAR(given.back().first, wanted.back().first, 1e-3) << name << ", class " << c;
      }
      std::sort(wanted.begin(), wanted.end());
      std::sort(given.begin(), given.end());
      for (std::size_t rank = 0; rank < 5; ++rank) EXPECT_EQ(given[rank].second, wanted[rank].second) << name;
    }
  }
}

}  // namespace
}  // namespace lobule::pipeline
