#include "report/study_index.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/text.h"
#include "report/exam_figures.h"
#include "report/measurement_text.h"
#include "report/measurements.h"
#include "report/page.h"

namespace lobule::report {
namespace {

using exam::Side;

constexpr int kThumbnail_px = 120;

// The measurements that have a column in exams.csv, with the unit in its name.
struct Key {
  const char* name;
  const char* unit;
};
constexpr std::array<Key, 6> kKeys{{{"breast_volume", "ml"},
                                    {"fgt_volume", "ml"},
                                    {"percent_density", "percent"},
                                    {"bpe_mean", "percent"},
                                    {"bpe_fraction", "percent"},
                                    {"adc_fgt_median", "um2_per_s"}}};

std::string kind_words(const std::string& kind) {
  if (kind == "breast_mri") return "breast MRI";
  return kind == "not_breast" ? "no breast exam" : kind;
}

const exam::Measurement* find(const StudyRow& row, const std::string& name, Side side) {
  for (const exam::Measurement& m : row.measurements)
    if (m.name == name && m.side == side) return &m;
  return nullptr;
}

// A path as a relative address: each byte that is not plain becomes %XX ('%' too, as folders are escaped).
std::string address(const std::string& path) {
  std::string result;
  for (const char c : path) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("/-_.~").find(c) != std::string_view::npos;
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned char>(c));
    result += plain ? std::string(1, c) : std::string(code);
  }
  return result;
}

Html both_sides(const StudyRow& row, const std::string& name) {
  Html cell;
  for (const Side side : {Side::right, Side::left}) {
    const exam::Measurement* m = find(row, name, side);
    const ShownValue value = m == nullptr ? ShownValue{} : shown(m->value, m->unit);
    cell += markup("<div>") + (value.value.empty() ? muted("–") : text(value.value)) + markup("</div>");
  }
  return cell;
}

Html status_cell(const StudyRow& row) {
  Html cell = pill(row.status == "done" ? "good" : row.status == "failed" ? "error" : "note", row.status);
  if (row.error_count != 0) cell += text(" ") + pill("error", std::to_string(row.error_count) + " err.");
  if (row.warning_count != 0)
    cell += text(" ") + pill("warning", std::to_string(row.warning_count) + " warn.");
  if (!row.reason.empty()) cell += markup("<br>") + muted(row.reason);
  return cell;
}

Html candidates_cell(const StudyRow& row) {
  if (row.folder.empty()) return {};
  Html cell = text(std::to_string(row.candidate_count));
  if (row.suspicious_count != 0)
    cell += markup("<br>") + pill("error", std::to_string(row.suspicious_count) + " suspicious");
  if (row.candidate_count != 0) cell += markup("<br>") + muted("top " + format_fixed(row.top_score, 2));
  return cell;
}

std::vector<Html> html_row(const StudyRow& row) {
  const std::string number = "Exam " + std::to_string(row.exam_number);
  Html shot;
  if (!row.thumbnail_uri.empty())
    shot = picture(row.thumbnail_uri, "Projection of the subtraction", {}, kThumbnail_px);
  const Html name = row.folder.empty() ? strong(number) : link(address(row.folder) + "/report.html", number);
  const bool done = !row.folder.empty();
  const Html who = markup("<div class=\"lines\"><div>") + name + markup("</div><div>") +
                   muted(kind_words(row.kind)) + markup("</div></div>");
  std::vector<Html> cells{shot, who, status_cell(row)};
  cells.push_back(done ? markup("<div>R</div><div>L</div>") : Html{});
  for (const char* key : {"breast_volume", "fgt_volume", "percent_density", "bpe_mean"})
    cells.push_back(done ? both_sides(row, key) : Html{});
  cells.push_back(candidates_cell(row));
  return cells;
}

Card count_card(const std::vector<StudyRow>& rows, const std::string& status) {
  const auto count =
      std::count_if(rows.begin(), rows.end(), [&](const StudyRow& row) { return row.status == status; });
  return {"Exams " + status, std::to_string(count), "", "", ""};
}

}  // namespace

