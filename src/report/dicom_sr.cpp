#include "report/dicom_sr.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/context.h"
#include "core/hash.h"
#include "io/dicom_encode.h"
#include "report/sr_content.h"

namespace lobule::report {
namespace {
using exam::Side;
using io::DicomDataset;

constexpr const char* kComprehensive3dSr = "1.2.840.10008.5.1.4.1.1.88.34";

Code dcm(const char* value, const char* meaning) {
  return {value, "DCM", meaning};
}
Code sct(const char* value, const char* meaning) {
  return {value, "SCT", meaning};
}

const Code kMean = sct("373098007", "Mean"), kMedian = sct("373099004", "Median");  // CID 7464

// What the groups of one document share.
struct Document {
  const std::vector<SegmentationReference>& segmentations;
  const Sources& sources;
  const std::string& seed;
};

Content observer_context(const std::string& seed) {
  const Relation observed = Relation::has_obs_context;
  return {code_content(observed, dcm("121005", "Observer Type"), dcm("121007", "Device")),
          uid_content(observed, dcm("121012", "Device Observer UID"), derived_uid(seed, "device")),
          text_content(observed, dcm("121013", "Device Observer Name"), "lobule"),
          text_content(observed, dcm("121014", "Device Observer Manufacturer"), "lobule"),
          text_content(observed, dcm("121015", "Device Observer Model Name"),
                       "lobule " + std::string(version()))};
}

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

DicomDataset finding_site(Side side) {
  const Code which = side == Side::both ? sct("51440002", "Bilateral") : laterality(side);  // CID 244
  return code_content(Relation::has_concept_mod, sct("363698007", "Finding Site"), code::kBreast,
                      {code_content(Relation::has_concept_mod, sct("272741003", "Laterality"), which)});
}

// The segment with this tracking identifier, as rows of TID 1411; nothing where there is none.
Content segment_rows(const Document& document, const std::string& tracking_id) {
  for (const SegmentationReference& object : document.segmentations)
    for (std::size_t n = 0; n < object.segmentation.segments.size(); ++n) {
      if (object.segmentation.segments[n].tracking_id != tracking_id) continue;
      Content rows{image_content(dcm("121191", "Referenced Segment"),
                                 {object.sop_class_uid, object.instance_uid, 0}, static_cast<int>(n) + 1)};
      if (!document.sources.series_uid.empty())
        rows.push_back(uid_content(Relation::contains, dcm("121232", "Source series for segmentation"),
                                   document.sources.series_uid));
      return rows;
    }
  return {};
}

// The rows that open TID 1411 (with a segment) and TID 1501 (without).
Content group_head(const Document& document, const std::string& tracking_id, const Code& finding, Side side) {
  Content rows{text_content(Relation::has_obs_context, dcm("112039", "Tracking Identifier"), tracking_id),
               uid_content(Relation::has_obs_context, dcm("112040", "Tracking Unique Identifier"),
                           derived_uid(document.seed, "tracking " + tracking_id)),
               code_content(Relation::contains, dcm("121071", "Finding"), finding)};
  for (DicomDataset& row : segment_rows(document, tracking_id)) rows.push_back(std::move(row));
  rows.push_back(finding_site(side));
  return rows;
}

DicomDataset measured(const MeasurementCode& code, double value, const std::string& unit) {
  Content modifiers;
  if (!code.derivation.value.empty())
    modifiers.push_back(
        code_content(Relation::has_concept_mod, dcm("121401", "Derivation"), code.derivation));
  return number_content(code.quantity, value, unit, std::move(modifiers));
}

DicomDataset measurement_group(Content rows) {
  return container(Relation::contains, dcm("125007", "Measurement Group"), std::move(rows));
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
      Content rows = group_head(document, tracking_id, fgt ? code::kFibroglandular : code::kBreast, side);
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
  Content rows = group_head(document, "candidate " + std::to_string(candidate.rank),
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
  Content content{code_content(Relation::has_concept_mod,
                               dcm("121049", "Language of Content Item and Descendants"),
                               {"en", "RFC5646", "English"})};
  for (DicomDataset& row : observer_context(document.seed)) content.push_back(std::move(row));
  content.push_back(code_content(Relation::has_concept_mod, dcm("121058", "Procedure reported"),
                                 sct("241615005", "MRI of breast")));
  content.push_back(image_library(document.sources));
  content.push_back(container(Relation::contains, dcm("126010", "Imaging Measurements"), std::move(groups)));
  return content;
}

DicomDataset series_item(const std::string& series_uid, std::vector<DicomDataset> instances) {
  DicomDataset series;
  series.put_text({0x0020, 0x000E}, "UI", series_uid);
  series.put_items({0x0008, 0x1199}, std::move(instances));
  return series;
}

// Every instance that the content refers to, by study and series.
void put_evidence(DicomDataset& out, const std::string& study_uid, const Document& document) {
  std::vector<DicomDataset> series;
  std::map<std::string, exam::SliceSource> instances;
  for (const exam::SliceSource& slice : document.sources.slices) instances[slice.sop_instance_uid] = slice;
  std::vector<DicomDataset> items;
  for (auto& [uid, slice] : instances) {
    slice.frame = 0;
    items.push_back(reference(slice));
  }
  if (!items.empty()) series.push_back(series_item(document.sources.series_uid, std::move(items)));
  for (const SegmentationReference& object : document.segmentations)
    series.push_back(
        series_item(object.series_uid, {reference({object.sop_class_uid, object.instance_uid, 0})}));
  if (series.empty()) return;
  DicomDataset study;
  study.put_text({0x0020, 0x000D}, "UI", study_uid);
  study.put_items({0x0008, 0x1115}, std::move(series));
  out.put_items({0x0040, 0xA375}, {study});
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
  DicomDataset out;
  put_root(out, dcm("126000", "Imaging Measurement Report"), "1500", document_content(analysis, document));
  put_evidence(out, analysis.study.study_uid, document);
  out.put_text({0x0040, 0xA491}, "CS", "COMPLETE");
  out.put_text({0x0040, 0xA493}, "CS", "UNVERIFIED");
  out.put_items({0x0040, 0xA372}, {});
  out.put_items({0x0008, 0x1111}, {});

  ObjectHeader header;
  header.sop_class_uid = kComprehensive3dSr;
  header.instance_uid = derived_uid(seed, "measurement report", io::encode_dataset(out, "sr.dcm"));
  header.series_uid = derived_uid(seed, "measurement report series");
  header.modality = "SR";
  header.series_description = "lobule: measurements";
  header.series_number = 9004;
  put_header(out, analysis.study, header);
  return out;
}

}  // namespace lobule::report
