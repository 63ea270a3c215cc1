// From nothing to outlines, as a user goes: lobule train, lobule models, lobule predict.
#include <gtest/gtest.h>

#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "io/nifti.h"
#include "learn/model_folder.h"
#include "nn/engine.h"
#include "support/dice.h"
#include "support/test_support.h"

namespace lobule {
namespace {
namespace fs = std::filesystem;

test::ProgramResult lobule_command(std::vector<std::string> words) {
  words.insert(words.begin(), test::lobule_program());
  return test::run_program(words);
}

// 100 small steps make no good outline, but one far above the 0.3 of calling all of the body breast.
TEST(WholePath, ABreastIsOutlinedByANetworkThatLearnedFromDigitalPatients) {
  const test::ScratchFolder scratch;
  const auto trained =
      lobule_command({"train", "breast_outline", "-o", (scratch / "trained").string(), "--steps", "100",
                      "--batch", "12", "--validate-every", "100", "--weights", "f16"});
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  const fs::path model = scratch / "trained/best";
  const std::optional<nn::Bf16Check> bf16 = learn::read_model_document(model).model.bf16;
  EXPECT_EQ(bf16.has_value(), nn::has_bf16());
  EXPECT_NEAR(bf16 ? bf16->bf16 - bf16->f32 : 0, 0, 0.002);

  const auto listed = lobule_command({"models", model.string()});
  EXPECT_EQ(listed.exit_code, 0) << listed.output;
  EXPECT_TRUE(contains(listed.output, "breast_outline")) << listed.output;

  const auto patient = lobule_command({"phantom", "-o", (scratch / "patient").string(), "--seed", "77",
                                       "--spacing-mm", "3", "--modality", "mri"});
  ASSERT_EQ(patient.exit_code, 0) << patient.output;
  const auto predicted = lobule_command({"predict", model.string(), (scratch / "patient/dicom").string(),
                                         "-o", (scratch / "outlines").string(), "--memory", "512MiB"});
  ASSERT_EQ(predicted.exit_code, 0) << predicted.output;

  fs::path truth_file;
  for (const auto& entry : fs::recursive_directory_iterator(scratch / "patient/truth"))
    if (entry.path().filename() == "breast.nii.gz") truth_file = entry.path();
  const Image<float> truth = io::read_nifti(truth_file);
  double best = 0;
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(scratch / "outlines")) {
    const Image<float> labels = io::read_nifti(entry.path());
    if (!same_grid(labels.grid, truth.grid, 0.1)) continue;
    ++compared;
    best = std::max(best, test::dice(labels, truth));
  }
  EXPECT_GT(compared, 0);
  EXPECT_GT(best, 0.6);
}

}  // namespace
}  // namespace lobule
