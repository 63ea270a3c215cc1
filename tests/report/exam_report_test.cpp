#include "report/exam_report.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/text.h"
#include "io/files.h"
#include "report/fixture.h"

namespace lobule::report {
namespace {

// Without the one section that may differ between runs.
std::string without_provenance(std::string html) {
  const std::size_t begin = html.find("<section id=\"provenance\">");
  const std::size_t end = html.find("</section>", begin);
  EXPECT_NE(begin, std::string::npos);
  return html.erase(begin, end - begin);
}

const std::string& page() {
  static const std::string html = exam_report_html(fixture::analysis(), fixture::provenance());
  return html;
}

void expect_parts(const std::string& html, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) EXPECT_TRUE(contains(html, part)) << part;
}

TEST(ExamReport, EveryKeyNumberStandsWithItsUnit) {
  const auto number = [](const std::string& value, const std::string& unit) {
    return value + "<span class=\"unit\">" + unit + "</span>";
  };
  expect_parts(page(), {number("612", "ml"), number("598", "ml"), number("74.2", "ml"), number("71.9", "ml"),
                        number("12.1", "%"), number("12.0", "%"), number("22.7", "%"), number("23.9", "%"),
                        number("1.82", "10⁻³ mm²/s"), "31.3 % of it enhances"});
  expect_parts(page(), {"Functional tumour volume", "0.91", "Movement before correction", "3.18"});
}

TEST(ExamReport, TheSummarySaysInWordsWhatWasFound) {
  expect_parts(page(),
               {"The right breast measures 612 ml, of which 74.2 ml (12.1 %) is fibroglandular tissue; this "
                "tissue enhances by 22.7 % on average in the early phase.",
                "2 enhancing regions stand out; 1 reaches the threshold for “suspicious” (score 0.50).",
                "The dynamic series has 6 phases (0 is before contrast); the early phase is phase 1. Its "
                "times are unknown: rates are given per phase.",
                "The breasts moved most in phase 5: 3.1 mm at the surface (95th percentile), 0.7 mm "
                "after correction.",
                "1 error", "1 warning"});
}

TEST(ExamReport, CandidatesStandWithPlaceSizeAndRemark) {
  expect_parts(page(), {"L 82.0, A 58.0, H 4.0 mm", "R 110.0, A 40.0, H 0.0 mm", "12.6 mm longest", "washout",
                        "+181 % peak", "SER 1.21", ">1.01<", "vessel-like (elongation 6.1)"});
}

TEST(ExamReport, ValuesThatCouldNotBeMeasuredSaySo) {
  expect_parts(page(), {"not measured", "the diffusion series covers 3 of 71 ml of the tissue"});
  EXPECT_FALSE(contains(page(), ">nan"));
}

TEST(ExamReport, SpecialCharactersOfHeadersAreEscaped) {
  expect_parts(page(), {"MAMMA^&lt;routine&gt;", "ep2d_diff &lt;b50/800&gt; &amp; &quot;ADC&quot;",
                        "&lt;b&gt;near the skin&lt;/b&gt;"});
  EXPECT_FALSE(contains(page(), "<b>near"));
}

TEST(ExamReport, NoIdentityOfThePatientStandsOnThePage) {
  for (const char* secret :
       {"SECRET-ID-77", "Secret", "Vandermeulen", "19640229", "1964-02-29", "1.2.826.0.1.99"})
    EXPECT_FALSE(contains(page(), secret)) << secret;
}

TEST(ExamReport, ThePatientIdStandsOnThePageOnlyWhenAskedFor) {
  const std::string html =
      exam_report_html(fixture::analysis(), fixture::provenance(), {.include_patient_id = true});
  expect_parts(html, {"patient SECRET-ID-77", "study 1.2.826.0.1.99"});
  for (const char* secret : {"Vandermeulen", "19640229", "1964-02-29"})
    EXPECT_FALSE(contains(html, secret)) << secret;
}

TEST(ExamReport, NothingRefersOutsideThePage) {
  for (const char* word : {"http:", "https:", "url(", "@import", "<script", "<link", "src=\"/", "file:"})
    EXPECT_FALSE(contains(page(), word)) << word;
}

TEST(ExamReport, TheSameAnalysisGivesTheSameBytesWhateverTheRunTook) {
  Provenance other;
  other.version = "9.9.9";
  other.add({"exam 3: read", 99.0, 4000, true});
  EXPECT_EQ(without_provenance(page()), without_provenance(exam_report_html(fixture::analysis(), other)));
}

TEST(ExamReport, ThePageStaysBelowSixMegabytes) {
  EXPECT_LT(page().size(), 6u << 20);
}

TEST(ExamReport, AnExamWithoutAnyResultStillGivesAPage) {
  exam::Analysis nothing;
  nothing.findings.push_back({Severity::error, "exam 1", "no dynamic series", "nothing was measured", ""});
  const std::string html = exam_report_html(nothing, {});
  expect_parts(html,
               {"Imaging exam, exam 0", "no dynamic series",
                "Enhancing regions were not searched for: there is no dynamic series with a phase after "
                "contrast."});
}

// Writes the page at full resolution for people to look at: LOBULE_SHOW_REPORT=/tmp/report.html.
TEST(ExamReport, CanBeLookedAt) {
  const char* path = std::getenv("LOBULE_SHOW_REPORT");
  if (path == nullptr) GTEST_SKIP() << "set LOBULE_SHOW_REPORT to a file to write the page there";
  io::write_file(path, exam_report_html(fixture::analysis(1), fixture::provenance()));
}

}  // namespace
}  // namespace lobule::report
