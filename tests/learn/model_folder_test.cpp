// Models as folders: there and back, the same bytes, and every way in which a folder can be wrong.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/hash.h"
#include "core/small_float.h"
#include "core/text.h"
#include "io/files.h"
#include "learn/model_folder.h"
#include "nn/builder.h"
#include "nn/graph_json.h"
#include "support/json_schema.h"
#include "support/test_support.h"

namespace lobule::learn {
namespace {
using nlohmann::json;

nn::Model small_model() {
  nn::Builder b(2);
  nn::Value x = b.input(3);
  x = b.convolution("conv", x, 4, {.kernel = 3});
  x = b.normalize("norm", x, {.kind = nn::NormalizationKind::batch});
  x = b.convolution("head", x, 2, {.kernel = 1});
  nn::Model model;
  model.name = "edges";
  model.task = "segmentation";
  model.summary = "Finds edges.";
  model.graph = b.finish({{"logits", x}});
  model.weights = nn::initial_weights(model.graph, 7);
  model.preprocessing.channels = 3;
  model.preprocessing.spacing_mm = {0.7, 0.7, 0};
  model.preprocessing.window = {96, 96, 1};
  model.preprocessing.multiple = {8, 8, 1};
  model.preprocessing.intensity = nn::IntensityRule::fixed_clipped;
  model.preprocessing.mean = {0.485, 0.456, 0.406};
  model.preprocessing.deviation = {0.229, 0.224, 0.225};
  model.preprocessing.lowest_value = {-1, 0, 0};
  model.preprocessing.highest_value = {1, 2, 3};
  model.preprocessing.before_scale = 255;
  model.labels = {"background", "edge"};
  model.provenance = {{"seed", "7"}, {"steps", "0"}, {"data", "none: fresh weights"}};
  model.metrics = {{"dice", 1.0 / 3}, {"hausdorff_mm", std::numeric_limits<double>::quiet_NaN()}};
  model.headline = "dice";
  model.bf16 = {"dice", 1.0 / 3, 0.33};
  model.limits = {"Only for tests."};
  model.licence = "Apache-2.0";
  return model;
}

std::string refusal_of(const std::filesystem::path& folder) {
  try {
    read_model(folder);
  } catch (const Error& error) {
    std::string text = error.what();
    const std::string place = folder.string() + "/";
    for (std::size_t at; (at = text.find(place)) != std::string::npos;) text.erase(at, place.size());
    return text;
  }
  return "not refused";
}

// model.json with a change, and a hash that fits the weights as they lie there.
std::string refusal_after(const std::function<void(json&)>& change) {
  const test::ScratchFolder scratch;
  write_model(scratch.path(), small_model());
  json document = json::parse(io::read_file(scratch / "model.json"));
  change(document);
  io::write_file(scratch / "model.json", document.dump());
  return refusal_of(scratch.path());
}

TEST(ModelFolder, AModelComesBackExactly) {
  const test::ScratchFolder scratch;
  const nn::Model model = small_model();
  EXPECT_FALSE(is_model_folder(scratch.path()));
  write_model(scratch.path(), model);
  EXPECT_TRUE(is_model_folder(scratch.path()));
  const nn::Model back = read_model(scratch.path());
  EXPECT_EQ(back.name, model.name);
  EXPECT_EQ(back.task, model.task);
  EXPECT_EQ(back.summary, model.summary);
  EXPECT_EQ(nn::graph_to_json(back.graph), nn::graph_to_json(model.graph));
  EXPECT_EQ(back.weights, model.weights);
  EXPECT_EQ(back.preprocessing, model.preprocessing);
  EXPECT_EQ(back.labels, model.labels);
  EXPECT_EQ(back.provenance, model.provenance);
  EXPECT_EQ(back.metrics.at("dice"), 1.0 / 3);
  EXPECT_TRUE(std::isnan(back.metrics.at("hausdorff_mm")));
  EXPECT_EQ(back.headline, model.headline);
  EXPECT_EQ(back.bf16, model.bf16);
  EXPECT_EQ(back.limits, model.limits);
  EXPECT_EQ(back.licence, model.licence);
}

TEST(ModelFolder, NeighboursOfASliceComeBack) {
  const test::ScratchFolder scratch;
  nn::Model model = small_model();
  model.preprocessing.neighbours = {-2, 0, 2};
  model.preprocessing.intensity = nn::IntensityRule::none;
  write_model(scratch.path(), model);
  const nn::Preprocessing back = read_model(scratch.path()).preprocessing;
  EXPECT_EQ(back, model.preprocessing);
  EXPECT_EQ(back.images(), 1);
}

TEST(ModelFolder, TheSameModelGivesTheSameBytesAndObeysTheSchema) {
  const test::ScratchFolder first, second;
  write_model(first.path(), small_model());
  write_model(second.path(), read_model(first.path()));
  for (const char* file : {"model.json", "weights.safetensors", "card.md"})
    EXPECT_EQ(io::read_file(first / file), io::read_file(second / file)) << file;
  const json schema = json::parse(io::read_file(test::source_dir() / "docs/schemas/model.schema.json"));
  EXPECT_EQ(test::schema_errors(schema, json::parse(io::read_file(first / "model.json"))),
            std::vector<std::string>{});
}

TEST(ModelFolder, TheCardSaysWhatAPersonNeeds) {
  const test::ScratchFolder scratch;
  write_model(scratch.path(), small_model());
  const std::string card = io::read_file(scratch / "card.md");
  for (const std::string& part :
       {std::string("# edges\n"), std::string("Finds edges."), std::string("Licence: Apache-2.0."),
        std::string("- Only for tests."), std::string("| dice | 0.3333 |"),
        std::string("| hausdorff_mm | not measured |"), std::string("| data | none: fresh weights |"),
        std::string("It tells apart: background, edge."),
        std::string("With numbers of bf16 between layers dice is 0.3300, with those of f32 0.3333"),
        sha256_hex(io::read_file(scratch / "weights.safetensors"))})
    EXPECT_TRUE(contains(card, part)) << part;
}

TEST(ModelFolder, NarrowWeightsAreRoundedOnceAndStrangersLeftOut) {
  const test::ScratchFolder scratch;
  nn::Model model = small_model();
  model.weights["norm.num_batches_tracked"] = Tensor(Shape{}, std::vector<float>{3});
  write_model(scratch.path(), model, io::WeightPrecision::f16);
  const TensorMap back = read_model(scratch.path()).weights;
  EXPECT_EQ(back.size(), model.weights.size() - 1);
  for (const auto& [name, tensor] : back)
    for (std::size_t i = 0; i < tensor.values.size(); ++i)
      ASSERT_EQ(tensor.values[i], half_to_float(float_to_half(model.weights.at(name).values[i])));
}

TEST(ModelFolder, WeightsThatAreNotTheModelsAreRefused) {
  const test::ScratchFolder scratch;
  nn::Model model = small_model();
  write_model(scratch.path(), model);
  std::string bytes = io::read_file(scratch / "weights.safetensors");
  bytes.back() ^= 1;
  io::write_file(scratch / "weights.safetensors", bytes);
  EXPECT_EQ(refusal_of(scratch.path()),
            "weights.safetensors: its SHA-256 is not the one that model.json states; it is damaged, or "
            "another file "
            "than the model was judged with. Fetch or train the model again.");
  // Weights of another network under the right hash.
  model.weights.erase("head.bias");
  model.weights["conv.weight"] = Tensor({4, 1, 3, 3});
  model.weights["extra"] = Tensor({1});
  io::write_safetensors(scratch / "weights.safetensors", model.weights);
  json document = json::parse(io::read_file(scratch / "model.json"));
  document["weights"]["sha256"] = sha256_hex(io::read_file(scratch / "weights.safetensors"));
  io::write_file(scratch / "model.json", document.dump());
  EXPECT_EQ(refusal_of(scratch.path()),
            "weights.safetensors: conv.weight is 4×1×3×3 and should be 4×3×3×3, head.bias is missing, extra "
            "is none of "
            "the network's; they belong to another network.");
  std::filesystem::remove(scratch / "weights.safetensors");
  EXPECT_EQ(refusal_of(scratch.path()), "weights.safetensors: cannot be read; No such file or directory.");
}

TEST(ModelFolder, AModelWithoutItsWeightsIsNotWritten) {
  const test::ScratchFolder scratch;
  nn::Model model = small_model();
  model.weights.erase("head.bias");
  try {
    write_model(scratch / "m", model);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "weights: head.bias is missing; they belong to another network. Name the network that "
                 "they were trained for.");
  }
  EXPECT_FALSE(is_model_folder(scratch / "m"));
}

TEST(ModelFolder, DocumentsThatAreWrongAreRefusedWithThePlace) {
  EXPECT_EQ(refusal_after([](json&) {}), "not refused");
  EXPECT_EQ(refusal_after([](json& d) { d["format"] = 9; }),
            "model.json: its format is 9; this version reads 1. Read it with a newer lobule.");
  EXPECT_EQ(refusal_after([](json& d) { d.erase("licence"); }), "model.json: \"licence\" is missing.");
  EXPECT_EQ(refusal_after([](json& d) { d["author"] = "x"; }),
            "model.json: the key \"author\" is not known.");
  EXPECT_EQ(refusal_after([](json& d) { d["labels"] = "edge"; }), "model.json: \"labels\" is not a list.");
  EXPECT_EQ(refusal_after([](json& d) { d["metrics"]["dice"] = "good"; }),
            "model.json: \"metrics\" is not a number.");
  EXPECT_EQ(refusal_after([](json& d) { d["headline"] = "auc"; }),
            "model.json: \"headline\" is \"auc\", which is none of its metrics.");
  EXPECT_EQ(refusal_after([](json& d) { d["bf16"]["figure"] = "auc"; }),
            "model.json: bf16: \"figure\" is \"auc\", which is none of the model's metrics.");
  EXPECT_EQ(refusal_after([](json& d) { d["bf16"].erase("f32"); }), "model.json: bf16: \"f32\" is missing.");
  EXPECT_EQ(refusal_after([](json& d) { d["weights"]["file"] = "../../etc/passwd"; }),
            "model.json: weights: \"file\" is not \"weights.safetensors\".");
  EXPECT_EQ(refusal_after([](json& d) { d["weights"]["sha256"] = "12"; }),
            "model.json: weights: \"sha256\" is not 64 hexadecimal digits.");
  EXPECT_EQ(refusal_after([](json& d) { d["network"]["layers"][1]["groups"] = 2; }),
            "layer conv: its channels do not divide into its groups.");
  EXPECT_EQ(refusal_after([](json& d) {
              d["preprocessing"]["channels"] = 1, d["preprocessing"]["intensity"] = "none";
            }),
            "model.json: its preprocessing makes 1 channels and the network takes 3.");
}

TEST(ModelFolder, PreprocessingThatMakesNoSenseIsRefused) {
  const auto refused = [](const char* key, const json& value) {
    return refusal_after([&](json& d) { d["preprocessing"][key] = value; });
  };
  const std::string place = "model.json: preprocessing: ";
  EXPECT_EQ(refused("mean", {1, 2}),
            place + "\"mean\" and \"deviation\" do not have a number for each channel.");
  EXPECT_EQ(refused("deviation", {1, 0, 1}), place + "a \"deviation\" is not above 0.");
  EXPECT_EQ(refused("highest_value", {-1, 1, 1}), place + "a \"lowest_value\" is not below the highest.");
  EXPECT_EQ(refused("lowest_value", json::array()),
            place + "\"lowest_value\" and \"highest_value\" do not have a number for each channel.");
  EXPECT_EQ(refused("low_percentile", 100), place + "its percentiles do not rise within 0 to 100.");
  EXPECT_EQ(refused("before_scale", 0), place + "\"before_scale\" is not above 0.");
  EXPECT_EQ(refused("window", {-1, 0, 0}), place + "\"window\" does not lie in 0 to 65536.");
  EXPECT_EQ(refused("multiple", {0, 1, 1}), place + "\"multiple\" does not lie in 1 to 65536.");
  EXPECT_EQ(refused("spacing_mm", {-1, 1, 1}), place + "\"spacing_mm\" does not lie in 0 to 1000.");
  EXPECT_EQ(refused("channels", 0), place + "\"channels\" is out of range.");
  EXPECT_EQ(refused("neighbours", {1, 0, -1}), place + "\"neighbours\" do not rise within -64 to 64.");
  EXPECT_EQ(refused("neighbours", {0, 1}),
            place + "\"channels\" are no multiple of the number of \"neighbours\".");
  EXPECT_EQ(refused("intensity", "log"),
            place +
                "\"intensity\" is \"log\"; known are none, percentiles, z_score, "
                "z_score_nonzero, fixed, fixed_clipped.");
}

}  // namespace
}  // namespace lobule::learn
