#pragma once
// The corrections file: a CSV table, one row a series, that a person edits and feeds back. Written with
// the current values by `lobule sort` as OUT/corrections.csv.

#include <string>
#include <vector>

#include "core/table.h"
#include "exam/sort.h"

namespace lobule::exam {

// Columns series_uid, series_number, description, role, phase_index, b_values ("50;400;800"); the second and
// third help a reader and are not read back. Rows in the order of exams and series.
Table corrections_table(const std::vector<Exam>& exams);

// Reads such a table. Needs series_uid and role; the other columns may be missing and cells may be empty.
// Throws Error naming `where` and the line for an unknown role (with the nearest words), a phase_index that
// is no whole number from 0, or b-values that are no numbers.
std::vector<Correction> corrections_from_csv(std::string_view text, const std::string& where);

// The rows that differ from what was decided: what a person changed in the template.
std::vector<Correction> changed_only(const std::vector<Correction>& corrections,
                                     const std::vector<Exam>& exams);

}  // namespace lobule::exam
