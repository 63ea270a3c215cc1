#pragma once
// Labels that people corrected, into a study that `lobule train density --data` reads.

#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"

namespace lobule::pipeline {

struct AnnotateImportOptions {
  std::string output;
  std::vector<std::string> images;  // empty: the folder images of the first input
  std::string reader;

  void list_options(OptionSet& options);
};

struct AnnotateImportOutcome {
  int imported = 0, refused = 0;  // labels
  Findings findings;
};

// Reads files of labels (label_files.h) and adds STUDY/images/<file of the image> and
// STUDY/labels/<stem>_labels.png, or with a reader's name STUDY/labels/<reader>/<stem>_labels.png
// (docs/formats/samples.md#labelled-mammograms). Labels belong to the image of their name, segmentations to
// the image that they name. What does not fit, lacks its image, is there twice, or labels nothing becomes a
// finding, and the rest is imported. Throws Error where there are no labels or images, or a reader's name
// could lead elsewhere.
AnnotateImportOutcome annotate_import(const std::vector<std::string>& inputs,
                                      const AnnotateImportOptions& options, Context& context);

}  // namespace lobule::pipeline
