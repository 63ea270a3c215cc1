#pragma once
// From the Analysis of an exam to its folder of results, and from all exams of a run to its index.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/context.h"
#include "exam/analysis.h"
#include "pipeline/analyze.h"
#include "report/study_index.h"

namespace lobule::pipeline {

// Writes everything of one exam: pages, tables, NIfTI, DICOM, provenance. `seed` names inputs and options.
report::StudyRow write_results(exam::Analysis analysis, const std::string& seed,
                               const std::map<std::string, std::string>& input_hashes,
                               const AnalyzeOptions& options, const Context& context);

// OUT/exams.csv and OUT/index.html.
void write_study_index(const std::vector<report::StudyRow>& rows, const Findings& findings,
                       const Provenance& provenance, const std::filesystem::path& out);

}  // namespace lobule::pipeline
