#pragma once
// A site's own labelled mammograms, made into samples that lobule-train can read.

#include "pipeline/study_data.h"

namespace lobule::pipeline {

// Reads STUDY/images (mammograms of any kind that `lobule density` reads) and STUDY/labels
// (<stem>_labels.png, as it writes masks and people correct them: 0 background, 1 adipose, 2 dense,
// 3 pectoral), and writes a sample file an image to `samples`: the picture in standard form as a whole and
// cut to the breast. docs/formats/samples.md describes both. Throws Error when the study lacks either folder
// or no image has labels that fit.
StudyData prepare_mammogram_study(const std::filesystem::path& study, const std::filesystem::path& samples,
                                  const learn::Task& task, Context& context);

}  // namespace lobule::pipeline
