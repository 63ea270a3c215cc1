#include "train/trainer.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/random.h"
#include "io/files.h"
#include "learn/model_folder.h"
#include "learn/segmentation_figures.h"
#include "nn/networks/unet.h"
#include "train/checkpoint.h"
#include "train/loader.h"

namespace lobule::train {
namespace {

// Noise with a bright square; where is it?
class Squares : public learn::SampleSource {
 public:
  explicit Squares(std::uint64_t seed, std::uint64_t size = 0) : seed_(seed), size_(size) {}
  std::uint64_t size() const override { return size_; }
  learn::Sample at(std::uint64_t index) const override {
    const RandomStream random(seed_, "squares " + std::to_string(index));
    Tensor image({1, 16, 16}), label({1, 16, 16});
    const int left = 1 + static_cast<int>(9 * random.uniform(1000)),
              top = 1 + static_cast<int>(9 * random.uniform(1001));
    for (int y = 0; y < 16; ++y)
      for (int x = 0; x < 16; ++x) {
        const auto i = static_cast<std::size_t>(16 * y + x);
        const bool inside = x >= left && x < left + 5 && y >= top && y < top + 5;
        label.values[i] = inside ? 1 : 0;
        image.values[i] = static_cast<float>(0.3 * random.normal(i)) + label.values[i];
      }
    return {{image}, {{"square", label}}};
  }

 private:
  std::uint64_t seed_, size_;
};

learn::Task squares_task(nn::NormalizationKind normalization = nn::NormalizationKind::instance) {
  learn::Task task;
  task.name = "squares";
  task.summary = "finds bright squares";
  nn::UNetOptions options;
  options.dimensions = 2;
  options.levels = nn::unet_levels({4, 8}, 1);
  options.style.normalization.kind = normalization;
  options.decoders = {{.name = "decoder", .outputs = {{"logits", 2}}}};
  task.graph = nn::unet(options);
  task.labels = {"background", "square"};
  task.loss.losses = {
      {.name = "square", .kind = nn::DiceCrossEntropy{}, .output = "logits", .target = "square"}};
  task.training = std::make_shared<Squares>(1);
  task.validation = std::make_shared<Squares>(2, 8);
  task.judge = [](const learn::Sample& sample, const std::vector<Tensor>& outputs) {
    return learn::dice_figures(sample.targets.at("square"), outputs.at(0), {"background", "square"});
  };
  task.headline = "dice_square";
  task.recipe.steps = 60;
  task.recipe.batch = 4;
  task.recipe.learning_rate = 1e-2;
  task.recipe.average_decay = 0.9;
  task.recipe.validate_every = 20;
  task.trained_on = "squares";
  return task;
}

learn::TrainingOptions into(const std::filesystem::path& folder, const std::string& precision = "f32") {
  learn::TrainingOptions options;
  options.output = folder.string();
  options.precision = precision;
  options.device = "cpu";
  return options;
}

TEST(Trainer, ASmallTaskIsLearnedInSixtySteps) {
  for (const char* precision : {"f32", "bf16"}) {
    const io::TemporaryFolder folder;
    Context context;
    const TrainingReport report = train_task(squares_task(), into(folder.path(), precision), context);
    EXPECT_EQ(report.steps, 60);
    EXPECT_GT(report.best.at("dice_square"), 0.9) << precision;
    const nn::Model model = learn::read_model(folder.path() / "best");
    EXPECT_EQ(model.metrics.at("dice_square"), report.best.at("dice_square"));
    EXPECT_NE(io::read_file(folder.path() / "training.html").find("data:image/bmp"), std::string::npos);
  }
}

TEST(Trainer, AStoppedTrainingGoesOnBitForBit) {
  const io::TemporaryFolder whole, broken;
  Context context, first;
  train_task(squares_task(nn::NormalizationKind::batch), into(whole.path()), context);
  EXPECT_THROW(train_task(squares_task(nn::NormalizationKind::batch), into(broken.path()), first,
                          [&](const TrainingState& state) {
                            if (state.step == 33) first.cancellation.request();
                          }),
               Cancelled);
  learn::TrainingOptions options = into(broken.path());
  options.resume = true;
  Context second;
  train_task(squares_task(nn::NormalizationKind::batch), options, second);
  for (const char* file : {"best/weights.safetensors", "last/weights.safetensors"})
    EXPECT_EQ(io::read_file(whole.path() / file), io::read_file(broken.path() / file)) << file;
}

TEST(Trainer, ACheckpointOfAnotherTrainingIsRefused) {
  const io::TemporaryFolder folder;
  Context context;
  learn::TrainingOptions options = into(folder.path());
  options.steps = 2;
  train_task(squares_task(), options, context);
  options.resume = true;
  options.seed = 5;
  try {
    train_task(squares_task(), options, context);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("checkpoint: it is of another training; squares, network"),
              std::string::npos)
        << error.what();
  }
}

TEST(Trainer, WithoutAFolderItSaysSo) {
  Context context;
  try {
    train_task(squares_task(), {}, context);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "lobule-train: no folder for the model is given. Name one with -o.");
  }
}

TEST(BatchLoader, BatchesComeInTheirOrderForAnyNumberOfThreads) {
  const auto source = std::make_shared<Squares>(1);
  for (const int threads : {1, 3}) {
    BatchLoader loader(source, {.batch = 2, .first_batch = 5, .threads = threads});
    for (std::uint64_t batch = 5; batch < 9; ++batch)
      EXPECT_EQ(loader.next().inputs,
                learn::batch_of({source->at(2 * batch), source->at(2 * batch + 1)}).inputs);
  }
}

TEST(BatchLoader, ProcessesShareABatch) {
  const auto source = std::make_shared<Squares>(1);
  BatchLoader loader(source, {.batch = 4, .share = 1, .share_of = 2});
  EXPECT_EQ(loader.next().inputs, learn::batch_of({source->at(1), source->at(3)}).inputs);
}

TEST(History, RowsComeBackToTheLastBit) {
  History history(2);
  history[0] = {10, 1e-3, 1.0 / 3, {{"a", 0.1}, {"b", 0.7}}, {}};
  history[1] = {20, 2e-4, 0.25, {{"a", 0.3}}, {{"dice", 2.0 / 3}}};
  const History back = parse_history(history_csv(history));
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].loss, history[0].loss);
  EXPECT_EQ(back[0].each, history[0].each);
  EXPECT_TRUE(back[0].judged.empty());
  EXPECT_EQ(back[1].judged, history[1].judged);
}

}  // namespace
}  // namespace lobule::train
