#pragma once
// The JSON beside a converted volume.

#include <string>

#include "exam/exam.h"
#include "exam/index.h"
#include "exam/volume.h"

namespace lobule::pipeline {

// The sidecar's text (docs/formats/nifti.md): what the headers say about how the volume was acquired, in the
// words of BIDS and with its units (seconds, degrees, tesla). No name, date, number or UID of a patient.
std::string sidecar_json(const exam::DicomIndex& index, const exam::Series& series,
                         const exam::VolumePlan& plan);

}  // namespace lobule::pipeline
