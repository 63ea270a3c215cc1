#pragma once
// What is true of digital patients, as files: tables over all patients and a folder a patient.

#include <filesystem>
#include <memory>

#include "phantom/exam.h"
#include "phantom/mammogram.h"
#include "pipeline/phantom_dicom.h"

namespace lobule::pipeline {

struct WrittenMammogram {
  std::string sop_uid;       // of its For Presentation image
  phantom::Mammogram truth;  // its images may be empty
};

// One patient as it was made and written. What is null or empty was not made.
struct PatientTruth {
  std::string id, family = "first";
  phantom::AnatomyOptions anatomy;
  std::shared_ptr<const phantom::Anatomy> body;  // of the first family, unless made from a label map
  std::array<phantom::BreastTruth, 2> breasts;   // right, left
  std::vector<phantom::LesionTruth> lesions;
  const phantom::Exam* exam = nullptr;
  const PhantomStudy* study = nullptr;  // of the exam
  std::vector<WrittenMammogram> mammograms;
  const PhantomStudy* mammogram_study = nullptr;
};

// The truth of an MRI exam.
PatientTruth truth_of(const phantom::Exam& exam, const PhantomStudy& study);

// Appends the patient's rows to series.csv, breasts.csv, lesions.csv and mammograms.csv of `folder` and
// writes <patient>/truth.json; of an exam also <patient>/{labels,breast,fgt}.nii.gz on the pre-contrast grid
// and <patient>/motion_<phase>.nii.gz: vectors in LPS millimetres, x_phase = x_pre + u(x_pre), on a grid of 4
// mm. See docs/formats/phantom.md. Throws Error when a file cannot be written.
void write_patient_truth(const PatientTruth& patient, const std::filesystem::path& folder);

// Writes <side>_<view>_labels.png: 0 background, 1 adipose, 2 dense, 3 pectoral.
void write_mammogram_labels(const phantom::Mammogram& image, const std::filesystem::path& folder);

// The text of truth.json.
std::string truth_json(const PatientTruth& patient);

// Gland fills at least half of the voxel: 1 right, 2 left.
Mask true_fgt_mask(const phantom::ExamTruth& truth);

}  // namespace lobule::pipeline
