#pragma once
// The second family's breast MRI exam: another anatomy, other tissues, other signals, another scanner than
// phantom/exam.h, in the same words. Networks are judged on it and never trained on it.
//
//   phantom::Exam exam = phantom::second::make_exam({});
//
// What differs from the first family in the value: `anatomy` is empty, and the truth's kinetics hold the
// types of curves only, since no pharmacokinetic model made them. Options of agents are not used.

#include "phantom/exam.h"

namespace lobule::phantom::second {

// Throws Error for options that cannot be grown.
Exam make_exam(const ExamOptions& options);

// What is true of a patient without any image, counted on voxels of `spacing_mm`. Throws as make_exam.
struct PatientMeasures {
  std::array<BreastTruth, 2> breasts;  // right, left
  std::vector<LesionTruth> lesions;    // in the order of the plans
};
PatientMeasures measure_patient(const AnatomyOptions& anatomy, double spacing_mm = 1.0);

}  // namespace lobule::phantom::second
