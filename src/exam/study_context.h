#pragma once
// What result objects copy from the headers of their source images.

#include "exam/analysis.h"
#include "io/dicom_dataset.h"

namespace lobule::exam {

// Patient, study, machine and dates of one image.
StudyContext study_context(const io::DicomDataset& header);

// Lets the image's dates count for `study.newest_source_date`.
void count_dates(const io::DicomDataset& header, StudyContext& study);

}  // namespace lobule::exam
