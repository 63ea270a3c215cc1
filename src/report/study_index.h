#pragma once
// Many exams at a glance: one row an exam, as exams.csv and as index.html with small pictures. A row holds
// only what it shows, so that a study of hundreds of exams never holds more than one Analysis.

#include <string>
#include <vector>

#include "core/context.h"
#include "core/table.h"
#include "exam/analysis.h"

namespace lobule::report {

struct StudyRow {
  int exam_number = 0;
  std::string patient_id, study_uid;
  std::string kind;
  std::string status;  // "done", "not analysed", "failed"
  std::string reason;  // of the last two
  std::string folder;  // of its results, relative to the index, with '/'; "" without results
  int early_phase_index = -1;
  int phase_count = 0;
  int error_count = 0, warning_count = 0;
  int candidate_count = 0, suspicious_count = 0;
  double top_score = 0;                         // NaN without candidates
  std::vector<exam::Measurement> measurements;  // all of the exam
  std::string thumbnail_uri;                    // PNG as data URI; may be empty
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.exam_number), f(s.patient_id), f(s.study_uid), f(s.kind), f(s.status), f(s.reason), f(s.folder),
        f(s.early_phase_index), f(s.phase_count), f(s.error_count), f(s.warning_count), f(s.candidate_count),
        f(s.suspicious_count), f(s.top_score), f(s.measurements), f(s.thumbnail_uri);
  }
};

// The row of an analysed exam.
StudyRow study_row(const exam::Analysis& analysis, const std::string& folder);

// The row of an exam without results.
StudyRow study_row(const exam::Exam& exam, int exam_number, const std::string& status,
                   const std::string& reason);

// exams.csv; see docs/formats/results.md.
Table exams_table(const std::vector<StudyRow>& rows);

// index.html. `findings` are those of the whole run. Shows exam numbers; patients' IDs stand only in links.
std::string study_index_html(const std::vector<StudyRow>& rows, const Findings& findings,
                             const Provenance& provenance);

}  // namespace lobule::report
