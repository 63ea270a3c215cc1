#pragma once
// How far readers who labelled the same mammograms agree.

#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"
#include "report/agreement_results.h"

namespace lobule::pipeline {

struct AnnotateAgreementOptions {
  std::string output;
  std::string calibration;  // of the categories (density_calibration.h)
  int threads = 0;

  void list_options(OptionSet& options);
};

// Reads a folder of labels (label_files.h) a reader; images are matched by name. A reader is called as the
// folder, or as the one above a folder named labels or masks. Writes OUT/agreement.csv, agreement.json,
// report.html and provenance.json (docs/formats/annotation.md#agreement). What cannot be read or is of
// another size becomes a finding, and the rest counts. Throws Error for fewer than two readers, two of one
// name, a reader with two files of one image, and where no two have an image in common.
report::AgreementResults annotate_agreement(const std::vector<std::string>& readers,
                                            const AnnotateAgreementOptions& options, Context& context);

}  // namespace lobule::pipeline
