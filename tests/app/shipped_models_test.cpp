// The models in models/: as stated, small, and of use on a digital patient that they never saw.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "io/files.h"
#include "io/nifti.h"
#include "measure/overlap.h"
#include "nn/engine.h"
#include "phantom/second/exam.h"
#include "pipeline/models.h"
#include "pipeline/outline_volume.h"
#include "support/dice.h"
#include "support/test_support.h"

namespace lobule {
namespace {
namespace fs = std::filesystem;

TEST(ShippedModels, AreAsTheyStateAndTogetherBelow40Megabytes) {
  std::uint64_t bytes = 0;
  const std::vector<pipeline::ModelEntry> models = pipeline::list_models({});
  EXPECT_FALSE(models.empty());
  for (const pipeline::ModelEntry& model : models) {
    EXPECT_FALSE(model.problem) << sentence(*model.problem);
    EXPECT_EQ(model.licence, "Apache-2.0") << model.name;
    EXPECT_FALSE(model.headline.empty()) << model.name;
    bytes += model.bytes;
  }
  EXPECT_LT(bytes, 40'000'000U);
}

// Dice against the truth of each volume on the truth's grid, by file name.
std::map<std::string, double> dices(const fs::path& outlines, const Image<float>& truth) {
  std::map<std::string, double> all;
  for (const auto& entry : fs::directory_iterator(outlines)) {
    const Image<float> labels = io::read_nifti(entry.path());
    if (same_grid(labels.grid, truth.grid, 0.1))
      all[entry.path().filename().string()] = test::dice(labels, truth);
  }
  return all;
}

TEST(ShippedModels, BreastsAreOutlinedInF32AndInBf16Alike) {
  const test::ScratchFolder scratch;
  const auto lobule = [](std::vector<std::string> words) {
    words.insert(words.begin(), test::lobule_program());
    return test::run_program(words);
  };
  const auto made = lobule({"phantom", "-o", (scratch / "patient").string(), "--seed", "77", "--spacing-mm",
                            "3", "--modality", "mri"});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  Image<float> truth;
  for (const auto& entry : fs::recursive_directory_iterator(scratch / "patient/truth"))
    if (entry.path().filename() == "breast.nii.gz") truth = io::read_nifti(entry.path());
  std::map<std::string, std::map<std::string, double>> found;
  for (const std::string precision : {"f32", "bf16"}) {
    if (precision == "bf16" && !nn::has_bf16()) continue;
    const auto result = lobule({"predict", "breast_outline", (scratch / "patient/dicom").string(), "-o",
                                (scratch / precision).string(), "--precision", precision});
    ASSERT_EQ(result.exit_code, 0) << result.output;
    found[precision] = dices(scratch / precision, truth);
  }
  double best = 0, apart = 0;
  for (const auto& [file, value] : found["f32"]) {
    best = std::max(best, value);
    if (value > 0.5 && nn::has_bf16()) apart = std::max(apart, std::abs(value - found["bf16"].at(file)));
  }
  EXPECT_GT(best, 0.85);
  EXPECT_LT(apart, 0.002);
  std::printf("Dice of the best volume %.4f; f32 and bf16 differ by %.5f at most\n", best, apart);
}

// A patient of the family of digital patients that nothing is trained on, before contrast.
TEST(ShippedModels, TissueOfAPatientOfTheSecondFamilyIsOutlined) {
  const auto network = pipeline::TissueNetwork::shipped();
  if (!network) GTEST_SKIP() << "models/breast_mri is not there";
  phantom::ExamOptions patient = phantom::random_options(77, false);
  patient.only_dynamic = true;
  patient.post_phases = 1;
  const phantom::Exam exam = phantom::second::make_exam(phantom::with_spacing(patient, 2));
  Context context;
  const pipeline::VolumeOutlines out =
      pipeline::outline_volume(exam.phases[0].image, measure::FatSignal::dark, &*network, context);
  const Mask& breast = out.network->breasts.breast;
  for (const int side : {1, 2})
    EXPECT_GT(measure::dice_of(breast, exam.truth.breast, side).value_or(0), 0.85) << side;
  std::printf("Dice of both breasts %.3f (classical %.3f)\n",
              measure::dice_of(breast, exam.truth.breast).value_or(0),
              measure::dice_of(out.classical.breast, exam.truth.breast).value_or(0));
}

}  // namespace
}  // namespace lobule
