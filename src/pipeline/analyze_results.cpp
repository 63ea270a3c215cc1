#include "pipeline/analyze_results.h"

#include "io/files.h"
#include "report/dicom_results.h"
#include "report/result_folder.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// The part of a run's provenance that belongs to one exam.
void copy_provenance(const Provenance& run, int exam_number, const std::map<std::string, std::string>& inputs,
                     Provenance& of_exam) {
  const std::string prefix = "exam " + std::to_string(exam_number) + ": ";
  of_exam.version = run.version;
  of_exam.command = run.command;
  of_exam.options = run.options;
  of_exam.inputs = inputs;
  for (const StageRecord& stage : run.stages())
    if (!stage.name.starts_with("exam ") || stage.name.starts_with(prefix)) of_exam.add(stage);
}

}  // namespace

report::StudyRow write_results(exam::Analysis analysis, const std::string& seed,
                               const std::map<std::string, std::string>& input_hashes,
                               const AnalyzeOptions& options, const Context& context) {
  const fs::path out = options.output;
  const fs::path folder = report::result_folder(out, analysis.exam);
  io::remove_partial_files(folder);
  report::write_images(folder, analysis);
  const Findings unwritten = report::write_dicom_results(analysis, seed, folder);
  analysis.findings.insert(analysis.findings.end(), unwritten.begin(), unwritten.end());
  report::write_tables(folder, analysis);
  Provenance provenance;
  copy_provenance(context.provenance, analysis.exam_number, input_hashes, provenance);
  report::write_report(folder, analysis, provenance, {.include_patient_id = options.patient_id_in_report});
  return report::study_row(analysis, fs::relative(folder, out).generic_string());
}

void write_study_index(const std::vector<report::StudyRow>& rows, const Findings& findings,
                       const Provenance& provenance, const fs::path& out) {
  io::write_file(out / "exams.csv", to_csv(report::exams_table(rows)));
  io::write_file(out / "index.html", report::study_index_html(rows, findings, provenance));
}

}  // namespace lobule::pipeline
