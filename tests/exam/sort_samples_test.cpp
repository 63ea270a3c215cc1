// Real files that are no breast MRI: heads and wrists, mammograms, ultrasound, tomosynthesis.

#include <gtest/gtest.h>

#include "exam/sort.h"
#include "io/inputs.h"
#include "sort_support.h"
#include "support/test_support.h"

namespace lobule::exam {
namespace {

std::vector<Exam> sort_files(const std::filesystem::path& input, const std::filesystem::path& scratch) {
  const Cancellation cancellation;
  Progress progress;
  const io::Inputs inputs = io::collect_inputs({input}, scratch, {}, cancellation);
  return sort_exams(index_files(inputs.files, progress, cancellation), {}, progress, cancellation);
}

TEST(SortSamples, HeadsAndWristsAreNotBreastExams) {
  for (const char* name : {"ge_genesis_t1_16slices", "si_t1_fl2d_sag_prone", "si_e11_dwi_slices_20of92",
                           "ge_multiphase_10x10", "si_xa10_enh_epi"}) {
    LOBULE_NEEDS_DATA(archive, std::string("mri_qa/") + name + ".tar.xz");
    const test::ScratchFolder scratch;
    const auto exams = sort_files(archive, scratch.path());
    ASSERT_FALSE(exams.empty()) << name;
    for (const Exam& exam : exams) {
      EXPECT_EQ(exam.kind, ExamKind::not_breast) << name;
      EXPECT_TRUE(test::has_finding(exam, "this is not taken for a breast MRI")) << name;
    }
  }
}

TEST(SortSamples, MammogramsTellSideViewIntentAndSpacing) {
  LOBULE_NEEDS_DATA(folder, "dicom_samples/synthetic");
  const test::ScratchFolder scratch;
  std::size_t mammograms = 0;
  for (const Exam& exam : sort_files(folder, scratch.path()))
    for (const Series& series : exam.series) {
      if (series.role != Role::mammogram) continue;
      ++mammograms;
      EXPECT_EQ(exam.kind, ExamKind::mammography);
      EXPECT_GE(series.evidence.size(), 2U);
    }
  EXPECT_GE(mammograms, 1U);
}

TEST(SortSamples, VendorMammogramsKeepTheirOwnSpacingRule) {
  LOBULE_NEEDS_DATA(file, "mammogram_16bit/dicom/ge4_R_CC.dcm");
  const test::ScratchFolder scratch;
  const auto exams = sort_files(file, scratch.path());
  const Series& series = exams.at(0).series.at(0);
  EXPECT_EQ(series.role, Role::mammogram);
  EXPECT_NE(series.evidence.at(1).text.find("right CC"), std::string::npos) << series.evidence[1].text;
  EXPECT_NE(series.evidence[1].text.find("already corrected for magnification"), std::string::npos)
      << series.evidence[1].text;
}

TEST(SortSamples, UltrasoundNamesItsCalibratedRegions) {
  LOBULE_NEEDS_DATA(folder, "dicom_samples/us");
  const test::ScratchFolder scratch;
  std::size_t calibrated = 0;
  for (const Exam& exam : sort_files(folder, scratch.path())) {
    EXPECT_EQ(exam.kind, ExamKind::ultrasound);
    for (const Series& series : exam.series) {
      EXPECT_EQ(series.role, Role::ultrasound);
      calibrated += series.evidence.size() > 1 ? 1 : 0;
    }
  }
  EXPECT_GE(calibrated, 1U);
}

TEST(SortSamples, ATomosynthesisObjectIsTomosynthesis) {
  LOBULE_NEEDS_DATA(folder, "dicom_samples/mg");
  const test::ScratchFolder scratch;
  std::size_t found = 0;
  for (const Exam& exam : sort_files(folder, scratch.path()))
    for (const Series& series : exam.series) found += series.role == Role::tomosynthesis ? 1 : 0;
  EXPECT_EQ(found, 1U);
}

}  // namespace
}  // namespace lobule::exam
