#pragma once
// Files by patient, so that a study of hundreds of exams is worked on one patient at a time and never held in
// memory as a whole.

#include <vector>

#include "core/context.h"
#include "io/inputs.h"

namespace lobule::exam {

// The files in groups that share no PatientID and no StudyInstanceUID: a study that two patients claim lies
// in one group, and can be reported. Groups are ordered by the smallest PatientID in them, files as they were
// given. Files that cannot be read, or name neither patient nor study, make the last group. Reads headers
// only, and keeps none.
std::vector<std::vector<io::InputFile>> group_by_patient(const std::vector<io::InputFile>& files,
                                                         Progress& progress,
                                                         const Cancellation& cancellation);

}  // namespace lobule::exam
