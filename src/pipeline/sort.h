#pragma once
// From a heap of files to exams with roles: exams.json, a contact sheet, a corrections file, and links by
// role.

#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"
#include "exam/exam.h"
#include "exam/index.h"

namespace lobule::pipeline {

struct SortOptions {
  std::string output;
  bool link = false;
  std::string corrections;
  bool no_pixels = false;
  bool pixels_only = false;
  bool classical = false;
  int threads = 0;

  void list_options(OptionSet& options);
};

struct SortOutcome {
  std::vector<exam::Exam> exams;
  Findings findings;  // of the whole run and of the exams
  std::size_t files_seen = 0;
};

// Sorts everything under `inputs` and writes OUT/exams.json, OUT/index.html, OUT/corrections.csv and, where
// asked, OUT/by_role. Throws Error when an input does not exist, the corrections are wrong, or the output
// cannot be written.
SortOutcome sort_inputs(const std::vector<std::string>& inputs, const SortOptions& options, Context& context);

// A tree OUT/by_role/exam_1/dce_post_1/0001.dcm of symbolic links to the files; files that lie in a folder
// that goes away (`scratch`, the unpacked members of archives) are copied. Slices are in order of
// instance number. Names hold no patient's identity.
void link_by_role(const exam::DicomIndex& index, const std::vector<exam::Exam>& exams,
                  const std::string& folder, const std::string& scratch);

}  // namespace lobule::pipeline
