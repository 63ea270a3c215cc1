#pragma once
// The demo: makes a digital patient, writes it as a scanner would, runs the whole analysis on the files, and
// compares what comes out with what was planted.

#include <filesystem>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"
#include "phantom/exam.h"

namespace lobule::pipeline {

struct DemoOptions {
  std::string output = "demo";
  int seed = 1;
  int threads = 0;

  void list_options(OptionSet& options);
};

// One comparison of a result with the truth.
struct DemoCheck {
  std::string name;  // "breast volume, right"
  std::string unit;
  double truth = 0, found = 0;  // found is NaN where the result lacks it
  double error = 0;             // what is judged: relative in %, or a difference in `error_unit`
  std::string error_unit;
  double allowed = 0;  // the largest size of error that passes
  bool passed() const;
};

struct DemoOutcome {
  std::vector<DemoCheck> checks;
  std::filesystem::path report;  // the page to open
  Findings findings;             // of the analysis
  bool passed() const;
};

// Writes OUT/dicom (the exam), OUT/truth (what is true of it), OUT/result (what analyze makes of it). Throws
// Error when the output cannot be written or the analysis gives no result.
DemoOutcome run_demo(const DemoOptions& options, Context& context);

// Compares a result folder of analyze with the phantom that its images came from. What a missing file or row
// would have told fails its check.
std::vector<DemoCheck> compare_with_truth(const phantom::Exam& exam, const std::filesystem::path& result);

// The checks as text with aligned columns.
std::string checks_table(const std::vector<DemoCheck>& checks);

}  // namespace lobule::pipeline
