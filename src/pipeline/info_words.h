#pragma once
// A DICOM header in plain words.

#include <string>
#include <vector>

#include "io/dicom_read.h"
#include "pipeline/info.h"

namespace lobule::pipeline {

// Short sentences: what the object is, its pixels, encoding, place in its series, geometry, b-value. No
// name, birth date or identifier of a patient.
std::vector<std::string> words_for(const io::DicomHeader& header, const FileInfo& info);

}  // namespace lobule::pipeline
