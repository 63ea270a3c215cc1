#pragma once
// exams.json: what sorting found, for programs. The names are fixed by docs/schemas/exams.schema.json.

#include <string>
#include <vector>

#include "exam/exam.h"

namespace lobule::report {

// The whole file, with a line end at the end. The same exams give the same text.
std::string exams_json(const std::vector<exam::Exam>& exams);

}  // namespace lobule::report
