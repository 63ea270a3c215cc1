#pragma once
// What studies of images with label images have in common, whatever the files.

#include <functional>
#include <string>
#include <vector>

#include "core/image.h"
#include "learn/sample.h"
#include "pipeline/study_data.h"

namespace lobule::pipeline {

// Throws Error unless the study has the folders images and labels. `images` is what lies in the first ("Put
// mammograms into its …"), `ending` what the second's files end in ("_labels.png").
void check_study_folders(const std::filesystem::path& study, const std::string& images,
                         const std::string& ending);

// The image's values as labels. Throws Error (where: `name`) for one that is no whole number below `classes`.
Mask whole_labels(const Image<float>& image, const std::string& name, std::size_t classes);

// Writes the sample file of each image that has labels and counts it in `data`; what has none, or does not
// fit, becomes a finding there. `case_of` is asked for the image of a stem's place and its labels' file.
// Labels lie in the study's folder labels, or several readers' in folders of their names below it: the
// samples of each reader become samples of the image's case, so that readers of one image are never parted
// between training and validation. Throws Error where no image has labels that fit.
void write_labelled_cases(
    const std::filesystem::path& study, const std::filesystem::path& samples,
    const std::vector<std::string>& stems, const std::string& ending,
    const std::function<learn::Sample(std::size_t, const std::filesystem::path& labels)>& case_of,
    StudyData& data, Context& context);

}  // namespace lobule::pipeline
