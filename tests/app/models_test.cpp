// `lobule models`: what it lists, what it finds wrong, and its exit codes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/hash.h"
#include "core/text.h"
#include "io/files.h"
#include "learn/model_folder.h"
#include "nn/builder.h"
#include "pipeline/models.h"
#include "support/test_support.h"

namespace lobule {
namespace {
namespace fs = std::filesystem;

void write_small_model(const fs::path& folder, const std::string& name, double dice) {
  nn::Builder b(2);
  nn::Value x = b.input(1);
  x = b.convolution("conv", x, 2, {.kernel = 3});
  nn::Model model;
  model.name = name;
  model.task = "segmentation";
  model.summary = "Finds edges.";
  model.graph = b.finish({{"logits", x}});
  model.weights = nn::initial_weights(model.graph, 1);
  model.metrics = {{"dice", dice}};
  model.headline = "dice";
  model.licence = "Apache-2.0";
  learn::write_model(folder, model);
}

void break_weights(const fs::path& folder) {
  std::string bytes = io::read_file(folder / "weights.safetensors");
  bytes.back() ^= 1;
  io::write_file(folder / "weights.safetensors", bytes);
}

test::ProgramResult lobule_models(const fs::path& shipped, std::vector<std::string> words = {}) {
  std::vector<std::string> command{"env", "LOBULE_MODELS=" + shipped.string(), test::lobule_program(),
                                   "models"};
  command.insert(command.end(), words.begin(), words.end());
  return test::run_program(command);
}

std::string sha_of(const fs::path& folder) {
  return sha256_hex(io::read_file(folder / "weights.safetensors"));
}

TEST(ModelsCommand, ListsShippedModelsAndThoseThatAreNamed) {
  const test::ScratchFolder shipped, own;
  write_small_model(shipped / "outline", "outline", 0.9412);
  write_small_model(shipped / "gland", "gland", 0.8);
  write_small_model(own / "best", "mine", 0.5);
  fs::create_directories(shipped / "notes");
  const auto result = lobule_models(shipped.path(), {own.path().string(), (own / "best").string()});
  EXPECT_EQ(result.exit_code, 0);
  const std::string sha = sha_of(shipped / "gland");
  EXPECT_EQ(result.output,
            "name     task          size   licence     figure      sha256\n"
            "gland    segmentation  224 B  Apache-2.0  dice 0.800  " +
                sha +
                "\n"
                "outline  segmentation  224 B  Apache-2.0  dice 0.941  " +
                sha +
                "\n"
                "mine     segmentation  224 B  Apache-2.0  dice 0.500  " +
                sha + "\n");
}

TEST(ModelsCommand, SaysWhatIsWrongWithAModel) {
  const test::ScratchFolder shipped;
  write_small_model(shipped / "a", "good", 1);
  write_small_model(shipped / "b", "broken", 1);
  break_weights(shipped / "b");
  const auto partial = lobule_models(shipped.path());
  EXPECT_EQ(partial.exit_code, 1);
  EXPECT_TRUE(contains(partial.output, "broken  segmentation  224 B  Apache-2.0  CANNOT BE USED  "))
      << partial.output;
  EXPECT_TRUE(
      contains(partial.output, "error: " + (shipped / "b" / "weights.safetensors").string() +
                                   ": its SHA-256 is not the one that model.json states; it is damaged, or "
                                   "another file than the model was judged with. Fetch or train the model "
                                   "again.\n"))
      << partial.output;
  break_weights(shipped / "a");
  EXPECT_EQ(lobule_models(shipped.path()).exit_code, 3);
  io::write_file(shipped / "b" / "model.json", "{");
  const auto unreadable = lobule_models(shipped.path());
  EXPECT_TRUE(
      contains(unreadable.output, (shipped / "b" / "model.json").string() + ": it is not JSON; at byte 2.\n"))
      << unreadable.output;
}

TEST(ModelsCommand, NamesFoldersWithoutModels) {
  const test::ScratchFolder empty, own;
  const auto none = lobule_models(empty.path());
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_EQ(none.output,
            "error: lobule models: there are no shipped models; neither below LOBULE_MODELS nor beside the "
            "program. Name a folder with models, or make them: make models.\n");
  write_small_model(own / "m", "mine", 1);
  const auto some = lobule_models(empty.path(), {own.path().string(), (empty / "absent").string()});
  EXPECT_EQ(some.exit_code, 1);
  EXPECT_TRUE(contains(some.output, "error: " + (empty / "absent").string() +
                                        ": there is no model in it; a model is a folder with model.json and "
                                        "weights.safetensors.\n"))
      << some.output;
}

TEST(ModelsCommand, PrintsJson) {
  const test::ScratchFolder shipped;
  write_small_model(shipped / "a", "good", 1);
  write_small_model(shipped / "b", "broken", 1);
  break_weights(shipped / "b");
  const std::string output = lobule_models(shipped.path(), {"--json"}).output;
  const auto list = nlohmann::json::parse(output.substr(0, output.rfind(']') + 1));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["usable"], true);
  EXPECT_EQ(list[0]["headline"], "dice 1.000");
  EXPECT_EQ(list[0]["sha256"], sha_of(shipped / "a"));
  EXPECT_EQ(list[1]["usable"], false);
  EXPECT_EQ(list[1]["name"], "broken");
}

TEST(FindModel, ByFolderOrByNameOfAShippedOne) {
  const test::ScratchFolder shipped, own;
  write_small_model(shipped / "breast_outline", "breast_outline", 1);
  write_small_model(own / "m", "mine", 1);
  ASSERT_EQ(setenv("LOBULE_MODELS", shipped.path().c_str(), 1), 0);
  EXPECT_EQ(pipeline::find_model("breast_outline"), shipped / "breast_outline");
  EXPECT_EQ(pipeline::find_model((own / "m").string()), own / "m");
  try {
    pipeline::find_model("breast_outlin");
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "model \"breast_outlin\": it is no model folder and no shipped model; the nearest are "
                 "breast_outline. See: lobule models.");
  }
  unsetenv("LOBULE_MODELS");
}

}  // namespace
}  // namespace lobule
