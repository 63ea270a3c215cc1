#pragma once
// The way of one MR exam: facts, claims of headers, pixels and arithmetic, dynamic, verdicts.

#include "exam/sort.h"

namespace lobule::exam {

// Decides role, phases, b-values, evidence and warnings of each series, and the exam's kind, early phase
// and findings.
void sort_mr_exam(Exam& exam, const DicomIndex& index, const SortOptions& options,
                  const Cancellation& cancellation);

// The phase nearest 90 s where times are known, else the first post-contrast one; −1 without one.
// `time_s` counts from the pre-contrast phase; its first entry belongs to phase 0.
int early_phase(const std::vector<std::optional<double>>& time_s, std::size_t phase_count);

}  // namespace lobule::exam