StudyRow study_row(const exam::Exam& exam, int exam_number, const std::string& status,
                   const std::string& reason) {
  StudyRow row;
  row.exam_number = exam_number;
  row.patient_id = exam.patient_id;
  row.study_uid = exam.study_uid;
  row.kind = exam::to_text(exam.kind);
  row.status = status;
  row.reason = reason;
  row.early_phase_index = exam.early_phase_index;
  row.top_score = std::nan("");
  return row;
}

StudyRow study_row(const exam::Analysis& analysis, const std::string& folder) {
  StudyRow row = study_row(analysis.exam, analysis.exam_number, "done", "");
  row.folder = folder;
  row.phase_count = static_cast<int>(analysis.dynamic.phases.size());
  for (const Finding& finding : analysis.findings) {
    row.error_count += finding.severity == Severity::error;
    row.warning_count += finding.severity == Severity::warning;
  }
  row.candidate_count = static_cast<int>(analysis.candidates.size());
  for (const exam::Candidate& candidate : analysis.candidates) {
    row.suspicious_count += candidate.suspicious;
    row.top_score = std::isnan(row.top_score) ? candidate.score : std::max(row.top_score, candidate.score);
  }
  row.measurements = analysis.measurements;
  if (const auto thumbnail = exam_thumbnail(analysis, kThumbnail_px))
    row.thumbnail_uri = io::png_data_uri(*thumbnail);
  return row;
}

Table exams_table(const std::vector<StudyRow>& rows) {
  Table table{{"exam", "patient_id", "study_uid", "kind", "status", "reason", "folder", "early_phase_index",
               "n_phases", "n_errors", "n_warnings", "n_candidates", "n_suspicious", "top_score"},
              {}};
  for (const Key& key : kKeys)
    for (const char* side : {"R", "L"})
      table.columns.push_back(std::string(key.name) + "_" + side + "_" + key.unit);
  for (const StudyRow& row : rows) {
    const bool done = !row.folder.empty();
    const auto count = [&](int value) { return done ? std::to_string(value) : std::string(); };
    std::vector<std::string> cells{std::to_string(row.exam_number),
                                   row.patient_id,
                                   row.study_uid,
                                   row.kind,
                                   row.status,
                                   row.reason,
                                   row.folder,
                                   row.early_phase_index < 0 ? "" : std::to_string(row.early_phase_index),
                                   count(row.phase_count),
                                   count(row.error_count),
                                   count(row.warning_count),
                                   count(row.candidate_count),
                                   count(row.suspicious_count),
                                   number_cell(row.top_score)};
    for (const Key& key : kKeys) {
      for (const Side side : {Side::right, Side::left}) {
        const exam::Measurement* m = find(row, key.name, side);
        cells.push_back(m == nullptr ? "" : number_cell(m->value));
      }
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string study_index_html(const std::vector<StudyRow>& rows, const Findings& findings,
                             const Provenance& provenance) {
  const std::string title =
      "Breast MRI: " + std::to_string(rows.size()) + (rows.size() == 1 ? " exam" : " exams");
  const auto suspicious =
      std::count_if(rows.begin(), rows.end(), [](const StudyRow& row) { return row.suspicious_count > 0; });
  Page page{title, "", {}};
  page.body += section("overview", "Overview",
                       cards({count_card(rows, "done"),
                              count_card(rows, "not analysed"),
                              count_card(rows, "failed"),
                              {"Exams with a suspicious region", std::to_string(suspicious), "", "", ""}}));
  std::vector<std::vector<Html>> cells;
  for (const StudyRow& row : rows) cells.push_back(html_row(row));
  page.body += section("exams", "Exams",
                       table({{""},
                              {"Exam"},
                              {"Status"},
                              {"Side"},
                              {"Breast, ml", true},
                              {"Fibroglandular, ml", true},
                              {"Density, %", true},
                              {"Background enh., %", true},
                              {"Enhancing regions", true}},
                             cells));
  page.body += section("findings", "Findings of the run", findings_list(findings));
  page.body += provenance_section(provenance);
  return to_html(page);
}

}  // namespace lobule::report
