#pragma once
// What a result depends on: the bytes of the files that went into it.

#include <map>
#include <string>

#include "core/context.h"
#include "exam/exam.h"
#include "exam/index.h"

namespace lobule::pipeline {

// SHA-256 of each series' files (in the order of their SOP instance UIDs), under "exam 1, series 8 #3"
// where 3 is the place of the series in the exam: numbers need not be unique, and UIDs identify a patient.
std::map<std::string, std::string> hash_series(const exam::DicomIndex& index, const exam::Exam& exam,
                                               int exam_number, const Cancellation& cancellation);

// One hash of them all.
std::string identity_of(const std::map<std::string, std::string>& series_hashes);

}  // namespace lobule::pipeline
