#pragma once
// DICOM to NIfTI: one file a 3D volume, each with a JSON sidecar in the words of BIDS.

#include <filesystem>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"
#include "exam/exam.h"
#include "exam/index.h"

namespace lobule::pipeline {

struct ConvertOptions {
  std::string output;
  bool allow_gaps = false;
  bool resample_uneven = false;
  int threads = 0;

  void list_options(OptionSet& options);
};

struct ConvertOutcome {
  std::vector<std::filesystem::path> files;  // the images, in order of exam, series, volume
  Findings findings;
};

// Converts every volume under `inputs` to OUT/<exam>_<series>_<description>[_…].nii.gz; docs/formats/nifti.md
// has the names and the sidecar's fields. Neither holds a patient's identity. One bad series stops nothing.
// Throws Error when an input does not exist or the output cannot be written.
ConvertOutcome convert_inputs(const std::vector<std::string>& inputs, const ConvertOptions& options,
                              Context& context);

// The same for exams that are sorted already.
ConvertOutcome convert_exams(const exam::DicomIndex& index, const std::vector<exam::Exam>& exams,
                             const ConvertOptions& options, Context& context);

}  // namespace lobule::pipeline
