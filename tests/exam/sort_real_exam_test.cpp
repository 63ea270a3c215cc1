// The one real breast MRI exam: every series gets the role that a person gave it, also without names.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "core/table.h"
#include "core/text.h"
#include "exam/sort.h"
#include "io/dicom_tags.h"
#include "io/files.h"
#include "io/inputs.h"
#include "support/test_support.h"

namespace lobule::exam {
namespace {

struct RealExam {
  test::ScratchFolder scratch;
  DicomIndex index;
};

void read_exam(RealExam& exam, const std::filesystem::path& archive) {
  const Cancellation cancellation;
  Progress progress;
  const io::Inputs inputs = io::collect_inputs({archive}, exam.scratch.path(), {}, cancellation);
  std::vector<io::InputFile> files = inputs.files;
  // Names give the answer away: they are replaced by ones in another order.
  for (std::size_t i = 0; i < files.size(); ++i) files[i].name = std::to_string((i * 7919) % files.size());
  std::reverse(files.begin(), files.end());
  exam.index = index_files(files, progress, cancellation);
}

void blank(DicomIndex& index, const std::vector<io::Tag>& tags) {
  for (IndexEntry& entry : index.entries)
    for (const io::Tag tag : tags)
      if (entry.header.dataset.has(tag)) entry.header.dataset.put_text(tag, "LO", "");
}

std::vector<Exam> sorted(const DicomIndex& index, const SortOptions& options = {}) {
  const Cancellation cancellation;
  Progress progress;
  return sort_exams(index, options, progress, cancellation);
}

std::string b_text(const std::vector<double>& b_values) {
  std::vector<std::string> words;
  for (const double b : b_values) words.push_back(format_number(b));
  return join(words, ";");
}

// The table of docs/results.md: what decided each series.
void print(const Exam& exam) {
  for (const Series& s : exam.series) {
    std::string why;
    for (const Evidence& e : s.evidence)
      if (e.role == s.role) why += "\n      [" + e.source + " " + format_number(e.weight) + "] " + e.text;
    std::printf("%3d %-13s %2d %-10s %.3f%s\n", s.series_number, to_text(s.role).c_str(), s.phase_index,
                b_text(s.b_values).c_str(), s.confidence, why.c_str());
    for (const std::string& c : s.conflicts) std::printf("      conflict: %s\n", c.c_str());
  }
  for (const Finding& f : exam.findings)
    std::printf("  %s: %s\n", name(f.severity).c_str(), sentence(f).c_str());
}

void expect_as_in_table(const std::vector<Exam>& exams, const std::filesystem::path& table_file) {
  const Table table = from_csv(io::read_file(table_file), "roles.csv");
  std::size_t found = 0;
  for (const Exam& exam : exams)
    for (const Series& series : exam.series)
      for (std::size_t row = 0; row < table.rows.size(); ++row) {
        if (table.cell(row, "series_uid") != series.series_uid) continue;
        ++found;
        const std::string expected_phase = table.cell(row, "phase_index");
        EXPECT_EQ(to_text(series.role), table.cell(row, "role")) << "series " << series.series_number;
        EXPECT_EQ(series.phase_index, expected_phase.empty() ? -1 : std::stoi(expected_phase))
            << "series " << series.series_number;
        EXPECT_EQ(b_text(series.b_values), table.cell(row, "b_values")) << "series " << series.series_number;
        EXPECT_EQ(std::to_string(series.images.size()), table.cell(row, "n_images"));
      }
  EXPECT_EQ(found, table.rows.size());
}

const Exam& mri_of(const std::vector<Exam>& exams) {
  return *std::find_if(exams.begin(), exams.end(), [](const Exam& e) { return e.modality == "MR"; });
}

class SortRealExam : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto archive = test::data_dir() / "breast_mri_exam/exam.tar.xz";
    if (!std::filesystem::exists(archive)) return;
    exam_ = new RealExam;
    read_exam(*exam_, archive);
  }
  static void TearDownTestSuite() {
    delete exam_;
    exam_ = nullptr;
  }
  static RealExam* exam_;
};
RealExam* SortRealExam::exam_ = nullptr;

