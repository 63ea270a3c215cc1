#pragma once
// What a person may ask of `lobule phantom`.

#include <string>
#include <vector>

#include "core/options.h"

namespace lobule::pipeline {

struct PhantomOptions {
  std::string output;
  int patients = 1;
  int seed = 1;
  std::string family = "first";
  std::vector<std::string> modality{"mri"};
  std::string vendor = "mixed";
  std::string headers = "honest";
  std::string lesion = "mixed";
  std::string from_labels;
  double spacing_mm = 1;
  int threads = 0;
  bool list = false;

  void list_options(OptionSet& options);

  // Whether images of a modality ("mri", "mg") are asked for.
  bool makes(const std::string& modality_name) const;

  // Throws Error when options do not fit each other.
  void check() const;
};

// The vendors of each modality, in the order in which `mixed` draws them.
const std::vector<std::string>& mri_vendors();
const std::vector<std::string>& mammogram_vendors();

}  // namespace lobule::pipeline
