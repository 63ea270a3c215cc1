#include "train/trainer.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "io/files.h"
#include "learn/model_folder.h"
#include "train/checkpoint.h"
#include "train/history.h"
#include "train/loader.h"
#include "train/squares.h"

namespace lobule::train {
namespace {

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

// With a learning rate of nothing no validation is better than the first.
TEST(Trainer, EndsEarlyWithoutGainAndTheRateFallsOnAPlateau) {
  const io::TemporaryFolder early, plateau;
  learn::Task task = squares_task();
  task.recipe.learning_rate = 1e-30;
  task.recipe.warm_up_steps = 0;
  task.recipe.validate_every = 1;
  task.recipe.schedule = "plateau";
  task.recipe.steps = 8;
  Context context;
  EXPECT_FALSE(train_task(task, into(plateau.path()), context).stopped_early);
  // The first validation and five more without gain: the seventh step has three tenths of the rate.
  const History log = parse_history(io::read_file(plateau.path() / "log.csv"));
  ASSERT_EQ(log.size(), 8u);
  EXPECT_NEAR(log[5].learning_rate / 1e-30, 1, 1e-6);
  EXPECT_NEAR(log[6].learning_rate / 1e-30, 0.3, 1e-6);

  task.recipe.patience = 3;
  const TrainingReport report = train_task(task, into(early.path()), context);
  EXPECT_TRUE(report.stopped_early);
  EXPECT_EQ(report.steps, 4);
  EXPECT_EQ(report.best_step, 1);
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
