#pragma once
// The first step of every command on exams: from what the user names to sorted exams.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/context.h"
#include "exam/index.h"
#include "exam/sort.h"
#include "io/inputs.h"

namespace lobule::pipeline {

struct SortedInputs {
  exam::DicomIndex index;
  std::vector<exam::Exam> exams;
  Findings findings;          // of files and headers; those of exams stand in the exams
  int first_exam_number = 1;  // of exams.front()
};

// Where the members of archives lie while a command runs: below the output's cache.
std::filesystem::path scratch_of(const std::filesystem::path& output);

// Removes that folder, and the cache around it when nothing else is in it.
void remove_scratch(const std::filesystem::path& output);

// Takes out of a list of files those that lie in the results' folder, but for what was unpacked there.
void leave_out_results(std::vector<io::InputFile>& files, const std::filesystem::path& output);

// Indexes and sorts files that are listed already.
SortedInputs sort_files(const std::vector<io::InputFile>& files, const exam::SortOptions& options,
                        Context& context);

// Lists everything under `inputs`, then indexes and sorts it and calls `use` for one patient after another,
// so that memory holds one patient's headers however large the study. Leaves out what lies in `output`, as
// read_and_sort does. Files that belong to no patient come last, with findings and without exams.
void for_each_patient(const std::vector<std::string>& inputs, const std::filesystem::path& output,
                      exam::SortOptions options, Context& context,
                      const std::function<void(SortedInputs&)>& use);

// Lists, indexes and sorts everything under `inputs` at once, except what lies in `output`: a second run must
// not take the results of the first for exams. Throws Error when an input does not exist.
SortedInputs read_and_sort(const std::vector<std::string>& inputs, const std::filesystem::path& output,
                           const exam::SortOptions& options, Context& context);

}  // namespace lobule::pipeline
