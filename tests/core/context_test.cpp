#include "core/context.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/test_support.h"

namespace lobule {
namespace {

TEST(RunStage, RunsOnceAndThenComesFromTheCache) {
  const test::ScratchFolder folder;
  int runs = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    Context context;
    context.cache = StageCache(folder.path());
    const auto value = run_stage(context, "double it", {"input 21"}, [&] {
      ++runs;
      return std::vector<double>{42};
    });
    EXPECT_EQ(value, std::vector<double>{42});
    ASSERT_EQ(context.provenance.stages().size(), 1u);
    EXPECT_EQ(context.provenance.stages()[0].cached, attempt == 1);
  }
  EXPECT_EQ(runs, 1);
}

TEST(RunStage, RunsAgainWhenAnInputChanges) {
  const test::ScratchFolder folder;
  Context context;
  context.cache = StageCache(folder.path());
  int runs = 0;
  for (const char* input : {"a", "b"}) run_stage(context, "stage", {input}, [&] { return ++runs; });
  EXPECT_EQ(runs, 2);
}

TEST(RunStage, RunsAgainWhenTheCachedFileIsCutShort) {
  const test::ScratchFolder folder;
  int runs = 0;
  const auto run = [&] {
    Context context;
    context.cache = StageCache(folder.path());
    return run_stage(context, "stage", {}, [&] {
      ++runs;
      return std::string("a result");
    });
  };
  run();
  for (const auto& file : std::filesystem::directory_iterator(folder.path()))
    std::filesystem::resize_file(file.path(), 9);
  EXPECT_EQ(run(), "a result");
  EXPECT_EQ(runs, 2);
}

TEST(RunStage, StopsBeforeTheNextStageWhenCancelled) {
  Context context;
  context.cancellation.request();
  EXPECT_THROW(run_stage(context, "stage", {}, [] { return 1; }), Cancelled);
}

TEST(StageCache, SaysWhereItCannotWrite) {
  const StageCache cache("/proc/nowhere");
  try {
    cache.store("stage one", "key", "bytes");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "/proc/nowhere: the result of the stage \"stage one\" cannot be written (0 MiB); No such file or "
        "directory. Free space there, or choose another output folder with -o.");
  }
}

TEST(Progress, EstimatesTheTimeLeftFromTheFractionDone) {
  Progress::State last;
  Progress progress([&](const Progress::State& state) { last = state; });
  progress.begin("read");
  progress.update(0.25);
  EXPECT_EQ(last.stage, "read");
  EXPECT_NEAR(last.seconds_left, 3 * last.seconds, 1e-9);
  progress.finish();
  EXPECT_TRUE(last.finished);
}

TEST(Bytes, ComeBackAsTheValueThatTheyWere) {
  Image<float> image(Grid{{2, 1, 2}, {1, 2, 3}, {4, 5, 6}, {}}, 1.5f);
  const auto back = from_bytes<Image<float>>(to_bytes(image));
  EXPECT_EQ(back.grid, image.grid);
  EXPECT_EQ(back.voxels, image.voxels);
  const std::map<std::string, std::optional<double>> map = {{"a", 1.0}, {"b", {}}};
  EXPECT_EQ((from_bytes<std::map<std::string, std::optional<double>>>(to_bytes(map))), map);
}

}  // namespace
}  // namespace lobule
