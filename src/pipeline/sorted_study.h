#pragma once
// A site's own sorted exams, made into samples that lobule-train can read.

#include "pipeline/study_data.h"

namespace lobule::pipeline {

// Reads STUDY/images (DICOM of any nesting) and STUDY/exams.json (as `lobule sort` wrote it; what a person
// corrected there or by --corrections is what is learned), and writes the samples of the task `sequence` (one
// file a series) or `phase` (one a dynamic) to `samples`. docs/formats/samples.md describes both. Throws
// Error when the study lacks either, exams.json cannot be read, or no series of it is among the images.
StudyData prepare_sorted_study(const std::filesystem::path& study, const std::filesystem::path& samples,
                               const learn::Task& task, Context& context);

}  // namespace lobule::pipeline
