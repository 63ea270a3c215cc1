#pragma once
// From headers (and the few pixels that it needs) to exams with roles.

#include <string>
#include <vector>

#include "core/context.h"
#include "exam/exam.h"
#include "exam/index.h"
#include "exam/series_opinion.h"

namespace lobule::exam {

// The finding of an exam whose headers do not tell when its phases were acquired.
inline constexpr const char* kTimesUnknown = "the times of the phases are unknown";

// What a person decided; outranks all other evidence. Keyed by SeriesInstanceUID.
struct Correction {
  std::string series_uid;
  std::optional<Role> role;
  std::optional<int> phase_index;
  std::vector<double> b_values;
};

struct SortOptions {
  bool use_pixels = true;
  // Headers count as keep_pixels_only leaves them; done by who reads the index, before sort_exams.
  bool pixels_only = false;
  const SeriesNetworks* networks = nullptr;  // asked about every series of MR exams where pixels are used
  std::vector<Correction> corrections;
  int first_exam_number = 1;  // how findings name the first exam: "exam 1"
};

// Exams by patient and study, in order of patient, study; every image of the index is in exactly one series.
std::vector<Exam> sort_exams(const DicomIndex& index, const SortOptions& options, Progress& progress,
                             const Cancellation& cancellation);

}  // namespace lobule::exam
