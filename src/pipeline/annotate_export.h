#pragma once
// Mammograms with labels that people can correct: pictures, and label files beside them.

#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"

namespace lobule::pipeline {

struct AnnotateExportOptions {
  std::string output;
  std::string format = "png";       // label_format_names()
  std::string labels = "network";   // or "empty"
  std::string pixels = "original";  // or "reading"
  std::string model = "density";
  int threads = 0;

  void list_options(OptionSet& options);
};

struct AnnotateExportOutcome {
  int exported = 0, refused = 0;  // images
  Findings findings;
};

// OUT/images/<stem>.png (8 bits, dense bright, air 0), OUT/labels/<stem> with the ending of the format, for
// NIfTI OUT/volumes/<stem>.nii.gz as well, OUT/images.csv, OUT/labels.txt and OUT/provenance.json
// (docs/formats/annotation.md). `reading`: chest wall at the left edge, of right breasts at the right. An
// image that is refused stops no other; one that the network finds no breast on gets empty labels and a
// warning. Throws Error when an input does not exist, the output cannot be written, there is no network where
// one is asked, or segmentations are asked of pixels that are not the source's.
AnnotateExportOutcome annotate_export(const std::vector<std::string>& inputs,
                                      const AnnotateExportOptions& options, Context& context);

}  // namespace lobule::pipeline
