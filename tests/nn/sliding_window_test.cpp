#include "nn/sliding_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "nn/builder.h"
#include "nn/tensors.h"
#include "support/test_support.h"

namespace lobule::nn {
namespace {

WindowModel identity(int channels) {
  return {[](const Tensor& window, std::vector<Tensor>& out) { out = {window}; }, {channels}, 0};
}

double largest_difference(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape, b.shape);
  double largest = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i)
    largest = std::max(largest, std::abs(double{a.values[i]} - b.values[i]));
  return largest;
}

TEST(SlidingWindow, StartsAreEvenAndEndAtTheEnd) {
  EXPECT_EQ(window_starts(352, 96, 0.5), (std::vector<int>{0, 43, 85, 128, 171, 213, 256}));
  EXPECT_EQ(window_starts(160, 96, 0.5), (std::vector<int>{0, 32, 64}));
  EXPECT_EQ(window_starts(96, 96, 0.5), std::vector<int>{0});
  EXPECT_EQ(window_starts(40, 96, 0.5), std::vector<int>{0});
}

TEST(SlidingWindow, AModelThatGivesItsWindowGivesTheImage) {
  for (const bool gaussian : {true, false}) {
    SlidingWindowOptions options;
    options.window = {6, 5, 8};
    options.gaussian = gaussian;
    // Larger than the window along one axis, smaller along another, equal along the third.
    const Tensor image = noise({1, 2, 17, 4, 8}, 1);
    EXPECT_LT(largest_difference(slide_window({identity(2)}, image, options)[0], image), 1e-6);
  }
}

TEST(SlidingWindow, WorksInTwoDimensions) {
  SlidingWindowOptions options;
  options.window = {7, 9};
  options.mirror = {true, true};
  const Tensor image = noise({1, 3, 31, 20}, 1);
  EXPECT_LT(largest_difference(slide_window({identity(3)}, image, options)[0], image), 1e-6);
}

TEST(SlidingWindow, BlendsByTheGaussianOfEachWindow) {
  // Two windows of 8 that begin at 0 and 4; each gives its number.
  double number = 0;
  const WindowModel counts{[&](const Tensor& window, std::vector<Tensor>& out) {
                             out = {Tensor(window.shape, static_cast<float>(++number))};
                           },
                           {1},
                           0};
  SlidingWindowOptions options;
  options.window = {1, 8};
  const Tensor result = slide_window({counts}, Tensor({1, 1, 1, 12}), options)[0];
  const auto weight = [](double place) { return std::exp(-0.5 * (place - 3.5) * (place - 3.5)); };
  EXPECT_FLOAT_EQ(result.values[2], 1);
  EXPECT_FLOAT_EQ(result.values[9], 2);
  const double expected = (weight(5) * 1 + weight(1) * 2) / (weight(5) + weight(1));
  EXPECT_NEAR(result.values[5], expected, 1e-6);
}

TEST(SlidingWindow, MirroredRunsAreTurnedBackAndAveraged) {
  // A model that marks the first place of each axis: mirrored and averaged, all corners are marked alike.
  const WindowModel corner{[](const Tensor& window, std::vector<Tensor>& out) {
                             out = {Tensor(window.shape)};
                             out[0].values[0] = 8;
                           },
                           {1},
                           0};
  SlidingWindowOptions options;
  options.window = {3, 4, 5};
  options.mirror = {true, true, true};
  const Tensor result = slide_window({corner}, Tensor({1, 1, 3, 4, 5}), options)[0];
  const auto at = [&](int z, int y, int x) {
    return result.values[static_cast<std::size_t>((z * 4 + y) * 5 + x)];
  };
  for (const int z : {0, 2})
    for (const int y : {0, 3})
      for (const int x : {0, 4}) EXPECT_FLOAT_EQ(at(z, y, x), 1);
  EXPECT_FLOAT_EQ(at(1, 1, 1), 0);
}

TEST(SlidingWindow, AnEnsembleIsTheMeanOfItsModels) {
  const auto constant = [](float value) {
    return WindowModel{
        [=](const Tensor& window, std::vector<Tensor>& out) { out = {Tensor(window.shape, value)}; }, {1}, 0};
  };
  SlidingWindowOptions options;
  options.window = {4, 4};
  const Tensor result =
      slide_window({constant(1), constant(2), constant(6)}, Tensor({1, 1, 9, 4}), options)[0];
  for (const float value : result.values) EXPECT_NEAR(value, 3, 1e-6);
}

Graph small_network() {
  Builder b(3);
  Value x = b.convolution("conv", b.input(1), 16, {});
  x = b.activate("act", b.normalize("norm", x, {}), {ActivationKind::relu});
  return b.finish({{"labels", b.convolution("head", x, 2, {.kernel = 1})}});
}

TEST(SlidingWindow, GivesTheSameBytesForAnyNumberOfThreads) {
  const Graph graph = small_network();
  const Engine engine(graph, initial_weights(graph, 3));
  SlidingWindowOptions options;
  options.window = {8, 8, 8};
  options.mirror = {false, false, true};
  const Tensor image = noise({1, 1, 21, 13, 10}, 2);
  const auto with_threads = [&](int threads) {
    set_thread_count(threads);
    const auto result = slide_window({window_model(engine, options.window)}, image, options);
    set_thread_count(0);
    return result;
  };
  EXPECT_EQ(with_threads(1), with_threads(2));
}

