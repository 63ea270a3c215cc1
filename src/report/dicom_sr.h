#pragma once
// The measurements and candidates of an exam as a DICOM structured report: Comprehensive 3D SR with
// template TID 1500 (PS3.16), one measurement group a region.

#include <string>
#include <vector>

#include "exam/analysis.h"
#include "io/dicom_dataset.h"
#include "report/dicom_common.h"
#include "report/dicom_seg.h"

namespace lobule::report {

// A segmentation object that the report refers to, with what it was made of.
struct SegmentationReference {
  Segmentation segmentation;
  std::string sop_class_uid, instance_uid, series_uid;
};

// How a measurement of `measurements.csv` is said in codes.
struct MeasurementCode {
  Code quantity;
  Code derivation;  // mean, median …; empty where there is none
};
MeasurementCode measurement_code(const std::string& name);

// The report. Measurement groups refer to segments of `segmentations` by their tracking identifiers
// ("breast R", "fgt L", "candidate 1"); regions without a segment become groups without one. Measurements
// that were not made (NaN) stay in, without a value.
io::DicomDataset measurement_report_object(const exam::Analysis& analysis,
                                           const std::vector<SegmentationReference>& segmentations,
                                           const Sources& sources, const std::string& seed);

}  // namespace lobule::report
