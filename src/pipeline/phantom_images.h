#pragma once
// A digital patient as the images that an analysis takes, without the detour over DICOM: for studies over
// many phantoms and for tests.

#include "phantom/exam.h"
#include "pipeline/analyze_stages.h"

namespace lobule::pipeline {

ExamImages images_of(phantom::Exam exam);

}  // namespace lobule::pipeline
