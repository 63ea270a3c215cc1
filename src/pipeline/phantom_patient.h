#pragma once
// Who patient n is: drawn from (seed, n) alone, so that one patient is the same however many are made.

#include <cstdint>
#include <string>

#include "phantom/exam.h"
#include "pipeline/phantom_dicom.h"
#include "pipeline/phantom_mammogram.h"
#include "pipeline/phantom_options.h"

namespace lobule::pipeline {

struct PatientPlan {
  std::string id;          // "P0001": the name of its folders and its PatientID
  std::uint64_t seed = 1;  // of its anatomy, noise and headers; below 2^53, so that JSON can hold it
  MriDelivery mri;
  MammogramDelivery mammography;
  phantom::ExamOptions exam;
  phantom::MammogramOptions mammograms;
};

// `number` counts from 1.
PatientPlan plan_patient(const PhantomOptions& options, int number);

}  // namespace lobule::pipeline
