#include "report/study_index.h"

#include <gtest/gtest.h>

#include "core/text.h"
#include "report/fixture.h"

namespace lobule::report {
namespace {

std::vector<StudyRow> two_rows() {
  exam::Exam bad;
  bad.patient_id = "P2";
  bad.study_uid = "1.2.4";
  return {study_row(fixture::analysis(6), "SECRET-ID-77/%2E1"),
          study_row(bad, 4, "failed", "no dynamic series: <nothing> to measure")};
}

TEST(StudyIndex, TheTableHasOneRowAnExam) {
  const Table table = exams_table(two_rows());
  ASSERT_EQ(table.rows.size(), 2u);
  const std::vector<std::pair<const char*, const char*>> done{{"exam", "3"},
                                                              {"patient_id", "SECRET-ID-77"},
                                                              {"status", "done"},
                                                              {"n_phases", "6"},
                                                              {"n_errors", "1"},
                                                              {"n_warnings", "1"},
                                                              {"n_candidates", "2"},
                                                              {"n_suspicious", "1"},
                                                              {"top_score", "0.87"},
                                                              {"fgt_volume_L_ml", "71.9"},
                                                              {"adc_fgt_median_R_um2_per_s", "1823"},
                                                              {"adc_fgt_median_L_um2_per_s", ""}};
  for (const auto& [column, value] : done) EXPECT_EQ(table.cell(0, column), value) << column;
  const std::vector<std::pair<const char*, const char*>> failed{
      {"exam", "4"},    {"status", "failed"}, {"reason", "no dynamic series: <nothing> to measure"},
      {"n_phases", ""}, {"top_score", ""},    {"fgt_volume_L_ml", ""}};
  for (const auto& [column, value] : failed) EXPECT_EQ(table.cell(1, column), value) << column;
}

TEST(StudyIndex, TheLinkReachesAFolderWhoseNameIsEscaped) {
  const std::string html = study_index_html(two_rows(), {}, {});
  EXPECT_TRUE(contains(html, "href=\"SECRET-ID-77/%252E1/report.html\""));
}

TEST(StudyIndex, AFailedExamStandsWithItsReasonAndWithoutALink) {
  const std::string html = study_index_html(two_rows(), {}, {});
  EXPECT_TRUE(contains(html, "no dynamic series: &lt;nothing&gt; to measure"));
  EXPECT_TRUE(contains(html, "<strong>Exam 4</strong>"));
  EXPECT_TRUE(contains(html, "Breast MRI: 2 exams"));
}

TEST(StudyIndex, ARowOfAStudyOfHundredsStaysSmall) {
  EXPECT_LT(study_row(fixture::analysis(3), "a").thumbnail_uri.size(), 16u << 10);
}

}  // namespace
}  // namespace lobule::report
