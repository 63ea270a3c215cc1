#pragma once
// An analysis as tables and JSON for programs. Fields, types and units: docs/formats/results.md; schemas:
// docs/schemas/. A value that could not be measured is an empty cell, or null; its reason is a finding.

#include <string>

#include "core/context.h"
#include "core/table.h"
#include "exam/analysis.h"

namespace lobule::report {

// The version of exam.json, measurements.json and provenance.json that this lobule writes.
inline constexpr int kResultsVersion = 1;

// measurements.csv: patient_id, study_uid, side, name, value, unit, source; one row a measurement.
Table measurements_table(const exam::Analysis& analysis);
std::string measurements_json(const exam::Analysis& analysis);

// candidates.csv: one row a candidate, by rank.
Table candidates_table(const exam::Analysis& analysis);

// exam.json: what the exam is, its phases and times, motion, maps, and all findings.
std::string exam_json(const exam::Analysis& analysis);

// provenance.json: how the result came about; the one file that differs between two runs with one result.
std::string provenance_json(const Provenance& provenance);

// A finite number as the shortest text that reads back as itself; "" otherwise.
std::string number_cell(double value);

}  // namespace lobule::report
