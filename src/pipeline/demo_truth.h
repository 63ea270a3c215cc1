#pragma once
// What is true of a synthetic exam, as files.

#include <filesystem>

#include "phantom/exam.h"
#include "pipeline/phantom_dicom.h"

namespace lobule::pipeline {

// Writes truth.json, series.csv, breasts.csv, lesions.csv, {labels,breast,fgt}.nii.gz on the pre-contrast
// grid, and motion_<phase>_{x,y,z}.nii.gz (millimetres, x_phase = x_pre + u(x_pre), every 8 mm) of the last
// phase; see docs/formats.md. Throws Error when a file cannot be written.
void write_demo_truth(const phantom::Exam& exam, const PhantomStudy& study,
                      const std::filesystem::path& folder);

// Gland fills at least half of the voxel: 1 right, 2 left.
Mask true_fgt_mask(const phantom::ExamTruth& truth);

}  // namespace lobule::pipeline
