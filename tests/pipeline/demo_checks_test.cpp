#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "io/nifti.h"
#include "pipeline/demo.h"
#include "pipeline/phantom_truth.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {

using phantom::Tissue;

const phantom::Exam& exam() {
  static const phantom::Exam value = [] {
    phantom::ExamOptions options;
    options.dynamic_size = 90;
    options.dynamic_slices = 30;
    options.dynamic_spacing_mm = 4;
    options.dynamic_slice_mm = 5;
    options.post_phases = 1;
    options.noise = 0;
    options.truth_spacing_mm = 4;
    return phantom::make_exam(options);
  }();
  return value;
}

// The folder that an analysis without any error would leave, with breast volumes times `scale`.
void write_perfect_result(const std::filesystem::path& folder, double scale) {
  const phantom::ExamTruth& truth = exam().truth;
  Table measurements{{"side", "name", "value"}, {}};
  const auto row = [&](const std::string& side, const std::string& name, double value) {
    measurements.rows.push_back({side, name, format_number(value)});
  };
  for (const phantom::BreastTruth& b : truth.breasts) {
    const std::string side = b.side == phantom::BreastSide::right ? "R" : "L";
    row(side, "breast_volume", scale * b.breast_ml);
    row(side, "fgt_volume", b.fgt_ml);
    row(side, "percent_density", b.percent_density);
  }
  row("both", "motion_before", 0.5);
  row("both", "motion_after", 0.1);
  io::write_file(folder / "measurements.csv", to_csv(measurements));
  const phantom::LesionTruth& l = truth.lesions[0];
  Table candidates{{"rank", "suspicious", "x_mm", "y_mm", "z_mm", "volume_ml"},
                   {{"2", "false", "0", "0", "0", "1"},
                    {"1", "true", format_number(l.center_mm.x), format_number(l.center_mm.y),
                     format_number(l.center_mm.z), format_number(l.volume_ml)}}};
  io::write_file(folder / "candidates.csv", to_csv(candidates));
  io::write_nifti(folder / "masks/breast.nii.gz", truth.breast);
  io::write_nifti(folder / "masks/fgt.nii.gz", true_fgt_mask(truth));
  io::write_nifti(folder / "maps/adc.nii.gz", Image<float>(exam().adc.grid, 1800.0f));
  Image<float> pe(truth.labels.grid);
  for (std::size_t i = 0; i < pe.voxels.size(); ++i)
    pe.voxels[i] = static_cast<float>(truth.percent_enhancement[1][truth.labels.voxels[i]]);
  io::write_nifti(folder / "maps/pe_1.nii.gz", pe);
}

TEST(DemoChecks, AResultThatEqualsTheTruthPasses) {
  test::ScratchFolder folder;
  write_perfect_result(folder.path(), 1);
  const auto checks = compare_with_truth(exam(), folder.path());
  EXPECT_GE(checks.size(), 14u);
  for (const DemoCheck& c : checks) {
    // A 12 mm lesion holds few or no pure voxels of 5 mm.
    if (c.name == "enhancement of the lesion, post 1") continue;
    EXPECT_TRUE(c.passed()) << c.name << ": " << c.error;
  }
}

TEST(DemoChecks, ABreastVolumeThatIsAThirdTooLargeFails) {
  test::ScratchFolder folder;
  write_perfect_result(folder.path(), 4.0 / 3);
  for (const DemoCheck& c : compare_with_truth(exam(), folder.path()))
    if (c.name == "breast volume, left") {
      EXPECT_NEAR(c.error, 100.0 / 3, 1e-6);
      EXPECT_FALSE(c.passed());
    }
}

// As a scanner that turns the patient writes them: the same places, rows and columns the other way round.
Mask turned(const Mask& mask) {
  Mask out(mask.grid);
  const Index3& size = mask.grid.size;
  out.grid.origin_mm = point_from_index(mask.grid, {size[0] - 1.0, size[1] - 1.0, 0});
  for (int axis : {0, 1}) out.grid.direction.column[axis] = -1 * mask.grid.direction.column[axis];
  for (int k = 0; k < size[2]; ++k)
    for (int j = 0; j < size[1]; ++j)
      for (int i = 0; i < size[0]; ++i) out.at(i, j, k) = mask.at(size[0] - 1 - i, size[1] - 1 - j, k);
  return out;
}

TEST(DemoChecks, MasksMayHoldTheSamePlacesInAnotherOrder) {
  test::ScratchFolder folder;
  write_perfect_result(folder.path(), 1);
  io::write_nifti(folder / "masks/breast.nii.gz", turned(exam().truth.breast));
  const auto checks = compare_with_truth(exam(), folder.path());
  const auto overlap = std::find_if(checks.begin(), checks.end(),
                                    [](const DemoCheck& c) { return c.name == "overlap of breasts (Dice)"; });
  ASSERT_NE(overlap, checks.end());
  EXPECT_EQ(overlap->found, 1);
}

TEST(DemoChecks, AnEmptyResultFailsEveryCheck) {
  test::ScratchFolder folder;
  for (const DemoCheck& c : compare_with_truth(exam(), folder.path())) EXPECT_FALSE(c.passed()) << c.name;
}

TEST(PhantomTruth, FilesHoldWhatWasPlanted) {
  test::ScratchFolder folder;
  PhantomStudy study;
  study.patient_id = "P1";
  write_patient_truth(truth_of(exam(), study), folder.path());
  const Table lesions = from_csv(io::read_file(folder / "lesions.csv"), "lesions.csv");
  ASSERT_EQ(lesions.rows.size(), 1u);
  EXPECT_EQ(lesions.cell(0, "side"), "L");
  EXPECT_EQ(parse_number(lesions.cell(0, "x_mm")), exam().truth.lesions[0].center_mm.x);
  const Image<float> labels = io::read_nifti(folder / "P1/labels.nii.gz");
  EXPECT_TRUE(same_grid(labels.grid, phantom::dynamic_grid(exam().options)));
  const Image<Vec3> motion = io::read_nifti_vectors(folder / "P1/motion_1.nii.gz");
  const Vec3 p = point_from_index(motion.grid, Vec3{10, 8, 6});
  EXPECT_LT(norm(motion.at(10, 8, 6) - exam().phases[1].motion.displacement_mm(p)), 1e-5);
  const Vec3 last = point_from_index(motion.grid, Vec3{double(motion.grid.size[0] - 1), 0, 0});
  EXPECT_GE(last.x, point_from_index(labels.grid, Vec3{double(labels.grid.size[0] - 1), 0, 0}).x - 1e-6);
}

TEST(PhantomTruth, PatientsFollowEachOtherInTheTables) {
  test::ScratchFolder folder;
  for (const char* id : {"P1", "P2"}) {
    PhantomStudy study;
    study.patient_id = id;
    write_patient_truth(truth_of(exam(), study), folder.path());
  }
  const Table breasts = from_csv(io::read_file(folder / "breasts.csv"), "breasts.csv");
  ASSERT_EQ(breasts.rows.size(), 4u);
  EXPECT_EQ(breasts.cell(0, "patient_id"), "P1");
  EXPECT_EQ(breasts.cell(3, "patient_id"), "P2");
  EXPECT_EQ(breasts.cell(3, "side"), "L");
}

}  // namespace
}  // namespace lobule::pipeline
