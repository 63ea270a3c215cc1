#include "exam/volume_slices.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/text.h"
#include "exam/b_value.h"
#include "exam/clock.h"
#include "exam/functional_groups.h"
#include "exam/mosaic.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {

using io::DicomDataset;
using io::Tag;
namespace tag = io::tag;

constexpr Tag kFrameType{0x0008, 0x9007}, kComplexComponent{0x0008, 0x9208},
    kEffectiveEchoTime{0x0018, 0x9082}, kFrameAcquisitionDateTime{0x0018, 0x9074},
    kFrameReferenceDateTime{0x0018, 0x9151}, kFrameAcquisitionNumber{0x0020, 0x9156},
    kTemporalPositionIndex{0x0020, 0x9128}, kDimensionIndexValues{0x0020, 0x9157},
    kDimensionIndexSequence{0x0020, 0x9222}, kDimensionIndexPointer{0x0020, 0x9165}, kStackId{0x0020, 0x9056},
    kInStackPosition{0x0020, 0x9057};

// No scanner reaches further; larger numbers are damage, and would overflow what is computed from them.
constexpr double kFarthestMm = 1e5, kLargestPixelMm = 1e3;

std::optional<Vec3> three(const std::vector<double>& v, std::size_t first = 0) {
  if (v.size() < first + 3) return std::nullopt;
  return Vec3{v[first], v[first + 1], v[first + 2]};
}

// Reads the plane of an image; false when a part is missing or makes no sense.
bool read_plane(const DicomDataset& header, int frame, SliceFacts& slice) {
  const auto numbers = [&](Tag group, Tag which) {
    return frame_attributes(header, group, which, frame).numbers(which);
  };
  const auto axes = numbers(group_tag::PlaneOrientation, tag::ImageOrientationPatient);
  const auto row = three(axes), column = three(axes, 3);
  const auto position = three(numbers(group_tag::PlanePosition, tag::ImagePositionPatient));
  const auto pixel = numbers(group_tag::PixelMeasures, tag::PixelSpacing);
  slice.columns = header.integer(tag::Columns).value_or(0);
  slice.rows = header.integer(tag::Rows).value_or(0);
  if (!row || !column || !position || pixel.size() < 2 || slice.columns < 1 || slice.rows < 1) return false;
  // Unit length within 1 %, square within 0.6°: beyond it the header is damaged rather than rounded.
  if (std::abs(norm(*row) - 1) > 0.01 || std::abs(norm(*column) - 1) > 0.01 ||
      std::abs(dot(*row, *column)) > 0.01 || pixel[0] <= 0 || pixel[1] <= 0 ||
      std::max(pixel[0], pixel[1]) > kLargestPixelMm || !(norm(*position) < kFarthestMm))
    return false;
  slice.row = (1 / norm(*row)) * *row;
  slice.column = (1 / norm(*column)) * *column;
  slice.position_mm = *position;
  slice.row_spacing_mm = pixel[0];
  slice.column_spacing_mm = pixel[1];
  return true;
}

std::string component_of(const DicomDataset& header, int frame, const std::string& image_type) {
  const std::string said =
      frame_attributes(header, group_tag::MRImageFrameType, kComplexComponent, frame).text(kComplexComponent);
  for (const std::string& word : {said, image_type}) {
    for (const std::string& part : split(word, '\\')) {
      if (part == "P" || part == "PHASE" || part == "PHASE MAP" || part.starts_with("P_")) return "phase";
      if (part == "R" || part == "REAL" || part == "R_") return "real";
      if (part == "I" || part == "IMAGINARY") return "imaginary";
      if (part == "B0 MAP" || part == "B0" || part == "FIELD_MAP") return "fieldmap";
    }
  }
  return {};
}

std::optional<double> acquired(const DicomDataset& header, int frame) {
  for (const Tag which : {kFrameAcquisitionDateTime, kFrameReferenceDateTime})
    if (const auto s =
            seconds_from_time(frame_attributes(header, group_tag::FrameContent, which, frame).text(which)))
      return s;
  if (const auto s = seconds_from_time(header.text(tag::AcquisitionDateTime))) return s;
  std::string date = header.text(tag::AcquisitionDate);
  // Anonymisers delete dates and leave times; an exam rarely crosses midnight.
  if (date.empty()) date = "20000101";
  return seconds_from_time(trim(date) + trim(header.text(tag::AcquisitionTime)));
}

