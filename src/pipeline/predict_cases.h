#pragma once
// What networks that outline are run on: the images behind what a user names.

#include <filesystem>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/error.h"
#include "io/inputs.h"

namespace lobule::pipeline {

// What a network sees at once.
struct PredictCase {
  std::string stem;                     // of the result's name; no two cases share one
  std::vector<io::InputFile> channels;  // a file a channel
  bool picture = false;                 // as io/picture_read.h reads them, instead of NIfTI
};

struct PredictCases {
  std::vector<PredictCase> cases;
  Findings findings;
};

// NIfTI files and pictures as they are, DICOM as volumes below `scratch`, of the names that `lobule convert`
// gives. A network of several channels takes them from <case>_0000.nii.gz, <case>_0001.nii.gz and so on in
// one folder, as nnU-Net does. Of images with one name the second is called <stem>_2. What lies in `output`
// is left out: a second run does not take the first one's results for images. Throws Error when an input does
// not exist.
PredictCases find_cases(const std::vector<std::string>& inputs, const std::filesystem::path& output,
                        const std::filesystem::path& scratch, int channels, Context& context);

}  // namespace lobule::pipeline
