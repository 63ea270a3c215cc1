#pragma once
// Digital patients as files: images as a clinic would receive them, and beside them what is true of them.

#include <filesystem>

#include "core/context.h"
#include "pipeline/phantom_options.h"

namespace lobule::pipeline {

struct PhantomOutcome {
  int patients = 0;
  std::filesystem::path dicom, truth;
};

// Writes OUT/dicom/<patient>/… and OUT/truth/… (docs/formats/phantom.md), one patient after another, so that
// memory holds one. What an earlier run wrote there is replaced. Throws Error for options that do not fit
// each other, and when the folder holds something else or cannot be written.
PhantomOutcome run_phantom(const PhantomOptions& options, Context& context);

// All that can be made, in words (`lobule phantom --list`).
std::string list_of_phantoms();

}  // namespace lobule::pipeline
