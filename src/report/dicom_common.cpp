#include "report/dicom_common.h"

#include <algorithm>
#include <stdexcept>

#include "core/context.h"
#include "core/hash.h"
#include "io/dicom_tags.h"

namespace lobule::report {
namespace {
using io::DicomDataset;
using io::Tag;
namespace tag = io::tag;

constexpr const char* kOwnScheme = "99LOBULE";

void put_own_coding_scheme(DicomDataset& out) {
  DicomDataset scheme;
  scheme.put_text({0x0008, 0x0102}, "SH", kOwnScheme);
  scheme.put_text({0x0008, 0x0115}, "ST", "Codes of the program lobule");
  scheme.put_text({0x0008, 0x0116}, "ST", "lobule");
  out.put_items({0x0008, 0x0110}, {scheme});
}

void put_patient_and_study(DicomDataset& out, const exam::StudyContext& study) {
  out.put_text(tag::PatientName, "PN", study.patient_name);
  out.put_text(tag::PatientID, "LO", study.patient_id);
  out.put_text(tag::PatientBirthDate, "DA", study.patient_birth_date);
  out.put_text(tag::PatientSex, "CS", study.patient_sex);
  out.put_text(tag::StudyInstanceUID, "UI", study.study_uid);
  out.put_text(tag::StudyDate, "DA", study.study_date);
  out.put_text(tag::StudyTime, "TM", study.study_time);
  out.put_text({0x0008, 0x0090}, "PN", study.referring_physician);
  out.put_text({0x0020, 0x0010}, "SH", study.study_id);
  out.put_text(tag::AccessionNumber, "SH", study.accession_number);
  if (!study.study_description.empty()) out.put_text(tag::StudyDescription, "LO", study.study_description);
}

void put_equipment(DicomDataset& out) {
  out.put_text(tag::Manufacturer, "LO", "lobule");
  out.put_text(tag::ManufacturerModelName, "LO", "lobule");
  out.put_text({0x0018, 0x1000}, "LO", "0");
  out.put_text({0x0018, 0x1020}, "LO", version());
}

}  // namespace

const Code& candidate_finding(const exam::Candidate& candidate) {
  return candidate.suspicious ? code::kEnhancingLesion : code::kFocalEnhancement;
}

Code ucum(const std::string& unit) {
  if (unit.empty() || unit == "1") return {"1", "UCUM", "no units"};
  return {unit, "UCUM", unit};
}

Code own_code(const std::string& value, const std::string& meaning) {
  return {value, kOwnScheme, meaning};
}

const Code& laterality(exam::Side side) {
  if (side == exam::Side::both) throw std::logic_error("both sides have no laterality");
  return side == exam::Side::right ? code::kRight : code::kLeft;
}

DicomDataset code_item(const Code& code) {
  DicomDataset item;
  item.put_text({0x0008, 0x0100}, "SH", code.value);
  item.put_text({0x0008, 0x0102}, "SH", code.scheme);
  item.put_text({0x0008, 0x0104}, "LO", code.meaning);
  return item;
}

void put_code(DicomDataset& out, Tag sequence, const Code& code) {
  out.put_items(sequence, {code_item(code)});
}

DicomDataset reference(const exam::SliceSource& source) {
  DicomDataset item;
  item.put_text({0x0008, 0x1150}, "UI", source.sop_class_uid);
  item.put_text({0x0008, 0x1155}, "UI", source.sop_instance_uid);
  if (source.frame > 0) item.put_number({0x0008, 0x1160}, "IS", source.frame);
  return item;
}

std::string derived_uid(const std::string& seed, const std::string& what, const std::string& content) {
  return uid_from_seed(seed + "\n" + what + "\n" + (content.empty() ? "" : sha256_hex(content)));
}

std::string content_date(const exam::StudyContext& study) {
  const std::string& date = study.newest_source_date;
  const bool is_date =
      date.size() == 8 && std::all_of(date.begin(), date.end(), [](char c) { return c >= '0' && c <= '9'; });
  return is_date ? date : "19000101";
}

void put_header(DicomDataset& out, const exam::StudyContext& study, const ObjectHeader& header) {
  out.put_text(tag::SpecificCharacterSet, "CS", "ISO_IR 192");
  out.put_text(tag::SOPClassUID, "UI", header.sop_class_uid);
  out.put_text(tag::SOPInstanceUID, "UI", header.instance_uid);
  put_own_coding_scheme(out);
  put_patient_and_study(out, study);
  out.put_text(tag::Modality, "CS", header.modality);
  out.put_text(tag::SeriesInstanceUID, "UI", header.series_uid);
  out.put_number(tag::SeriesNumber, "IS", header.series_number);
  out.put_text(tag::SeriesDescription, "LO", header.series_description);
  put_equipment(out);
  out.put_number(tag::InstanceNumber, "IS", 1);
  out.put_text(tag::ContentDate, "DA", content_date(study));
  out.put_text(tag::ContentTime, "TM", "000000");
}

void put_frame_of_reference(DicomDataset& out, const std::string& uid) {
  if (uid.empty()) return;
  out.put_text(tag::FrameOfReferenceUID, "UI", uid);
  out.put_text({0x0020, 0x1040}, "LO", "");
}

void put_referenced_series(DicomDataset& out, const Sources& sources) {
  if (sources.slices.empty()) return;
  std::vector<DicomDataset> instances;
  std::vector<std::string> seen;
  for (exam::SliceSource slice : sources.slices) {
    if (std::find(seen.begin(), seen.end(), slice.sop_instance_uid) != seen.end()) continue;
    seen.push_back(slice.sop_instance_uid);
    slice.frame = 0;  // the module names whole instances
    instances.push_back(reference(slice));
  }
  DicomDataset series;
  series.put_text(tag::SeriesInstanceUID, "UI", sources.series_uid);
  series.put_items({0x0008, 0x114A}, std::move(instances));
  out.put_items({0x0008, 0x1115}, {series});
}

}  // namespace lobule::report
