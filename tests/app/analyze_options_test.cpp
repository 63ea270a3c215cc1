// What a person can change about an analysis: edited masks, declared times, corrections of roles.

#include <gtest/gtest.h>

#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "io/nifti.h"
#include "pipeline/phantom_dicom.h"
#include "support/small_phantom.h"
#include "support/test_support.h"

namespace lobule {
namespace {
namespace fs = std::filesystem;

class AnalyzeOptions : public testing::Test {
 protected:
  void SetUp() override {
    study_ = pipeline::write_phantom_dicom(phantom::make_exam(test::tiny_patient()), folder_ / "dicom");
  }

  test::ProgramResult analyze(const std::string& out, std::vector<std::string> options) const {
    std::vector<std::string> command = {test::lobule_program(), "analyze", (folder_ / "dicom").string(), "-o",
                                        (folder_ / out).string()};
    command.insert(command.end(), options.begin(), options.end());
    return test::run_program(command);
  }

  fs::path results(const std::string& out) const {
    return folder_ / out / study_.patient_id / study_.study_uid;
  }

  double measured(const std::string& out, const std::string& side, const std::string& name) const {
    const Table table = from_csv(io::read_file(results(out) / "measurements.csv"), "measurements.csv");
    for (std::size_t r = 0; r < table.rows.size(); ++r)
      if (table.cell(r, "side") == side && table.cell(r, "name") == name)
        return parse_number(table.cell(r, "value")).value_or(-1);
    return -1;
  }

  test::ScratchFolder folder_;
  pipeline::PhantomStudy study_;
};

Mask as_mask(const Image<float>& image) {
  Mask mask(image.grid);
  for (std::size_t v = 0; v < mask.voxels.size(); ++v)
    mask.voxels[v] = static_cast<std::uint8_t>(image.voxels[v]);
  return mask;
}

TEST_F(AnalyzeOptions, EditedMasksReplaceTheAutomaticOnes) {
  ASSERT_EQ(analyze("first", {}).exit_code, 0);
  ASSERT_GT(measured("first", "L", "breast_volume"), 0);
  Mask edited = as_mask(io::read_nifti(results("first") / "masks" / "breast.nii.gz"));
  for (std::uint8_t& label : edited.voxels)
    if (label == 2) label = 0;
  io::write_nifti(folder_ / "edited" / "breast.nii.gz", edited);
  const auto again = analyze("second", {"--masks", (folder_ / "edited").string()});
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(measured("second", "L", "breast_volume"), 0);
  EXPECT_EQ(measured("second", "R", "breast_volume"), measured("first", "R", "breast_volume"));
  EXPECT_EQ(measured("second", "L", "fgt_volume"), 0);
}

TEST_F(AnalyzeOptions, AnEditedMaskOnAnotherGridIsRefused) {
  io::write_nifti(folder_ / "edited" / "breast.nii.gz", Mask(Grid{{2, 2, 2}, {1, 1, 1}, {}, {}}, 1));
  const auto result = analyze("out", {"--masks", (folder_ / "edited").string()});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_TRUE(contains(
      result.output,
      "exam 1: failed: breast.nii.gz: the edited mask has 2×2×2 voxels of 1.000×1.000×1.000 mm; the "
      "pre-contrast phase has 48×48×12 voxels of 7.400×7.400×12.000 mm at another place or of another "
      "size. Save the edited mask on the grid of the mask that lobule wrote."))
      << result.output;
}

TEST_F(AnalyzeOptions, AnEditedMaskWithAnUnknownLabelIsRefused) {
  ASSERT_EQ(analyze("first", {}).exit_code, 0);
  Mask edited = as_mask(io::read_nifti(results("first") / "masks" / "breast.nii.gz"));
  edited.voxels[0] = 3;
  io::write_nifti(folder_ / "edited" / "breast.nii.gz", edited);
  const auto result = analyze("out", {"--masks", (folder_ / "edited").string()});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_TRUE(contains(result.output,
                       "exam 1: failed: breast.nii.gz: the edited mask holds the label 3; only 0, 1 "
                       "(right) and 2 (left) mean something. Relabel it."))
      << result.output;
}

TEST_F(AnalyzeOptions, DeclaredTimesAreUsedAndSaid) {
  ASSERT_EQ(analyze("out", {"--phase-times", "0,95"}).exit_code, 0);
  const std::string page = io::read_file(results("out") / "report.html");
  EXPECT_TRUE(contains(page, "the times of the phases were declared by the user"));
}

TEST_F(AnalyzeOptions, TooManyDeclaredTimesAreRefused) {
  const auto result = analyze("out", {"--phase-times", "0,95,190"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_TRUE(contains(result.output,
                       "exam 1: failed: option --phase-times: 3 times are given for 2 phases. Give one "
                       "time in seconds for each phase, the pre-contrast one first."))
      << result.output;
}

TEST_F(AnalyzeOptions, ASecondRunDoesNotTakeTheResultsOfTheFirstForExams) {
  const std::vector<std::string> command = {test::lobule_program(), "analyze", folder_.path().string(), "-o",
                                            (folder_ / "out").string()};
  ASSERT_EQ(test::run_program(command).exit_code, 0);
  const std::string first = io::read_file(folder_ / "out" / "exams.json");
  ASSERT_EQ(test::run_program(command).exit_code, 0);
  EXPECT_EQ(io::read_file(folder_ / "out" / "exams.json"), first);
}

}  // namespace
}  // namespace lobule
