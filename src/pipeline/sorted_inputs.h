#pragma once
// The first step of every command on exams: from what the user names to sorted exams.

#include <filesystem>
#include <string>
#include <vector>

#include "core/context.h"
#include "exam/index.h"
#include "exam/sort.h"

namespace lobule::pipeline {

struct SortedInputs {
  exam::DicomIndex index;
  std::vector<exam::Exam> exams;
  Findings findings;  // of files and headers; those of exams stand in the exams
};

// Where the members of archives lie while a command runs: below the output's cache.
std::filesystem::path scratch_of(const std::filesystem::path& output);

// Lists, indexes and sorts everything under `inputs`, except what lies in `output`: a second run must not
// take the results of the first for exams. Throws Error when an input does not exist.
SortedInputs read_and_sort(const std::vector<std::string>& inputs, const std::filesystem::path& output,
                           const exam::SortOptions& options, Context& context);

}  // namespace lobule::pipeline
