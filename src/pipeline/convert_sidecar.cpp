#include "pipeline/convert_sidecar.h"

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "core/context.h"
#include "exam/functional_groups.h"
#include "io/dicom_tags.h"

namespace lobule::pipeline {
namespace {

using Json = nlohmann::ordered_json;
using io::DicomDataset;
using io::Tag;
namespace tag = io::tag;

constexpr Tag kTiming{0x0018, 0x9112}, kModifier{0x0018, 0x9115}, kNone{0, 0};

// A number of the header: its name in BIDS, where it stands (in which functional group of an Enhanced object,
// under which tag there), and whether DICOM's milliseconds become BIDS's seconds.
struct NumberField {
  const char* name;
  Tag tag;
  Tag group = kNone;
  Tag enhanced_tag = kNone;
  bool milliseconds = false;
};

constexpr NumberField kNumbers[] = {
    {"MagneticFieldStrength", tag::MagneticFieldStrength},
    {"ImagingFrequency", {0x0018, 0x0084}, {0x0018, 0x9006}, {0x0018, 0x9098}},
    {"EchoTime", tag::EchoTime, exam::group_tag::MREcho, {0x0018, 0x9082}, true},
    {"RepetitionTime", tag::RepetitionTime, kTiming, tag::RepetitionTime, true},
    {"InversionTime", tag::InversionTime, kModifier, {0x0018, 0x9079}, true},
    {"FlipAngle", tag::FlipAngle, kTiming, tag::FlipAngle},
    {"EchoTrainLength", {0x0018, 0x0091}, kTiming, {0x0018, 0x0091}},
    {"PixelBandwidth", {0x0018, 0x0095}, {0x0018, 0x9006}, {0x0018, 0x0095}},
    {"NumberOfAverages", {0x0018, 0x0083}, {0x0018, 0x9119}, {0x0018, 0x0083}},
    {"SliceThickness", tag::SliceThickness, exam::group_tag::PixelMeasures, tag::SliceThickness},
    {"AcquisitionNumber", tag::AcquisitionNumber},
};

struct TextField {
  const char* name;
  Tag tag;
};

constexpr TextField kTexts[] = {
    {"Modality", tag::Modality},
    {"Manufacturer", tag::Manufacturer},
    {"ManufacturersModelName", tag::ManufacturerModelName},
    {"SoftwareVersions", {0x0018, 0x1020}},
    {"BodyPartExamined", tag::BodyPartExamined},
    {"PatientPosition", tag::PatientPosition},
    {"ProtocolName", tag::ProtocolName},
    {"ScanningSequence", tag::ScanningSequence},
    {"SequenceVariant", tag::SequenceVariant},
    {"ScanOptions", tag::ScanOptions},
    {"SequenceName", tag::SequenceName},
    {"PulseSequenceDetails", {0x0018, 0x9005}},
    {"MRAcquisitionType", tag::MRAcquisitionType},
};

// Whole numbers without a decimal point.
Json number_json(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

std::string joined(const DicomDataset& header, Tag which) {
  std::string text;
  for (const std::string& value : header.texts(which)) text += (text.empty() ? "" : "\\") + value;
  return text;
}

std::optional<double> number_of(const DicomDataset& header, const NumberField& field, int frame) {
  if (field.group != kNone)
    if (const DicomDataset* group = exam::functional_group(header, field.group, frame))
      if (const auto value = group->number(field.enhanced_tag)) return value;
  return header.number(field.tag);
}

void add_headers(Json& json, const DicomDataset& header, int frame) {
  for (const TextField& field : kTexts)
    if (const std::string text = joined(header, field.tag); !text.empty()) json[field.name] = text;
  if (const auto type = header.texts(tag::ImageType); !type.empty()) json["ImageType"] = type;
  for (const NumberField& field : kNumbers)
    if (const auto value = number_of(header, field, frame)) {
      json[field.name] = number_json(field.milliseconds ? *value / 1000 : *value);
    }
}

void add_volume(Json& json, const exam::Series& series, const exam::VolumePlan& plan) {
  json["SeriesRole"] = exam::to_text(series.role);
  if (plan.b_value_s_per_mm2) json["DiffusionBValue"] = number_json(*plan.b_value_s_per_mm2);
  if (plan.direction > 0) json["DiffusionDirectionIndex"] = plan.direction;
  if (plan.is_trace) json["DiffusionTrace"] = true;
  if (plan.phase_index >= 0) json["PhaseIndex"] = plan.phase_index;
  if (plan.time_s) json["PhaseTime"] = number_json(*plan.time_s);
  if (plan.repeat > 0) json["RepetitionIndex"] = plan.repeat;
  if (plan.echo > 0) json["EchoNumber"] = plan.echo;
  if (!plan.component.empty()) json["ImageComponent"] = plan.component;
  if (!plan.label.empty()) json["VolumeLabel"] = plan.label;
  if (series.role == exam::Role::adc) json["Units"] = "um2/s";
  json["SpacingBetweenSlices"] = plan.grid.spacing_mm.z;
  std::vector<int> filled;
  for (std::size_t k = 0; k < plan.frames.size(); ++k)
    if (plan.frames[k].entry < 0) filled.push_back(static_cast<int>(k));
  if (!filled.empty()) json["FilledSlices"] = filled;
  if (!plan.uneven_offsets_mm.empty()) json["ResampledFromOffsets"] = plan.uneven_offsets_mm;
}

}  // namespace

std::string sidecar_json(const exam::DicomIndex& index, const exam::Series& series,
                         const exam::VolumePlan& plan) {
  Json json;
  if (!series.description.empty()) json["SeriesDescription"] = series.description;
  json["SeriesNumber"] = series.series_number;
  for (const exam::FrameRef& frame : plan.frames) {
    if (frame.entry < 0) continue;
    add_headers(json, index.entries.at(frame.entry).header.dataset, frame.frame);
    break;
  }
  add_volume(json, series, plan);
  json["ConversionSoftware"] = "lobule";
  json["ConversionSoftwareVersion"] = version();
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lobule::pipeline
