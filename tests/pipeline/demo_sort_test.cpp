// The digital patient's files through the sorter: every series gets the role that it was written with.

#include <gtest/gtest.h>

#include "exam/sort.h"
#include "pipeline/phantom_dicom.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {

TEST(DemoSort, EverySeriesOfTheDemoGetsItsRolePhaseAndBValues) {
  phantom::ExamOptions options;
  options.dynamic_size = 96;
  options.dynamic_slices = 24;
  options.dynamic_spacing_mm = 3.75;
  options.dynamic_slice_mm = 6;
  options.truth_spacing_mm = 6;
  test::ScratchFolder folder;
  const PhantomStudy study = write_phantom_dicom(phantom::make_exam(options), folder / "dicom");
  Context context;
  const io::Inputs inputs =
      io::collect_inputs({folder / "dicom"}, folder / "scratch", {}, context.cancellation);
  const exam::DicomIndex index = exam::index_files(inputs.files, context.progress, context.cancellation);
  const std::vector<exam::Exam> exams = exam::sort_exams(index, {}, context.progress, context.cancellation);
  ASSERT_EQ(exams.size(), 1u);
  EXPECT_EQ(exams[0].kind, exam::ExamKind::breast_mri);
  EXPECT_EQ(exams[0].early_phase_index, 1);
  ASSERT_EQ(exams[0].series.size(), study.series.size());
  for (const PhantomSeries& planted : study.series)
    for (const exam::Series& found : exams[0].series) {
      if (found.series_uid != planted.series_uid) continue;
      EXPECT_EQ(exam::to_text(found.role), planted.role) << planted.description;
      EXPECT_EQ(found.phase_index, planted.phase_index) << planted.description;
      EXPECT_EQ(found.images.size(), static_cast<std::size_t>(planted.n_images)) << planted.description;
      if (planted.role == "dwi") {
        EXPECT_EQ(found.b_values, planted.b_values);
      }
      if (planted.phase_index == 5) {
        EXPECT_EQ(found.time_s, 380.0);
      }
    }
}

}  // namespace
}  // namespace lobule::pipeline