TEST(SlidingWindow, StreamsPlanesOnceAndInOrderAndAsksForNoMoreThanAWindowOfThem) {
  SlidingWindowOptions options;
  options.window = {6, 4, 4};
  const Tensor image = noise({1, 1, 40, 4, 4}, 4);
  std::int64_t next = 0;
  Tensor whole({1, 1, 40, 4, 4});
  slide_window(
      {identity(1)}, image.shape,
      [&](std::int64_t first, std::int64_t count) {
        EXPECT_LE(count, 6);
        const auto begin = image.values.begin() + first * 16;
        return Tensor({1, 1, count, 4, 4}, std::vector<float>(begin, begin + count * 16));
      },
      options,
      [&](std::int64_t first, const std::vector<Tensor>& planes) {
        EXPECT_EQ(first, next);
        next += planes[0].shape[2];
        std::copy(planes[0].values.begin(), planes[0].values.end(), whole.values.begin() + first * 16);
      });
  EXPECT_EQ(next, 40);
  EXPECT_LT(largest_difference(whole, image), 1e-6);
}

TEST(SlidingWindow, MemoryDoesNotGrowWithTheNumberOfPlanes) {
  SlidingWindowOptions options;
  options.window = {8, 8, 8};
  EXPECT_EQ(sliding_window_bytes({identity(1)}, {1, 1, 100, 9, 9}, options),
            sliding_window_bytes({identity(1)}, {1, 1, 10000, 9, 9}, options));
}

TEST(SlidingWindow, ABudgetThatCannotBeKeptIsRefusedWithWhatIsNeeded) {
  SlidingWindowOptions options;
  options.window = {96, 96, 96};
  options.memory_bytes = 20 << 20;
  EXPECT_EQ(test::message_of([&] {
              slide_window({identity(1)}, Tensor({1, 1, 96, 96, 96}), options);
            }),
            "sliding window: it needs 34 MiB; no more than 20 MiB are allowed. Allow more memory or choose a "
            "smaller window.");
}

TEST(SlidingWindow, EnginesThatShareTheirMemoryHoldItOnceAndGiveTheSame) {
  const Graph graph = small_network();
  const auto memory = make_engine_memory();
  const auto engine = [&](std::uint64_t seed, std::shared_ptr<EngineMemory> works_in) {
    return Engine(graph, initial_weights(graph, seed), {Precision::f32, std::move(works_in)});
  };
  const Engine a = engine(1, nullptr), b = engine(2, nullptr);
  const Engine shares_a = engine(1, memory), shares_b = engine(2, memory);
  SlidingWindowOptions options;
  options.window = {16, 16, 16};
  const Tensor image = noise({1, 1, 20, 16, 24}, 3);
  const auto models = [&](const Engine& first, const Engine& second) {
    return std::vector<WindowModel>{window_model(first, options.window),
                                    window_model(second, options.window)};
  };
  EXPECT_EQ(slide_window(models(shares_a, shares_b), image, options),
            slide_window(models(a, b), image, options));
  const std::size_t alone = a.shared_bytes({{1, 1, 16, 16, 16}});
  EXPECT_GT(alone, 0U);
  EXPECT_EQ(sliding_window_bytes(models(shares_a, shares_b), image.shape, options) + alone,
            sliding_window_bytes(models(a, b), image.shape, options));
}

TEST(SlidingWindow, BadInputIsRefused) {
  SlidingWindowOptions options;
  options.window = {4, 4};
  const auto run = [&](const Shape& shape) {
    return test::message_of([&] { slide_window({identity(1)}, Tensor(shape), options); });
  };
  EXPECT_EQ(run({1, 1, 8}),
            "sliding window: an image of shape 1×1×8 is given; it takes batch, channels and 2 or 3 "
            "extents.");
  EXPECT_EQ(run({2, 1, 8, 8}), "sliding window: a batch of 2 images is given; it takes one.");
  EXPECT_EQ(run({1, 1, 8, 0}), "sliding window: the image is empty.");
  EXPECT_EQ(run({1, 1, 8, 8, 8}), "sliding window: the window has 2 extents; the image has 3.");
  options.overlap = 1;
  EXPECT_EQ(run({1, 1, 8, 8}), "sliding window: the overlap does not lie between 0 and 0.95.");
  options = {};
  options.window = {4, 0};
  EXPECT_EQ(run({1, 1, 8, 8}), "sliding window: the window has an extent of 0.");
  options.window = {4, 4};
  options.mirror = {true};
  EXPECT_EQ(run({1, 1, 8, 8}), "sliding window: mirrored axes are named for 1 axes; the image has 2.");
  options.mirror = {};
  options.deviation = 0;
  EXPECT_EQ(run({1, 1, 8, 8}),
            "sliding window: the Gaussian's deviation does not lie between 0.01 and 10 windows.");
  EXPECT_EQ(test::message_of([&] {
              slide_window({}, Tensor({1, 1, 8, 8}), options);
            }),
            "sliding window: no model is given.");
}

TEST(SlidingWindow, AnOutputOfOtherExtentsIsRefused) {
  Builder b(2);
  const Value x = b.convolution("conv", b.input(1), 1, {});
  const Graph graph = b.finish({{"labels", x}, {"labels.1", b.pool("down", x, {})}});
  const Engine engine(graph, initial_weights(graph, 1));
  EXPECT_EQ(
      test::message_of([&] {
        window_model(engine, {8, 8});
      }),
      "sliding window: the output labels.1 is 1×1×4×4; it has to have the extents of the window, 1×1×8×8.");
  EXPECT_EQ(window_model(engine, {8, 8}, {0}).output_channels, std::vector<int>{1});
}

}  // namespace
}  // namespace lobule::nn
