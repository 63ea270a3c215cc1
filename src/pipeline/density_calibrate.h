#pragma once
// Estimates from a site's readers where percent density is cut into BI-RADS categories.

#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"
#include "pipeline/density_calibration.h"

namespace lobule::pipeline {

struct CalibrateOptions {
  std::string output;
  std::vector<std::string> readers = {"reader"};
  int repetitions = 1000;
  int threads = 0;

  void list_options(OptionSet& options);
};

struct CalibrateOutcome {
  CalibrationEvidence evidence;
  Findings findings;
};

// Reads tables as `lobule density` writes them (density.csv), to which readers' categories (a to d, or 1 to
// 4) were added in columns of their own, and writes the cuts of stats::fit_cuts to the file `output`
// (docs/formats/density.md#calibration). Rows without percent density or category are left out and counted.
// Throws Error where a table or column is missing, a cell is no category, tables are of different networks,
// and where a category was never given.
CalibrateOutcome calibrate_density(const std::vector<std::string>& tables, const CalibrateOptions& options,
                                   Context& context);

}  // namespace lobule::pipeline
