// Which numbers networks compute with, by what their cards say and what the processor has.
#include "pipeline/precision.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "io/files.h"
#include "learn/model_folder.h"
#include "nn/builder.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
using nn::Precision;

nn::Model stating(std::optional<nn::Bf16Check> check) {
  nn::Model model;
  model.bf16 = std::move(check);
  return model;
}

constexpr Bf16Units kMatrices{true, true}, kMultiplies{true, false}, kNone{false, false};

TEST(Precision, AutoIsBf16WhereTheProcessorHasMatrixUnitsAndTheCardSaysThatTheFigureHolds) {
  const nn::Model yes = stating(nn::Bf16Check{"dice", 0.94, 0.9385});
  const nn::Model better = stating(nn::Bf16Check{"dice", 0.94, 0.9415});
  const nn::Model no = stating(nn::Bf16Check{"dice", 0.94, 0.9379});
  const nn::Model nothing = stating(std::nullopt);
  const auto chosen = [](const std::vector<nn::Model>& models, const Bf16Units& processor) {
    return choose_precision("auto", models, processor);
  };
  EXPECT_EQ(chosen({yes}, kMatrices), Precision::bf16);
  EXPECT_EQ(chosen({better}, kMatrices), Precision::bf16);
  EXPECT_EQ(chosen({no}, kMatrices), Precision::f32);
  EXPECT_EQ(chosen({nothing}, kMatrices), Precision::f32);
  EXPECT_EQ(chosen({yes}, kMultiplies), Precision::f32);
  EXPECT_EQ(chosen({yes}, kNone), Precision::f32);
  // An ensemble is as exact as its least exact member.
  EXPECT_EQ(chosen({yes, better}, kMatrices), Precision::bf16);
  EXPECT_EQ(chosen({yes, no}, kMatrices), Precision::f32);
  EXPECT_EQ(chosen({yes, nothing}, kMatrices), Precision::f32);
}

TEST(Precision, WhatAPersonAsksForIsDoneOrRefused) {
  const std::vector<nn::Model> models{stating(std::nullopt)};
  EXPECT_EQ(choose_precision("f32", models, kMatrices), Precision::f32);
  EXPECT_EQ(choose_precision("bf16", models, kMultiplies), Precision::bf16);
  EXPECT_EQ(test::message_of([&] { choose_precision("bf16", models, kNone); }),
            "--precision: this processor does not compute in bf16. Use f32, or auto.");
}

TEST(Precision, MatrixUnitsMultiplyBf16) {
  EXPECT_TRUE(nn::has_bf16() || !nn::has_bf16_matrix_units());
}

// Cases of one pixel whose value is the network's input; the figure is the mean of what it gives.
class Numbers : public learn::SampleSource {
 public:
  learn::Sample at(std::uint64_t index) const override {
    learn::Sample sample;
    sample.inputs = {Tensor({1, 4, 4}, 1 + static_cast<float>(index) / 256)};
    return sample;
  }
  std::uint64_t size() const override { return 3; }
};

learn::Task passing_on() {
  nn::Builder b(2);
  const nn::Value x = b.convolution("conv", b.input(1), 1, {.kernel = 1});
  learn::Task task;
  task.name = "passing_on";
  task.graph = b.finish({{"value", x}});
  task.validation = std::make_shared<Numbers>();
  task.headline = "mean";
  task.judge = [](const learn::Sample&, const std::vector<Tensor>& outputs) {
    return learn::Figures{{"mean", {outputs.at(0).values.at(0), 1}}};
  };
  return task;
}

nn::Model model_of(const learn::Task& task) {
  nn::Model model;
  model.name = model.task = task.name;
  model.graph = task.graph;
  model.weights = nn::initial_weights(task.graph, 1);
  for (auto& [name, tensor] : model.weights)
    for (float& value : tensor.values) value = name == "conv.weight" ? 1.0F : 0.0F;
  return model;
}

// bf16 keeps 8 bits: 1 + 1/256 is rounded to 1, and 1 + 2/256 stays.
TEST(Precision, TheCheckJudgesTheSameCasesInBoth) {
  if (!nn::has_bf16()) GTEST_SKIP() << "this processor does not multiply bf16";
  const learn::Task task = passing_on();
  Context context;
  const nn::Bf16Check check = check_bf16(model_of(task), task, context);
  EXPECT_EQ(check.figure, "mean");
  EXPECT_NEAR(check.f32, 1 + 1.0 / 256, 1e-7);
  EXPECT_NEAR(check.bf16, 1 + 2.0 / 768, 1e-7);
}

TEST(Precision, AModelOfAnotherKindIsNotJudged) {
  const learn::Task task = passing_on();
  nn::Model model = model_of(task);
  model.labels = {"another"};
  Context context;
  EXPECT_EQ(
      test::message_of([&] { check_bf16(model, task, context); }),
      "model passing_on: it is not of the kind that the task passing_on trains now; its outputs, labels or "
      "preprocessing are others. Train it again.");
}

TEST(Precision, AModelOfNoKnownTaskIsNotJudged) {
  const test::ScratchFolder scratch;
  nn::Model model = model_of(passing_on());
  model.licence = "Apache-2.0";
  learn::write_model(scratch.path(), model);
  const std::string before = io::read_file(scratch / "model.json");
  Context context;
  const std::string message = test::message_of([&] { state_bf16(scratch.path(), {}, context); });
  EXPECT_NE(message.find("passing_on"), std::string::npos) << message;
  EXPECT_EQ(io::read_file(scratch / "model.json"), before);
}

}  // namespace
}  // namespace lobule::pipeline
