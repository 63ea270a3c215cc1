#pragma once
// The measurements and candidates of an exam as a DICOM structured report: Comprehensive 3D SR with
// template TID 1500 (PS3.16), one measurement group a region.

#include <string>
#include <vector>

#include "exam/analysis.h"
#include "io/dicom_dataset.h"
#include "report/dicom_common.h"
#include "report/sr_document.h"

namespace lobule::report {

// How a measurement of `measurements.csv` is said in codes.
MeasurementCode measurement_code(const std::string& name);

// The report. Measurement groups refer to segments of `segmentations` by their tracking identifiers
// ("breast R", "fgt L", "candidate 1"); regions without a segment become groups without one. Measurements
// that were not made (NaN) stay in, without a value.
io::DicomDataset measurement_report_object(const exam::Analysis& analysis,
                                           const std::vector<SegmentationReference>& segmentations,
                                           const Sources& sources, const std::string& seed);

}  // namespace lobule::report
