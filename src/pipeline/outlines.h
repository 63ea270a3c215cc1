#pragma once
// Outlines every T1-weighted volume of breast MRI exams by the network and classically, and sets both side by
// side.

#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"

namespace lobule::pipeline {

struct OutlinesOptions {
  std::string output;
  std::string corrections;  // a file that a person edited, see sort
  std::vector<double> slices_mm;
  int threads = 0;

  void list_options(OptionSet& options);
};

struct OutlinesOutcome {
  std::vector<std::string> lines;  // of what was done, a line an exam
  int exams = 0;                   // that were compared
  Findings findings;
};

// OUT/<patient>/<study>/report.html, outlines.csv, outlines.json, provenance.json and
// masks/VOLUME_WAY_{breast,fgt}.nii.gz. One bad volume or exam stops no other. Throws Error when an input
// does not exist or the output cannot be written.
OutlinesOutcome compare_outlines(const std::vector<std::string>& inputs, const OutlinesOptions& options,
                                 Context& context);

}  // namespace lobule::pipeline
