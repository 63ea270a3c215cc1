#include "pipeline/info_words.h"

#include <array>
#include <cmath>
#include <string_view>

#include "core/text.h"
#include "exam/b_value.h"
#include "exam/functional_groups.h"
#include "exam/geometry.h"
#include "io/dicom_tags.h"
#include "io/transfer_syntax.h"

namespace lobule::pipeline {
namespace {

using io::DicomDataset;
using io::Tag;
namespace tag = io::tag;

constexpr Tag kUltrasoundRegions{0x0018, 0x6011};

struct SopClass {
  std::string_view uid_end;  // behind 1.2.840.10008.5.1.4.1.1.
  std::string_view name;
};

// PS3.4 table B.5-1, those that a breast archive holds.
constexpr std::array<SopClass, 33> kSopClasses{{{"1", "CR image"},
                                                {"1.1", "digital X-ray image for presentation"},
                                                {"1.1.1", "digital X-ray image for processing"},
                                                {"1.2", "mammogram for presentation"},
                                                {"1.2.1", "mammogram for processing"},
                                                {"2", "CT image"},
                                                {"2.1", "enhanced CT image"},
                                                {"3.1", "ultrasound loop"},
                                                {"4", "MR image"},
                                                {"4.1", "enhanced MR image"},
                                                {"4.2", "MR spectroscopy"},
                                                {"4.3", "enhanced MR colour image"},
                                                {"4.4", "legacy converted enhanced MR image"},
                                                {"6.1", "ultrasound image"},
                                                {"6.2", "enhanced ultrasound volume"},
                                                {"7", "secondary capture"},
                                                {"7.1", "secondary capture, multi-frame, 1 bit"},
                                                {"7.2", "secondary capture, multi-frame, 8 bits"},
                                                {"7.3", "secondary capture, multi-frame, 16 bits"},
                                                {"7.4", "secondary capture, multi-frame, colour"},
                                                {"11.1", "presentation state"},
                                                {"13.1.3", "breast tomosynthesis volume"},
                                                {"13.1.4", "breast projections for presentation"},
                                                {"13.1.5", "breast projections for processing"},
                                                {"30", "parametric map"},
                                                {"66", "raw data"},
                                                {"66.4", "segmentation"},
                                                {"88.11", "basic text report"},
                                                {"88.22", "enhanced report"},
                                                {"88.33", "comprehensive report"},
                                                {"88.34", "comprehensive 3D report"},
                                                {"88.59", "key object selection"},
                                                {"481.3", "radiotherapy structure set"}}};

std::string sop_class_name(const std::string& uid) {
  constexpr std::string_view kRoot = "1.2.840.10008.5.1.4.1.1.";
  if (uid.starts_with(kRoot))
    for (const SopClass& known : kSopClasses)
      if (known.uid_end == std::string_view(uid).substr(kRoot.size())) return std::string(known.name);
  return "object of SOP class " + (uid.empty() ? "unknown" : uid);
}

std::string object_words(const FileInfo& info) {
  std::string text = sop_class_name(info.sop_class.value_or(""));
  if (info.modality) text += " (modality " + *info.modality + ")";
  if (info.rows && info.columns)
    text += ", " + std::to_string(*info.columns) + "×" + std::to_string(*info.rows) + " pixels";
  if (info.frames)
    text += *info.frames == 1 ? ", one frame" : ", " + std::to_string(*info.frames) + " frames";
  return text;
}

std::string bits_words(const FileInfo& info) {
  if (!info.bits_allocated || !info.bits_stored) return {};
  std::string text = std::to_string(*info.bits_allocated) + " bits a sample, " +
                     std::to_string(*info.bits_stored) + " of them used";
  if (info.is_signed) text += *info.is_signed ? ", signed" : ", unsigned";
  return info.photometric ? text + ", " + *info.photometric : text;
}

std::string syntax_words(const io::DicomHeader& header) {
  const io::TransferSyntax* syntax = io::find_transfer_syntax(header.transfer_syntax);
  if (syntax == nullptr) return {};
  std::string text = "transfer syntax " + std::string(syntax->name);
  if (header.pixels.present() && syntax->codec != io::PixelCodec::native)
    text += syntax->lossless ? " (lossless)" : " (may have lost detail)";
  return text;
}

std::string series_words(const DicomDataset& dataset) {
  std::string text;
  if (const auto number = dataset.integer(tag::SeriesNumber)) text = "series " + std::to_string(*number);
  const std::string description = dataset.text(tag::SeriesDescription);
  if (!description.empty()) text += (text.empty() ? "series \"" : " \"") + description + "\"";
  if (const auto number = dataset.integer(tag::InstanceNumber))
    text += (text.empty() ? "image " : ", image ") + std::to_string(*number);
  return text;
}

std::string plane_words(const std::vector<double>& orientation) {
  const Vec3 row{orientation[0], orientation[1], orientation[2]};
  const Vec3 column{orientation[3], orientation[4], orientation[5]};
  const Vec3 normal = cross(row, column);
  constexpr std::array<const char*, 3> kNames{"sagittal", "coronal", "axial"};
  const int axis = exam::dominant_axis(normal);
  const double along = std::abs(axis == 0 ? normal.x : axis == 1 ? normal.y : normal.z);
  const double degrees = std::acos(std::min(1.0, along / std::max(1e-12, norm(normal)))) * 57.29577951308232;
  const std::string name = kNames[static_cast<std::size_t>(axis)];
  return degrees < 0.5 ? name : name + ", tilted by " + format_fixed(degrees, 1) + "°";
}

std::string millimetres(const std::vector<double>& values) {
  std::vector<std::string> words;
  for (const double value : values) words.push_back(format_number(std::round(value * 1e4) / 1e4));
  return join(words, "×") + " mm";
}

std::string geometry_words(const DicomDataset& dataset) {
  using namespace exam;
  const auto of_first_frame = [&](Tag group, Tag attribute) {
    return frame_attributes(dataset, group, attribute, 0).numbers(attribute);
  };
  std::vector<std::string> parts;
  const auto orientation = of_first_frame(group_tag::PlaneOrientation, tag::ImageOrientationPatient);
  if (orientation.size() == 6) parts.push_back(plane_words(orientation));
  const auto spacing = of_first_frame(group_tag::PixelMeasures, tag::PixelSpacing);
  if (spacing.size() == 2) parts.push_back("pixels of " + millimetres({spacing[1], spacing[0]}));
  const auto imager = dataset.numbers(tag::ImagerPixelSpacing);
  if (imager.size() == 2)
    parts.push_back("pixels of " + millimetres({imager[1], imager[0]}) + " at the detector");
  const auto thickness = of_first_frame(group_tag::PixelMeasures, tag::SliceThickness);
  if (thickness.size() == 1) parts.push_back("slices " + millimetres(thickness) + " thick");
  const auto position = of_first_frame(group_tag::PlanePosition, tag::ImagePositionPatient);
  if (position.size() == 3)
    parts.push_back("first pixel at (" + format_fixed(position[0], 1) + ", " + format_fixed(position[1], 1) +
                    ", " + format_fixed(position[2], 1) + ") mm LPS");
  const auto& regions = dataset.items(kUltrasoundRegions);
  if (!regions.empty()) parts.push_back(std::to_string(regions.size()) + " calibrated ultrasound regions");
  return join(parts, ", ");
}

std::string breast_words(const DicomDataset& dataset) {
  std::vector<std::string> parts;
  const std::string side = dataset.text(tag::ImageLaterality), view = dataset.text(tag::ViewPosition);
  if (side == "L" || side == "R") parts.push_back(side == "L" ? "left" : "right");
  if (!view.empty()) parts.push_back("view " + view);
  const std::string intent = dataset.text(tag::PresentationIntentType);
  if (!intent.empty()) parts.push_back(lower(intent));
  return join(parts, ", ");
}

}  // namespace

std::vector<std::string> words_for(const io::DicomHeader& header, const FileInfo& info) {
  const DicomDataset& dataset = header.dataset;
  std::vector<std::string> words{object_words(info),    bits_words(info),      syntax_words(header),
                                 series_words(dataset), breast_words(dataset), geometry_words(dataset)};
  if (const auto b = exam::b_value(dataset); b && info.modality == "MR")
    words.push_back("b-value " + format_number(b->s_per_mm2) + " s/mm², from " + b->source);
  for (const std::string& note : header.notes) words.push_back(note);
  std::erase(words, "");
  return words;
}

}  // namespace lobule::pipeline
