#pragma once
// From a heap of files to reports on the breast MRI exams in it: sort, correct motion, outline breasts and
// fibroglandular tissue, measure enhancement and diffusion, rank candidate regions, write results.

#include <filesystem>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"
#include "exam/analysis.h"
#include "exam/exam.h"
#include "exam/index.h"

namespace lobule::pipeline {

struct AnalyzeOptions {
  std::string output;
  std::string corrections;            // a file that a person edited, see sort
  std::string masks;                  // a folder with edited masks
  std::vector<double> phase_times_s;  // declared times, one a phase
  std::vector<double> ftv_box_mm;     // LPS: x low, x high, y low, y high, z low, z high
  double bpe_threshold_percent = 20;
  bool allow_gaps = false;
  bool resample_uneven = false;
  bool no_motion_correction = false;
  bool all_phase_maps = false;
  bool classical = false;  // outlines without a network
  bool patient_id_in_report = false;
  int threads = 0;
  double cache_gib = 20;

  void list_options(OptionSet& options);
};

// How one exam of a run ended.
struct ExamOutcome {
  int exam_number = 0;
  std::string status;            // "done", "not analysed", "failed"
  std::string reason;            // of the last two
  std::filesystem::path folder;  // of its results, relative to the output folder; empty without results
  int error_count = 0;           // findings of severity error in its results
};

struct AnalyzeOutcome {
  std::vector<ExamOutcome> exams;
  Findings findings;  // of the whole run: unreadable files, exams of two patients under one UID, …
  std::size_t done() const;
};

// Analyses every breast MRI exam under `inputs`. One bad exam stops nothing: it has a row with its reason.
// Throws Error when an input does not exist or the output cannot be written.
AnalyzeOutcome analyze_inputs(const std::vector<std::string>& inputs, const AnalyzeOptions& options,
                              Context& context);

// The stages of one exam, results in the value only. `identity` is a hash of the exam's input files.
exam::Analysis analyze_exam(const exam::DicomIndex& index, const exam::Exam& exam, int exam_number,
                            const std::string& identity, const AnalyzeOptions& options, Context& context);

}  // namespace lobule::pipeline
