#pragma once
// What is true of digital patients, as files: tables over all patients and a folder a patient.

#include <filesystem>

#include "phantom/exam.h"
#include "pipeline/phantom_dicom.h"

namespace lobule::pipeline {

// One patient as it was made and written. What is null was not made.
struct PatientTruth {
  const phantom::Exam* exam = nullptr;
  const PhantomStudy* study = nullptr;  // of the exam
};

// Appends the patient's rows to series.csv, breasts.csv and lesions.csv of `folder` and writes
// <patient>/truth.json, <patient>/{labels,breast,fgt}.nii.gz on the pre-contrast grid and
// <patient>/motion_<phase>.nii.gz: vectors in LPS millimetres, x_phase = x_pre + u(x_pre), on a grid of 4 mm.
// See docs/formats/phantom.md. Throws Error when a file cannot be written.
void write_patient_truth(const PatientTruth& patient, const std::filesystem::path& folder);

// Gland fills at least half of the voxel: 1 right, 2 left.
Mask true_fgt_mask(const phantom::ExamTruth& truth);

}  // namespace lobule::pipeline
