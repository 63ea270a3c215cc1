#include "report/contact_sheet.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "report/page.h"

namespace lobule::report {
namespace {

// How sure a person may be without looking: nine in ten, and three in four.
constexpr double kSure = 0.9, kLikely = 0.75;
constexpr std::size_t kReasonsInSight = 3;
constexpr int kTileWidthPx = 250;

std::string role_words(const exam::Series& series) {
  std::string words = exam::to_text(series.role);
  std::replace(words.begin(), words.end(), '_', ' ');
  if (series.role == exam::Role::dce_post && series.phase_index >= 0)
    words += " " + std::to_string(series.phase_index);
  if (!series.phases.empty()) words += ", " + std::to_string(series.phases.size()) + " phases";
  if (!series.b_values.empty()) {
    std::vector<std::string> b;
    for (const double value : series.b_values) b.push_back(format_number(value));
    words += ", b " + join(b, ", ");
  }
  return words;
}

Html confidence_pill(const exam::Series& series) {
  const bool by_person = !series.evidence.empty() && series.evidence.front().source == "user";
  if (by_person) return pill("good", "decided by a person");
  const std::string tone = series.confidence >= kSure     ? "good"
                           : series.confidence >= kLikely ? "note"
                                                          : "warning";
  const double percent = std::floor(series.confidence * 1000) / 10;
  return pill(tone, (percent >= 99.5 ? "over 99" : format_fixed(percent, 0)) + " % sure");
}

Html reasons(const exam::Series& series) {
  Html near, far;
  std::size_t said = 0;
  for (const exam::Evidence& evidence : series.evidence) {
    const bool supports = evidence.role == series.role && evidence.weight >= 0;
    const Html line = paragraph(muted(evidence.source + ": " + evidence.text +
                                      (supports ? "" : " [for " + exam::to_text(evidence.role) + "]")));
    if (supports && said < kReasonsInSight) {
      near += line;
      ++said;
    } else {
      far += line;
    }
  }
  if (!far.empty()) near += details("All evidence", far);
  return near;
}

Html series_tile(const exam::Series& series, const std::string& picture_uri) {
  const Html shown = picture_uri.empty() ? muted("no picture") : picture(picture_uri, short_name(series));
  const Html title = strong(role_words(series));
  Html body = paragraph(text((series.series_number != 0 ? "Series " + std::to_string(series.series_number)
                                                        : std::string("Without a number")) +
                             ", " + std::to_string(series.images.size()) +
                             (series.images.size() == 1 ? " image" : " images"))) +
              (series.description.empty() ? Html{} : paragraph(muted(series.description))) +
              paragraph(confidence_pill(series) + (series.decided_by.empty() || series.decided_by == "person"
                                                       ? Html{}
                                                       : muted(" by " + series.decided_by)));
  for (const std::string& conflict : series.conflicts)
    body += paragraph(pill("warning", "conflict") + text(" " + conflict));
  for (const std::string& warning : series.warnings)
    body += paragraph(pill("note", "warning") + text(" " + warning));
  return tile(shown, title, body + reasons(series));
}

Html exam_section(const exam::Exam& exam, std::size_t number, const std::vector<std::string>& pictures) {
  std::vector<Html> tiles;
  for (std::size_t s = 0; s < exam.series.size(); ++s)
    tiles.push_back(series_tile(exam.series[s], s < pictures.size() ? pictures[s] : ""));
  std::string kind = exam::to_text(exam.kind);
  std::replace(kind.begin(), kind.end(), '_', ' ');
  Html head = text(kind + ", " + std::to_string(exam.series.size()) + " series");
  if (exam.early_phase_index >= 0)
    head += text("; early phase: post-contrast " + std::to_string(exam.early_phase_index));
  const std::string id = "exam-" + std::to_string(number);
  return section(id,
                 "Exam " + std::to_string(number) + (exam.modality.empty() ? "" : " (" + exam.modality + ")"),
                 paragraph(head) + findings_list(exam.findings) + side_by_side(tiles, kTileWidthPx));
}

}  // namespace

std::string contact_sheet_html(const std::vector<exam::Exam>& exams, const SeriesPictures& pictures,
                               const Findings& findings, const Provenance& provenance) {
  Page page;
  page.title = "Sorted exams";
  page.subtitle = std::to_string(exams.size()) + (exams.size() == 1 ? " exam" : " exams") +
                  "; to correct a role, edit corrections.csv and pass it with --corrections";
  for (std::size_t e = 0; e < exams.size(); ++e)
    page.body +=
        exam_section(exams[e], e + 1, e < pictures.size() ? pictures[e] : std::vector<std::string>{});
  page.body += section("files", "Files", findings_list(findings));
  page.body += provenance_section(provenance);
  return to_html(page);
}

}  // namespace lobule::report
