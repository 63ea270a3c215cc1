// `lobule phantom --list`.

#include "core/text.h"
#include "pipeline/phantom_run.h"

namespace lobule::pipeline {

std::string list_of_phantoms() {
  return "MRI as " + join(mri_vendors(), ", ") + "\nMammograms as " + join(mammogram_vendors(), ", ") + "\n";
}

}  // namespace lobule::pipeline
