#include "report/dicom_sr.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/hash.h"
#include "report/sr_document.h"

namespace lobule::report {
namespace {
using exam::Side;
using io::DicomDataset;

const Code kMean = sct("373098007", "Mean"), kMedian = sct("373099004", "Median");  // CID 7464

// What the groups of one document share.
struct Document {
  const std::vector<SegmentationReference>& segmentations;
  const Sources& sources;
  const std::string& seed;
};

// TID 1600: the images of the pre-contrast phase.
DicomDataset image_library(const Sources& sources) {
  Content group{
      code_content(Relation::has_acq_context, dcm("121139", "Modality"), dcm("MR", "Magnetic Resonance")),
      code_content(Relation::has_acq_context, dcm("123014", "Target Region"), code::kBreast)};
  if (!sources.frame_of_reference_uid.empty())
    group.push_back(uid_content(Relation::has_acq_context, dcm("112227", "Frame of Reference UID"),
                                sources.frame_of_reference_uid));
  for (const exam::SliceSource& slice : sources.slices) group.push_back(image_content({}, slice));
  Content groups;
  if (!sources.slices.empty())
    groups.push_back(container(Relation::contains, dcm("126200", "Image Library Group"), std::move(group)));
  return container(Relation::contains, dcm("111028", "Image Library"), std::move(groups));
}

// The segment with this tracking identifier, as rows of TID 1411; nothing where there is none.
Content segment_rows(const Document& document, const std::string& tracking_id) {
  for (const SegmentationReference& object : document.segmentations)
    if (Content rows = segment_content(object, tracking_id, document.sources.series_uid); !rows.empty())
      return rows;
  return {};
}

Content region_head(const Document& document, const std::string& tracking_id, const Code& finding,
                    Side side) {
  return group_head(tracking_id, derived_uid(document.seed, "tracking " + tracking_id), finding,
                    segment_rows(document, tracking_id), side);
}

// The region that a measurement belongs to: the fibroglandular tissue of a side, or the side.
bool is_of_fgt(const std::string& name) {
  return name.starts_with("fgt_") || name.starts_with("bpe_") || name.find("_fgt_") != std::string::npos;
}

Content region_groups(const exam::Analysis& analysis, const Document& document) {
  Content groups;
  for (const Side side : {Side::right, Side::left, Side::both})
    for (const bool fgt : {false, true}) {
      const std::string tracking_id = (fgt ? "fgt " : "breast ") + exam::to_text(side);
      Content rows = region_head(document, tracking_id, fgt ? code::kFibroglandular : code::kBreast, side);
      const std::size_t head = rows.size();
      for (const exam::Measurement& m : analysis.measurements)
        if (m.side == side && is_of_fgt(m.name) == fgt)
          rows.push_back(measured(measurement_code(m.name), m.value, m.unit));
      if (rows.size() > head) groups.push_back(measurement_group(std::move(rows)));
    }
  return groups;
}

Code curve_code(const std::string& curve_type) {
  if (curve_type == "washout") return dcm("130599", "Washout delayed phase: Type 3 curve");  // CID 6346
  if (curve_type == "plateau") return dcm("130598", "Plateau delayed phase: Type 2 curve");
  return dcm("130597", "Persistent delayed phase: Type 1 curve");
}

DicomDataset candidate_group(const exam::Candidate& candidate, const Document& document) {
  Content rows = region_head(document, "candidate " + std::to_string(candidate.rank),
                             candidate_finding(candidate), candidate.side);
  const Code yes_or_no = candidate.suspicious ? sct("373066001", "Yes") : sct("373067005", "No");  // CID 230
  if (!document.sources.frame_of_reference_uid.empty())
    rows.push_back(
        point_content(dcm("111010", "Center"), candidate.center_mm, document.sources.frame_of_reference_uid));
  rows.push_back(measured({own_code("SCORE", "Score of candidate, 0 to 1"), {}}, candidate.score, "1"));
  rows.push_back(measured({sct("118565006", "Volume"), {}}, candidate.volume_ml, "ml"));
  rows.push_back(measured({sct("103339001", "Long axis"), {}}, candidate.longest_diameter_mm, "mm"));
  rows.push_back(measured({own_code("PE_P95", "Percent signal enhancement, 95th percentile"), {}},
                          candidate.peak_enhancement_percent, "%"));
  rows.push_back(measured({own_code("SER", "Signal enhancement ratio"), kMean}, candidate.mean_ser, "1"));
  rows.push_back(measured({code::kAdc, kMedian}, candidate.adc_median_um2_per_s, "um2/s"));
  rows.push_back(
      code_content(Relation::contains, own_code("SUSPICIOUS", "Above the suspicion threshold"), yes_or_no));
  if (!candidate.curve_type.empty())
    rows.push_back(code_content(Relation::contains, own_code("CURVE", "Enhancement curve type"),
                                curve_code(candidate.curve_type)));
  return measurement_group(std::move(rows));
}

Content document_content(const exam::Analysis& analysis, const Document& document) {
  Content groups = region_groups(analysis, document);
  for (const exam::Candidate& candidate : analysis.candidates)
    groups.push_back(candidate_group(candidate, document));
  Content content = report_head(document.seed, sct("241615005", "MRI of breast"));
  content.push_back(image_library(document.sources));
  content.push_back(container(Relation::contains, dcm("126010", "Imaging Measurements"), std::move(groups)));
  return content;
}

}  // namespace

MeasurementCode measurement_code(const std::string& name) {
  static const std::map<std::string, MeasurementCode> known{
      {"breast_volume", {dcm("112193", "Volume of breast"), {}}},           // CID 6142
      {"fgt_volume", {dcm("112192", "Volume of parenchymal tissue"), {}}},  // CID 6142
      // By volume; 111046 "Percent Fibroglandular Tissue" is a share of the area of a mammogram.
      {"percent_density", {dcm("112191", "Breast tissue density"), {}}},  // CID 6142
      {"adc_fgt_median", {code::kAdc, kMedian}},
      {"bpe_mean", {own_code("BPE", "Background parenchymal enhancement"), kMean}},
      {"bpe_fraction", {own_code("BPE_FRACTION", "Fraction of tissue with background enhancement"), {}}},
      {"ftv", {own_code("FTV", "Functional tumor volume"), {}}},
      {"motion_before", {own_code("MOTION_BEFORE", "Motion of tissue before correction"), {}}},
      {"motion_after", {own_code("MOTION_AFTER", "Motion of tissue after correction"), {}}},
  };
  if (const auto found = known.find(name); found != known.end()) return found->second;
  // A code value has at most 16 characters; longer names keep apart by a part of their hash.
  std::string value = name;
  if (value.size() > 16) value = name.substr(0, 10) + "_" + sha256_hex(name).substr(0, 5);
  std::string meaning = name.substr(0, 64);
  std::replace(meaning.begin(), meaning.end(), '_', ' ');
  return {own_code(value, meaning), {}};
}

DicomDataset measurement_report_object(const exam::Analysis& analysis,
                                       const std::vector<SegmentationReference>& segmentations,
                                       const Sources& sources, const std::string& seed) {
  const Document document{segmentations, sources, seed};
  Evidence evidence;
  for (const exam::SliceSource& slice : sources.slices) evidence.add(sources.series_uid, slice);
  for (const SegmentationReference& object : segmentations)
    evidence.add(object.series_uid, {object.sop_class_uid, object.instance_uid, 0});
  return report_object(document_content(analysis, document), evidence, analysis.study,
                       {"measurement report", "lobule: measurements", 9004}, seed);
}

}  // namespace lobule::report