// DimensionIndexValues without those whose dimension is the position.
std::vector<double> other_dimensions(const DicomDataset& header, int frame) {
  const auto& dimensions = header.items(kDimensionIndexSequence);
  const DicomDataset* content = functional_group(header, group_tag::FrameContent, frame);
  if (content == nullptr || dimensions.empty()) return {};
  const auto values = content->numbers(kDimensionIndexValues);
  std::vector<double> kept;
  for (std::size_t d = 0; d < dimensions.size() && d < values.size(); ++d) {
    const auto pointer = dimensions[d].numbers(kDimensionIndexPointer);
    if (pointer.size() < 2) continue;
    const Tag which{static_cast<std::uint16_t>(pointer[0]), static_cast<std::uint16_t>(pointer[1])};
    if (which != kStackId && which != kInStackPosition && which != tag::ImagePositionPatient)
      kept.push_back(values[d]);
  }
  return kept;
}

void read_ordering(const DicomDataset& header, int frame, SliceFacts& slice) {
  const DicomDataset& type = frame_attributes(header, group_tag::MRImageFrameType, kFrameType, frame);
  slice.image_type = join(type.texts(type.has(kFrameType) ? kFrameType : tag::ImageType), "\\");
  slice.component = component_of(header, frame, slice.image_type);
  const DicomDataset& echo = frame_attributes(header, group_tag::MREcho, kEffectiveEchoTime, frame);
  slice.echo_time_ms = echo.number(kEffectiveEchoTime).value_or(header.number(tag::EchoTime).value_or(0));
  const auto content = [&](Tag own, Tag classic) {
    const auto value = frame_attributes(header, group_tag::FrameContent, own, frame).number(own);
    return value ? value : header.number(classic);
  };
  slice.temporal_position = content(kTemporalPositionIndex, tag::TemporalPositionIdentifier);
  slice.acquisition_number = content(kFrameAcquisitionNumber, tag::AcquisitionNumber);
  slice.trigger_time_ms = header.number(tag::TriggerTime);
  slice.acquired_s = acquired(header, frame);
  slice.instance_number = header.number(tag::InstanceNumber).value_or(0);
  slice.dimensions = other_dimensions(header, frame);
  slice.gradient = gradient_direction(header, frame);
}

void add_mosaic(const DicomDataset& header, const SliceFacts& whole, SliceList& list) {
  std::string why;
  const auto mosaic = read_mosaic(header, why);
  if (!mosaic) {
    ++list.without_geometry;
    list.mosaic_trouble = why;
    return;
  }
  for (int t = 0; t < mosaic->slice_count; ++t) {
    SliceFacts slice = whole;
    slice.tile = t;
    slice.columns = mosaic->columns;
    slice.rows = mosaic->rows;
    slice.position_mm = mosaic->first_position_mm + t * mosaic->slice_step_mm;
    list.slices.push_back(std::move(slice));
  }
}

}  // namespace

SliceList list_slices(const DicomIndex& index, const Series& series) {
  std::map<std::pair<int, int>, int> phase_of;
  for (const Phase& phase : series.phases)
    for (const FrameRef& image : phase.images) phase_of[{image.entry, image.frame}] = phase.phase_index;
  const auto b_values = b_values_of(index, series.images);
  SliceList list;
  for (std::size_t i = 0; i < series.images.size(); ++i) {
    const FrameRef image = series.images[i];
    const DicomDataset& header = index.entries.at(image.entry).header.dataset;
    SliceFacts slice;
    slice.ref = image;
    if (!read_plane(header, image.frame, slice)) {
      ++list.without_geometry;
      continue;
    }
    read_ordering(header, image.frame, slice);
    if (b_values[i]) slice.b_value_s_per_mm2 = b_values[i]->s_per_mm2;
    if (const auto found = phase_of.find({image.entry, image.frame}); found != phase_of.end())
      slice.planned_phase = found->second;
    if (is_mosaic(header))
      add_mosaic(header, slice, list);
    else
      list.slices.push_back(std::move(slice));
  }
  return list;
}

std::array<double, 2> rescale_of(const DicomDataset& header, int frame) {
  const DicomDataset& item =
      frame_attributes(header, group_tag::PixelValueTransformation, tag::RescaleSlope, frame);
  const double slope = item.number(tag::RescaleSlope).value_or(1);
  return {slope != 0 ? slope : 1, item.number(tag::RescaleIntercept).value_or(0)};
}

}  // namespace lobule::exam