TEST_F(SortRealExam, EverySeriesGetsItsRolePhaseAndBValuesWhateverTheFileNames) {
  LOBULE_NEEDS_DATA(table, "breast_mri_exam/roles.csv");
  const auto exams = sorted(exam_->index);
  ASSERT_EQ(exams.size(), 2U);
  const Exam& mri = mri_of(exams);
  EXPECT_EQ(mri.kind, ExamKind::breast_mri);
  EXPECT_EQ(mri.early_phase_index, 1);
  expect_as_in_table(exams, table);
  print(mri);
}

TEST_F(SortRealExam, StaysSoWhenAllDescriptionsAreBlanked) {
  LOBULE_NEEDS_DATA(table, "breast_mri_exam/roles.csv");
  DicomIndex index = exam_->index;
  blank(index, {io::tag::SeriesDescription, io::tag::ProtocolName, io::tag::StudyDescription});
  const auto exams = sorted(index);
  const Exam& mri = mri_of(exams);
  EXPECT_EQ(mri.kind, ExamKind::breast_mri);
  EXPECT_EQ(mri.early_phase_index, 1);
  expect_as_in_table(exams, table);
  print(mri);
}

TEST_F(SortRealExam, PixelsAndArithmeticFindTheDerivedSeriesWithoutImageTypesToo) {
  LOBULE_NEEDS_DATA(table, "breast_mri_exam/roles.csv");
  DicomIndex index = exam_->index;
  blank(index, {io::tag::SeriesDescription, io::tag::ProtocolName, io::tag::StudyDescription,
                io::tag::ImageType, io::tag::BodyPartExamined});
  const auto exams = sorted(index);
  expect_as_in_table(exams, table);
  EXPECT_EQ(mri_of(exams).kind, ExamKind::breast_mri);
  print(mri_of(exams));
}

TEST_F(SortRealExam, HeadersAloneAreEnoughWhereTheyAreComplete) {
  LOBULE_NEEDS_DATA(table, "breast_mri_exam/roles.csv");
  SortOptions options;
  options.use_pixels = false;
  expect_as_in_table(sorted(exam_->index, options), table);
}

TEST_F(SortRealExam, MissingTimesAreAWarningAndNeverInvented) {
  LOBULE_NEEDS_DATA(table, "breast_mri_exam/roles.csv");
  const auto exams = sorted(exam_->index);
  const Exam& mri = mri_of(exams);
  for (const Series& series : mri.series) EXPECT_FALSE(series.time_s.has_value());
  EXPECT_TRUE(std::any_of(mri.findings.begin(), mri.findings.end(), [](const Finding& f) {
    return f.severity == Severity::warning && f.what == "the times of the phases are unknown";
  }));
}

TEST_F(SortRealExam, ArithmeticProvesTheScannersSubtractionsProjectionAdcMapAndItsDiffusion) {
  LOBULE_NEEDS_DATA(table, "breast_mri_exam/roles.csv");
  const auto exams = sorted(exam_->index);
  for (const Series& series : mri_of(exams).series) {
    const int n = series.series_number;
    const bool provable = n == 6 || n == 7 || n == 10 || n == 12 || n == 14 || n == 16 || n == 18 || n == 20;
    EXPECT_EQ(std::any_of(series.evidence.begin(), series.evidence.end(),
                          [](const Evidence& e) { return e.source == "arithmetic" && e.weight >= 8; }),
              provable)
        << "series " << n;
  }
}

TEST_F(SortRealExam, NoMessageHoldsThePatientId) {
  LOBULE_NEEDS_DATA(table, "breast_mri_exam/roles.csv");
  for (const Exam& exam : sorted(exam_->index))
    for (const Finding& finding : exam.findings)
      EXPECT_FALSE(contains(sentence(finding), exam.patient_id)) << sentence(finding);
}

}  // namespace
}  // namespace lobule::exam
