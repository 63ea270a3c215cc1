#include "learn/study_samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "io/files.h"
#include "support/test_support.h"

namespace lobule::learn {
namespace {

// Two slices of 3 × 4 whose values say which case they are of; labels 1 where x = 0.
Sample small_case(float value) {
  Tensor input({2, 1, 3, 4}, value), label({2, 1, 3, 4});
  for (std::size_t i = 0; i < label.values.size(); i += 4) label.values[i] = 1;
  return {{input}, {{"breast", label}}};
}

StudySourceOptions options_of(const std::filesystem::path& folder, int window) {
  StudySourceOptions options;
  options.folder = folder;
  options.preprocessing.window = {window, window, 1};
  return options;
}

TEST(StudySamples, ExamsStayTogetherAndEachSliceIsJudgedOnce) {
  const io::TemporaryFolder folder;
  for (int exam = 1; exam <= 6; ++exam)
    for (const char* series : {"_3_t1", "_4_fs"})
      write_case(folder.path() / (std::to_string(exam) + series + ".safetensors"),
                 small_case(static_cast<float>(exam)));
  const StudySources sources = study_sources(options_of(folder.path(), 4));
  EXPECT_EQ(sources.validation_cases, 4u);  // two exams of two series
  EXPECT_EQ(sources.training_cases, 8u);
  ASSERT_EQ(sources.validation->size(), 8u);
  EXPECT_EQ(sources.training->size(), 0u);
  std::map<float, int> judged, learned;
  for (std::uint64_t i = 0; i < 8; ++i) ++judged[sources.validation->at(i).inputs[0].values[5]];
  for (std::uint64_t i = 0; i < 200; ++i) ++learned[sources.training->at(i).inputs[0].values[5]];
  EXPECT_EQ(judged.size(), 2u);
  EXPECT_EQ(learned.size(), 4u);
  for (const auto& [value, count] : judged) {
    EXPECT_EQ(count, 4);
    EXPECT_FALSE(learned.contains(value));
  }
}

TEST(StudySamples, WindowsAreCutOrPaddedWithZero) {
  const io::TemporaryFolder folder;
  for (const char* name : {"1_a.safetensors", "2_a.safetensors"})
    write_case(folder.path() / name, small_case(7));
  const Sample wide = study_sources(options_of(folder.path(), 6)).validation->at(0);
  EXPECT_EQ(wide.inputs[0].shape, (Shape{1, 6, 6}));
  float sum = 0;
  for (const float v : wide.inputs[0].values) sum += v;
  EXPECT_EQ(sum, 7 * 12);
  const Sample narrow = study_sources(options_of(folder.path(), 2)).validation->at(0);
  EXPECT_EQ(narrow.inputs[0], Tensor({1, 2, 2}, 7));
}

// Of 20 × 20 voxels class 1 has 30 and class 2 a single one, in one of the exams.
Sample rare_case(bool has_second) {
  Tensor input({1, 1, 20, 20}), label({1, 1, 20, 20});
  for (std::size_t i = 0; i < 30; ++i) label.values[i] = 1;
  if (has_second) label.values[17 * 20 + 13] = 2;
  for (std::size_t i = 0; i < input.values.size(); ++i) input.values[i] = static_cast<float>(i);
  return {{input}, {{"breast", label}}};
}

TEST(StudySamples, ClassesAreDrawnAlikeAndLieWithinTheirWindows) {
  const io::TemporaryFolder folder;
  for (int exam = 1; exam <= 6; ++exam)
    write_case(folder.path() / (std::to_string(exam) + "_a.safetensors"), rare_case(true));
  StudySourceOptions options = options_of(folder.path(), 5);
  const auto seen = [&](float label) {
    const auto source = study_sources(options).training;
    int count = 0;
    for (std::uint64_t i = 0; i < 400; ++i) {
      const Sample sample = source->at(i);
      const std::vector<float>& values = sample.targets.at("breast").values;
      count += std::find(values.begin(), values.end(), label) != values.end() ? 1 : 0;
    }
    return count;
  };
  EXPECT_LT(seen(2), 70);  // 25 of the 256 windows hold the single voxel
  options.balanced_share = 1;
  options.balanced_by = "breast";
  EXPECT_NEAR(seen(1), 200, 40);
  EXPECT_NEAR(seen(2), 200, 40);
  options.balanced_share = 0.5;
  EXPECT_NEAR(seen(2), 0.5 * 200 + 0.5 * 400 * 25 / 256, 40);
  options.balanced_by = "gland";
  EXPECT_EQ(test::message_of([&] { study_sources(options); }).substr(1),
            "_a: it holds no target gland; samples are drawn by its classes.");
}

TEST(StudySamples, ClassesOfWholeSamplesAreDrawnAlike) {
  const io::TemporaryFolder folder;
  for (int exam = 1; exam <= 12; ++exam)
    write_case(folder.path() / (std::to_string(exam) + "_a.safetensors"),
               {{Tensor({1, 1, 4, 4}, 1)}, {{"kind", Tensor({1, 1, 1, 1}, exam % 4 == 0 ? 1.0F : 0.0F)}}});
  StudySourceOptions options = options_of(folder.path(), 4);
  const auto ones = [&] {
    const auto source = study_sources(options).training;
    int count = 0;
    for (std::uint64_t i = 0; i < 400; ++i)
      count += source->at(i).targets.at("kind").values.at(0) == 1 ? 1 : 0;
    return count;
  };
  ASSERT_GT(ones(), 0);  // not all exams of the rare class are kept for validation
  EXPECT_LT(ones(), 150);
  options.balanced_share = 1;
  options.balanced_by = "kind";
  EXPECT_NEAR(ones(), 200, 40);
}

TEST(StudySamples, ACaseIsWhatTheNetworkWillSee) {
  Grid grid;
  grid.size = {4, 2, 2};
  Image<float> image(grid, 0.0F);
  Mask labels(grid);
  for (int k = 0; k < 2; ++k)
    for (int j = 0; j < 2; ++j)
      for (int i = 2; i < 4; ++i) image.at(i, j, k) = 100, labels.at(i, j, k) = 1;
  nn::Preprocessing p;
  p.spacing_mm = {2, 2, 0};
  p.intensity = nn::IntensityRule::percentiles;
  const Sample found = case_of(image, labels, "breast", p, 2);
  EXPECT_EQ(found.inputs[0], Tensor({2, 1, 1, 2}, {0, 1, 0, 1}));
  EXPECT_EQ(found.targets.at("breast"), Tensor({2, 1, 1, 2}, {0, 1, 0, 1}));
}

TEST(StudySamples, LabelsOnAnotherGridAreRefused) {
  Grid grid, other;
  grid.size = {4, 4, 1}, other.size = {4, 5, 1};
  EXPECT_EQ(test::message_of([&] { case_of(Image<float>(grid), Mask(other), "breast", {}, 2); }),
            "labels: they have 4×5×1 voxels of 1.000×1.000×1.000 mm; their image has 4×4×1 voxels of "
            "1.000×1.000×1.000 mm, or lies at another place. Draw labels on the image's own grid.");
}

TEST(StudySamples, OneExamIsNotEnough) {
  const io::TemporaryFolder folder;
  const auto samples = folder.path() / "samples";
  write_case(samples / "1_a.safetensors", small_case(1));
  write_case(samples / "1_b.safetensors", small_case(1));
  EXPECT_EQ(
      test::message_of([&] { study_sources(options_of(samples, 4)); }),
      "samples: it holds samples of 1 exams; some exams are learned from and others are kept to judge by. "
      "Give images and labels of at least two exams.");
}

TEST(StudySamples, ACaseWhoseTensorsDoNotFitIsRefused) {
  const io::TemporaryFolder folder;
  Sample wrong = small_case(1);
  wrong.targets["breast"] = Tensor({2, 1, 3, 3});
  write_case(folder.path() / "1_a.safetensors", wrong);
  write_case(folder.path() / "2_a.safetensors", small_case(1));
  EXPECT_EQ(test::message_of([&] { study_sources(options_of(folder.path(), 4)); }),
            "1_a.safetensors: breast is 2×1×3×3 for an input of 2×1×3×4.");
}

}  // namespace
}  // namespace lobule::learn
