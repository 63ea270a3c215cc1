#pragma once
// Series whose role follows from their modality: mammograms, tomosynthesis, ultrasound, and what is no
// image at all.

#include <string>

#include "exam/exam.h"
#include "exam/index.h"

namespace lobule::exam {

// "MR", "MG", "US", … of an object: Modality (0008,0060), else by its SOP class; "" when neither says.
std::string modality_of(const io::DicomDataset& header);

// Whether objects of this modality describe other images (reports, segmentations, presentation states)
// and belong to the exam of those.
bool is_companion(const std::string& modality);

// Decides the series of an exam that is no MR exam: roles, evidence, warnings, and the exam's kind.
void sort_by_modality(Exam& exam, const DicomIndex& index);

// The role of a series by its modality alone; Role::other with the reason for any that has none.
void decide_by_modality(Series& series, const DicomIndex& index);

}  // namespace lobule::exam
