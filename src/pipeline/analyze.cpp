#include "pipeline/analyze.h"

#include <algorithm>
#include <filesystem>

#include "core/parallel.h"
#include "core/text.h"
#include "exam/corrections.h"
#include "exam/sort.h"
#include "io/files.h"
#include "pipeline/analyze_results.h"
#include "pipeline/input_identity.h"
#include "pipeline/sorted_inputs.h"
#include "pipeline/sorting_networks.h"
#include "pipeline/tissue_network.h"
#include "report/exams_json.h"
#include "report/result_folder.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

std::string stage_prefix(int exam_number) {
  return "exam " + std::to_string(exam_number) + ": ";
}

// Options that change an exam's results, as text for cache keys.
std::string options_text(const AnalyzeOptions& options) {
  AnalyzeOptions copy = options;
  OptionSet set;
  copy.list_options(set);
  std::string text;
  for (const auto& [name, value] : set.values(true)) text += name + "=" + value + "\n";
  return text;
}

// The network that outlines changes results without changing an option's text, too.
std::string hash_of_network(const AnalyzeOptions& options) {
  return options.classical ? "" : "network=" + TissueNetwork::shipped_sha256() + "\n";
}

// Edited masks and corrections change results without changing an option's text.
std::string hash_of_edits(const AnalyzeOptions& options) {
  Sha256 hash;
  std::vector<fs::path> files;
  if (!options.masks.empty() && fs::exists(options.masks))
    for (const auto& entry : fs::recursive_directory_iterator(options.masks))
      if (entry.path().filename() == "breast.nii.gz" || entry.path().filename() == "fgt.nii.gz")
        files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) hash.add(io::read_file(file));
  return hash.hex();
}

std::string why_not_analysed(const exam::Exam& exam) {
  switch (exam.kind) {
    case exam::ExamKind::mammography: return "a mammography exam";
    case exam::ExamKind::tomosynthesis: return "a tomosynthesis exam";
    case exam::ExamKind::ultrasound: return "an ultrasound exam";
    default: break;
  }
  for (const Finding& finding : exam.findings)
    if (finding.severity != Severity::note) return finding.what;
  return "not recognised as a breast MRI exam";
}

// One exam to a folder of results. The row of a finished exam is itself a stage, so that a run over many
// exams goes on where it was killed.
report::StudyRow process_exam(const exam::DicomIndex& index, const exam::Exam& exam, int exam_number,
                              const AnalyzeOptions& options, const std::string& edits, Context& context) {
  const auto hashes = hash_series(index, exam, exam_number, context.cancellation);
  const std::string identity = identity_of(hashes);
  context.provenance.inputs.insert(hashes.begin(), hashes.end());
  const fs::path folder = report::result_folder(options.output, exam);
  const std::string stage = stage_prefix(exam_number) + "all results";
  if (!fs::exists(folder / "report.html")) context.cache.forget(stage);
  const std::string settings = options_text(options) + edits;
  return run_stage(context, stage, {identity, settings}, [&] {
    context.cache.forget(stage);  // the folder will no longer hold what other settings gave
    exam::Analysis analysis = analyze_exam(index, exam, exam_number, identity, options, context);
    context.progress.begin(stage);
    return write_results(std::move(analysis), sha256_hex(identity + settings), hashes, options, context);
  });
}

report::StudyRow process_or_explain(const exam::DicomIndex& index, const exam::Exam& exam, int exam_number,
                                    const AnalyzeOptions& options, const std::string& edits,
                                    Context& context) {
  if (exam.kind != exam::ExamKind::breast_mri)
    return report::study_row(exam, exam_number, "not analysed", why_not_analysed(exam));
  try {
    report::StudyRow row = process_exam(index, exam, exam_number, options, edits, context);
    if (static_cast<double>(context.cache.size_bytes()) > options.cache_gib * (1ull << 30))
      for (const char* bulky : {"outline", "align", "find", "fit"})
        context.cache.forget(stage_prefix(exam_number) + bulky);
    return row;
  } catch (const Error& error) {
    return report::study_row(exam, exam_number, "failed", error.what());
  }
}

}  // namespace

std::size_t AnalyzeOutcome::done() const {
  return static_cast<std::size_t>(std::count_if(
      exams.begin(), exams.end(), [](const ExamOutcome& exam) { return exam.status == "done"; }));
}

AnalyzeOutcome analyze_inputs(const std::vector<std::string>& inputs, const AnalyzeOptions& options,
                              Context& context) {
  set_thread_count(options.threads);
  const fs::path out = options.output;
  io::prepare_output_folder(out);
  context.cache = StageCache(out / ".cache");
  exam::SortOptions how;
  if (!options.corrections.empty())
    how.corrections = exam::corrections_from_csv(io::read_file(options.corrections), options.corrections);
  AnalyzeOutcome outcome;
  const auto networks = options.classical ? nullptr : shipped_sorting_networks(outcome.findings);
  how.networks = networks.get();
  const std::string edits = hash_of_network(options) + hash_of_edits(options) +
                            (networks ? identity_of_sorting_networks() : std::string());
  std::vector<exam::Exam> exams;
  std::vector<report::StudyRow> rows;
  for_each_patient(inputs, out, how, context, [&](SortedInputs& sorted) {
    outcome.findings.insert(outcome.findings.end(), sorted.findings.begin(), sorted.findings.end());
    for (const exam::Exam& exam : sorted.exams)
      std::copy_if(exam.findings.begin(), exam.findings.end(), std::back_inserter(outcome.findings),
                   [](const Finding& finding) { return finding.severity == Severity::error; });
    int exam_number = sorted.first_exam_number;
    for (exam::Exam& exam : sorted.exams) {
      rows.push_back(process_or_explain(sorted.index, exam, exam_number, options, edits, context));
      const report::StudyRow& row = rows.back();
      outcome.exams.push_back({exam_number++, row.status, row.reason, row.folder, row.error_count});
      exams.push_back(std::move(exam));
    }
    write_study_index(rows, outcome.findings, context.provenance, out);
  });
  if (rows.empty()) {
    outcome.findings.push_back(
        {Severity::error, "inputs", "no DICOM exam was found", "nothing was analysed", "Check the paths"});
    write_study_index(rows, outcome.findings, context.provenance, out);
  }
  io::write_file(out / "exams.json", report::exams_json(exams));
  remove_scratch(out);
  return outcome;
}

}  // namespace lobule::pipeline
