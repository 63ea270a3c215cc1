#pragma once
// A person's own study, made into samples that lobule-train can read.

#include <filesystem>

#include "core/context.h"
#include "learn/task.h"

namespace lobule::pipeline {

struct StudyData {
  std::size_t cases = 0;
  Findings findings;  // images without labels, labels that do not fit
};

// Reads STUDY/images (DICOM of any kind, which is converted first, or NIfTI) and STUDY/labels
// (<image's stem>_labels.nii.gz: the names that `lobule predict` gives), and writes a sample file a case to
// `samples`. docs/formats/samples.md describes both. Throws Error when the study lacks either folder or no
// image has labels.
StudyData prepare_study(const std::filesystem::path& study, const std::filesystem::path& samples,
                        const learn::Task& task, Context& context);

// The NIfTI files under a folder, sorted.
std::vector<std::filesystem::path> nifti_files(const std::filesystem::path& folder);

}  // namespace lobule::pipeline
