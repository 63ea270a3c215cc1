#pragma once
// Breast density on mammograms: any files in, one table, one page and one mask an image out.

#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"

namespace lobule::pipeline {

struct DensityOptions {
  std::string output;
  std::string model = "density";
  std::string regions = "regions";  // the network that looks for them; "none": they are not looked for
  std::string women;                // a table of what is known of them (screening_files.h)
  std::string rules;                // for the next modality; empty: those that are built in
  std::string calibration;          // a site's cuts (density_calibration.h); empty: the usual estimate
  int threads = 0;

  void list_options(OptionSet& options);
};

struct DensityOutcome {
  int measured = 0, refused = 0;  // images
  Findings findings;
};

// OUT/density.csv, regions.csv, density.json, report.html, rules.json, provenance.json and
// masks/<stem>_labels.png (docs/formats/density.md). An image that is refused stops no other. Throws Error
// when an input does not exist, the output cannot be written, or there is no network.
DensityOutcome measure_density(const std::vector<std::string>& inputs, const DensityOptions& options,
                               Context& context);

}  // namespace lobule::pipeline
