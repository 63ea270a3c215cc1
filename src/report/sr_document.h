#pragma once
// What all measurement reports of lobule share: Comprehensive 3D SR with template TID 1500 (PS3.16), a device
// as the observer, measurement groups, and the evidence.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "exam/analysis.h"
#include "io/dicom_dataset.h"
#include "report/dicom_common.h"
#include "report/dicom_seg.h"
#include "report/sr_content.h"

namespace lobule::report {

// Codes of the standard's own scheme and of SNOMED CT.
Code dcm(const char* value, const char* meaning);
Code sct(const char* value, const char* meaning);

// A segmentation object that a report refers to, with what it was made of.
struct SegmentationReference {
  Segmentation segmentation;
  std::string sop_class_uid, instance_uid, series_uid;
};

// A quantity in codes.
struct MeasurementCode {
  Code quantity;
  Code derivation;  // mean, median …; empty where there is none
};
io::DicomDataset measured(const MeasurementCode& code, double value, const std::string& unit);

// Language, the observer lobule and the procedure reported: what opens the document.
Content report_head(const std::string& seed, const Code& procedure);

// Finding site breast with its laterality; both is Bilateral.
io::DicomDataset finding_site(exam::Side side);

// The segment with this tracking identifier, as rows of TID 1411; nothing where the object has none.
Content segment_content(const SegmentationReference& object, const std::string& tracking_id,
                        const std::string& source_series_uid);

// The rows that open TID 1411 (with a segment) and TID 1501 (without); no finding site where the side is not
// known.
Content group_head(const std::string& tracking_id, const std::string& tracking_uid, const Code& finding,
                   Content segment, std::optional<exam::Side> side);
io::DicomDataset measurement_group(Content rows);

// Every instance that the content refers to, by series.
struct Evidence {
  std::map<std::string, std::map<std::string, exam::SliceSource>> series;

  void add(const std::string& series_uid, const exam::SliceSource& instance);
};

struct ReportName {
  std::string what;  // names the object in UIDs
  std::string series_description;
  int series_number = 1;
};

// The whole object: complete, unverified, nobody has signed it.
io::DicomDataset report_object(Content content, const Evidence& evidence, const exam::StudyContext& study,
                               const ReportName& name, const std::string& seed);

}  // namespace lobule::report
