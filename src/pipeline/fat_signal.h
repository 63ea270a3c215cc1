#pragma once
// Whether fat is bright in a T1-weighted series.

#include <string>

#include "exam/exam.h"
#include "exam/index.h"
#include "measure/breast_segmentation.h"

namespace lobule::pipeline {

struct FatLook {
  measure::FatSignal signal = measure::FatSignal::dark;
  std::string doubt;  // why it is taken as bright though no word says so; empty where dark
};

// From the vendor's words, then from what sorting found. The series has an image and is T1-weighted.
FatLook fat_look(const exam::DicomIndex& index, const exam::Series& series);

}  // namespace lobule::pipeline
