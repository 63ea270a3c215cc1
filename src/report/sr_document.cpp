#include "report/sr_document.h"

#include "core/context.h"
#include "io/dicom_encode.h"

namespace lobule::report {
namespace {
using exam::Side;
using io::DicomDataset;

constexpr const char* kComprehensive3dSr = "1.2.840.10008.5.1.4.1.1.88.34";

void put_evidence(DicomDataset& out, const std::string& study_uid, const Evidence& evidence) {
  if (evidence.series.empty()) return;
  std::vector<DicomDataset> series;
  for (const auto& [uid, instances] : evidence.series) {
    std::vector<DicomDataset> items;
    for (const auto& [instance_uid, source] : instances) items.push_back(reference(source));
    DicomDataset item;
    item.put_text({0x0020, 0x000E}, "UI", uid);
    item.put_items({0x0008, 0x1199}, std::move(items));
    series.push_back(std::move(item));
  }
  DicomDataset study;
  study.put_text({0x0020, 0x000D}, "UI", study_uid);
  study.put_items({0x0008, 0x1115}, std::move(series));
  out.put_items({0x0040, 0xA375}, {study});
}

}  // namespace

Code dcm(const char* value, const char* meaning) {
  return {value, "DCM", meaning};
}

Code sct(const char* value, const char* meaning) {
  return {value, "SCT", meaning};
}

DicomDataset measured(const MeasurementCode& code, double value, const std::string& unit) {
  Content modifiers;
  if (!code.derivation.value.empty())
    modifiers.push_back(
        code_content(Relation::has_concept_mod, dcm("121401", "Derivation"), code.derivation));
  return number_content(code.quantity, value, unit, std::move(modifiers));
}

Content report_head(const std::string& seed, const Code& procedure) {
  const Relation observed = Relation::has_obs_context;
  return {
      code_content(Relation::has_concept_mod, dcm("121049", "Language of Content Item and Descendants"),
                   {"en", "RFC5646", "English"}),
      code_content(observed, dcm("121005", "Observer Type"), dcm("121007", "Device")),
      uid_content(observed, dcm("121012", "Device Observer UID"), derived_uid(seed, "device")),
      text_content(observed, dcm("121013", "Device Observer Name"), "lobule"),
      text_content(observed, dcm("121014", "Device Observer Manufacturer"), "lobule"),
      text_content(observed, dcm("121015", "Device Observer Model Name"), "lobule " + std::string(version())),
      code_content(Relation::has_concept_mod, dcm("121058", "Procedure reported"), procedure)};
}

DicomDataset finding_site(Side side) {
  const Code which = side == Side::both ? sct("51440002", "Bilateral") : laterality(side);  // CID 244
  return code_content(Relation::has_concept_mod, sct("363698007", "Finding Site"), code::kBreast,
                      {code_content(Relation::has_concept_mod, sct("272741003", "Laterality"), which)});
}

Content segment_content(const SegmentationReference& object, const std::string& tracking_id,
                        const std::string& source_series_uid) {
  for (std::size_t n = 0; n < object.segmentation.segments.size(); ++n) {
    if (object.segmentation.segments[n].tracking_id != tracking_id) continue;
    Content rows{image_content(dcm("121191", "Referenced Segment"),
                               {object.sop_class_uid, object.instance_uid, 0}, static_cast<int>(n) + 1)};
    if (!source_series_uid.empty())
      rows.push_back(uid_content(Relation::contains, dcm("121232", "Source series for segmentation"),
                                 source_series_uid));
    return rows;
  }
  return {};
}

Content group_head(const std::string& tracking_id, const std::string& tracking_uid, const Code& finding,
                   Content segment, std::optional<Side> side) {
  Content rows{
      text_content(Relation::has_obs_context, dcm("112039", "Tracking Identifier"), tracking_id),
      uid_content(Relation::has_obs_context, dcm("112040", "Tracking Unique Identifier"), tracking_uid),
      code_content(Relation::contains, dcm("121071", "Finding"), finding)};
  for (DicomDataset& row : segment) rows.push_back(std::move(row));
  if (side) rows.push_back(finding_site(*side));
  return rows;
}

DicomDataset measurement_group(Content rows) {
  return container(Relation::contains, dcm("125007", "Measurement Group"), std::move(rows));
}

void Evidence::add(const std::string& series_uid, const exam::SliceSource& instance) {
  // The evidence names whole instances.
  series[series_uid][instance.sop_instance_uid] = {instance.sop_class_uid, instance.sop_instance_uid, 0};
}

DicomDataset report_object(Content content, const Evidence& evidence, const exam::StudyContext& study,
                           const ReportName& name, const std::string& seed) {
  DicomDataset out;
  put_root(out, dcm("126000", "Imaging Measurement Report"), "1500", std::move(content));
  put_evidence(out, study.study_uid, evidence);
  out.put_text({0x0040, 0xA491}, "CS", "COMPLETE");
  out.put_text({0x0040, 0xA493}, "CS", "UNVERIFIED");
  out.put_items({0x0040, 0xA372}, {});
  out.put_items({0x0008, 0x1111}, {});

  ObjectHeader header;
  header.sop_class_uid = kComprehensive3dSr;
  header.instance_uid = derived_uid(seed, name.what, io::encode_dataset(out, "sr.dcm"));
  header.series_uid = derived_uid(seed, name.what + " series");
  header.modality = "SR";
  header.series_description = name.series_description;
  header.series_number = name.series_number;
  put_header(out, study, header);
  return out;
}

}  // namespace lobule::report
