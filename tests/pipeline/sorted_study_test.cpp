#include "pipeline/sorted_study.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "exam/sort.h"
#include "io/dicom_read.h"
#include "io/dicom_tags.h"
#include "io/files.h"
#include "io/inputs.h"
#include "io/safetensors.h"
#include "learn/thumbnail_source.h"
#include "pipeline/phantom_dicom.h"
#include "pipeline/sort.h"
#include "pipeline/sorting_networks.h"
#include "support/small_phantom.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

learn::Task of_exams(const char* name) {
  learn::Task task;
  task.name = name;
  task.study = learn::Study::sorted_exams;
  return task;
}

std::vector<TensorMap> samples_in(const fs::path& folder) {
  std::vector<TensorMap> samples;
  for (const auto& entry : fs::directory_iterator(folder))
    samples.push_back(io::read_safetensors(entry.path()));
  return samples;
}

TEST(SortedStudy, EverySeriesOfExamsJsonBecomesASampleWithItsRole) {
  const test::ScratchFolder study;
  const PhantomStudy planted =
      write_phantom_dicom(phantom::make_exam(test::small_patient()), study / "images");
  SortOptions options;
  options.output = (study / "sorted").string();
  options.classical = true;
  Context context;
  sort_inputs({(study / "images").string()}, options, context);
  fs::copy_file(study / "sorted" / "exams.json", study / "exams.json");

  const StudyData data =
      prepare_sorted_study(study.path(), study / "sequence", of_exams("sequence"), context);
  EXPECT_EQ(data.cases, planted.series.size());
  std::map<int, int> classes;
  for (const TensorMap& sample : samples_in(study / "sequence")) {
    EXPECT_EQ(sample.at("input.0").shape, (Shape{1, 3, 96, 96}));
    EXPECT_EQ(sample.at("sequence").shape, (Shape{1, 1, 1, 1}));
    ++classes[static_cast<int>(sample.at("sequence").values[0])];
  }
  std::map<int, int> expected;
  for (const PhantomSeries& s : planted.series) {
    using learn::SequenceClass;
    const auto is = [&](std::initializer_list<const char*> roles) {
      return std::any_of(roles.begin(), roles.end(), [&](const char* role) { return s.role == role; });
    };
    ++expected[static_cast<int>(is({"t2", "t2_fatsat"}) ? SequenceClass::t2
                                : is({"dwi"})           ? SequenceClass::dwi
                                : is({"adc"})           ? SequenceClass::adc
                                : is({"derived"})       ? SequenceClass::derived
                                : is({"localizer"})     ? SequenceClass::localizer
                                                        : SequenceClass::t1)];
  }
  EXPECT_EQ(classes, expected);

  prepare_sorted_study(study.path(), study / "phase", of_exams("phase"), context);
  const std::vector<TensorMap> phases = samples_in(study / "phase");
  ASSERT_EQ(phases.size(), 1u);
  EXPECT_EQ(phases[0].at("input.0").shape, (Shape{3, 6, 96, 96}));
  EXPECT_EQ(phases[0].at("phase").values, (std::vector<float>{0, 1, 2}));
  EXPECT_TRUE(std::isnan(phases[0].at("minutes").values[1])) << "no header tells when the agent arrived";
}

TEST(SortedStudy, PhasesThatHoldDifferentSlicesAreShownWhereAllHaveSome) {
  const test::ScratchFolder study;
  const PhantomStudy planted =
      write_phantom_dicom(phantom::make_exam(test::tiny_patient()), study / "images");
  SortOptions options;
  options.output = (study / "sorted").string();
  options.classical = true;
  Context context;
  sort_inputs({(study / "images").string()}, options, context);
  fs::copy_file(study / "sorted" / "exams.json", study / "exams.json");
  // The last phase loses a third of its slices at one end.
  const auto post = std::find_if(planted.series.begin(), planted.series.end(),
                                 [](const PhantomSeries& s) { return s.role == "dce_post"; });
  ASSERT_NE(post, planted.series.end());
  int removed = 0;
  for (const auto& entry : fs::recursive_directory_iterator(study / "images")) {
    if (!entry.is_regular_file()) continue;
    const io::DicomDataset header =
        io::read_dicom_header(entry.path(), entry.path().filename().string()).dataset;
    if (header.text(io::tag::SeriesInstanceUID) != post->series_uid) continue;
    if (header.numbers(io::tag::ImagePositionPatient).at(2) < 20) continue;
    fs::remove(entry.path());
    ++removed;
  }
  ASSERT_GT(removed, 1);
  ASSERT_LT(removed, 9);
  prepare_sorted_study(study.path(), study / "phase", of_exams("phase"), context);
  const std::vector<TensorMap> phases = samples_in(study / "phase");
  ASSERT_EQ(phases.size(), 1u);
  const Tensor& pictures = phases[0].at("input.0");
  ASSERT_EQ(pictures.shape, (Shape{2, 6, 96, 96}));
  // Rows of the coronal picture that show something.
  std::array<int, 2> rows{};
  for (std::size_t phase = 0; phase < 2; ++phase)
    for (std::size_t row = 0; row < 96; ++row) {
      const auto start = pictures.values.begin() + static_cast<long>(((phase * 6 + 1) * 96 + row) * 96);
      rows[phase] += std::any_of(start, start + 96, [](float value) { return value > 0; }) ? 1 : 0;
    }
  EXPECT_GT(rows[0], 5);
  EXPECT_EQ(rows[0], rows[1]);
}

TEST(SortedStudy, SaysWhatIsMissing) {
  const test::ScratchFolder folder;
  const fs::path study = folder / "ours";
  fs::create_directories(study / "images");
  Context context;
  const auto prepare = [&] { prepare_sorted_study(study, folder / "s", of_exams("sequence"), context); };
  EXPECT_EQ(
      test::message_of(prepare),
      "study ours: it lacks the folder \"images\" or the file \"exams.json\". Put the DICOM files into its "
      "folder images, and exams.json of `lobule sort` beside it.");
  io::write_file(study / "exams.json", "{}");
  EXPECT_EQ(
      test::message_of(prepare),
      "exams.json: it is not what lobule sort writes. Write it with `lobule sort`, and correct roles with "
      "--corrections.");
  io::write_file(study / "exams.json", R"({"version": 1, "exams": []})");
  EXPECT_EQ(test::message_of(prepare),
            "study ours: none of the series of exams.json is among its images; 0 DICOM images are there.");
}

TEST(SortOptions, PixelsAndHeadersCannotBothBeLeftOut) {
  SortOptions options;
  options.output = "out";
  options.no_pixels = options.pixels_only = true;
  Context context;
  EXPECT_EQ(test::message_of([&] { sort_inputs({"."}, options, context); }),
            "lobule sort: --no-pixels and --pixels-only leave nothing to look at. Pass one of them.");
}

TEST(SortingNetworks, AModelOfAnotherTaskIsRefused) {
  const fs::path other = test::source_dir() / "models" / "breast_outline";
  const std::string said = test::message_of([&] { sorting_networks(other.string(), ""); });
  EXPECT_NE(said.find("the model is for breast_outline; a model for sequence is needed here"),
            std::string::npos)
      << said;
}

}  // namespace
}  // namespace lobule::pipeline
