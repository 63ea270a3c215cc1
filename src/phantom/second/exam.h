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

}  // namespace lobule::phantom::second
