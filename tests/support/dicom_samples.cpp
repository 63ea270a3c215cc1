#include "support/dicom_samples.h"

#include <cmath>

#include "core/hash.h"
#include "io/dicom_tags.h"

namespace lobule::test {
namespace {
using io::DicomDataset;
using io::Tag;
namespace tag = io::tag;

constexpr const char* kMrImage = "1.2.840.10008.5.1.4.1.1.4";
constexpr const char* kEnhancedMrImage = "1.2.840.10008.5.1.4.1.1.4.1";

std::vector<double> orientation(const Grid& grid) {
  const Vec3 row = grid.direction.column[0], column = grid.direction.column[1];
  return {row.x, row.y, row.z, column.x, column.y, column.z};
}

std::vector<double> position(const Grid& grid, int k) {
  const Vec3 p = point_from_index(grid, {0, 0, static_cast<double>(k)});
  return {p.x, p.y, p.z};
}

double thickness(const MrSample& sample) {
  return sample.slice_thickness_mm > 0 ? sample.slice_thickness_mm : sample.grid.spacing_mm.z;
}

void append_pixels(std::string& bytes, const MrSample& sample, int k) {
  for (int j = 0; j < sample.grid.size[1]; ++j)
    for (int i = 0; i < sample.grid.size[0]; ++i) {
      const auto value = static_cast<std::uint16_t>(sample.stored ? sample.stored(i, j, k) : 0);
      bytes.push_back(static_cast<char>(value & 0xFF));
      bytes.push_back(static_cast<char>(value >> 8));
    }
}

void put_patient_and_study(DicomDataset& out, const MrSample& sample) {
  out.put_text(tag::SpecificCharacterSet, "CS", "ISO_IR 192");
  out.put_text(tag::PatientName, "PN", sample.patient_name);
  out.put_text(tag::PatientID, "LO", sample.patient_id);
  out.put_text(tag::PatientBirthDate, "DA", "");
  out.put_text(tag::PatientSex, "CS", "F");
  out.put_text(tag::StudyInstanceUID, "UI", study_uid(sample));
  out.put_text(tag::StudyDate, "DA", sample.study_date);
  out.put_text(tag::StudyTime, "TM", sample.study_date.empty() ? "" : "101500");
  out.put_text(tag::AccessionNumber, "SH", "");
  out.put_text({0x0008, 0x0090}, "PN", "");
  out.put_text({0x0020, 0x0010}, "SH", "");
}

void put_series(DicomDataset& out, const MrSample& sample) {
  out.put_text(tag::Modality, "CS", "MR");
  out.put_text(tag::SeriesInstanceUID, "UI", series_uid(sample));
  out.put_number(tag::SeriesNumber, "IS", sample.series_number);
  out.put_text(tag::SeriesDescription, "LO", sample.description);
  out.put_text(tag::ProtocolName, "LO", sample.protocol);
  out.put_text(tag::SeriesDate, "DA", sample.study_date);
  out.put_text(tag::BodyPartExamined, "CS", "BREAST");
  out.put_text({0x0020, 0x0060}, "CS", "");
  out.put_text(tag::PatientPosition, "CS", "HFP");
  out.put_text(tag::FrameOfReferenceUID, "UI", frame_of_reference_uid(sample));
  out.put_text({0x0020, 0x1040}, "LO", "");
  out.put_text(tag::Manufacturer, "LO", sample.manufacturer);
}

void put_acquisition(DicomDataset& out, const MrSample& sample) {
  out.put_texts(tag::ImageType, "CS", sample.image_type);
  out.put_text(tag::ContentDate, "DA", sample.study_date);
  out.put_text(tag::ContentTime, "TM", sample.study_date.empty() ? "" : "101500");
  out.put_number(tag::AcquisitionNumber, "IS", sample.acquisition_number);
  out.put_text(tag::ScanningSequence, "CS", "GR");
  out.put_text(tag::SequenceVariant, "CS", "SP");
  out.put_text(tag::ScanOptions, "CS", "");
  out.put_text(tag::MRAcquisitionType, "CS", "3D");
  out.put_number(tag::RepetitionTime, "DS", 4.3);
  out.put_number(tag::EchoTime, "DS", 1.7);
  out.put_number({0x0018, 0x0091}, "IS", 1);
  out.put_number(tag::MagneticFieldStrength, "DS", 1.5);
  out.put_number(tag::FlipAngle, "DS", 10);
  out.put_number(tag::SliceThickness, "DS", thickness(sample));
}

void put_pixel_format(DicomDataset& out, const MrSample& sample) {
  out.put_number(tag::SamplesPerPixel, "US", 1);
  out.put_text(tag::PhotometricInterpretation, "CS", "MONOCHROME2");
  out.put_number(tag::Rows, "US", sample.grid.size[1]);
  out.put_number(tag::Columns, "US", sample.grid.size[0]);
  out.put_number(tag::BitsAllocated, "US", 16);
  out.put_number(tag::BitsStored, "US", sample.bits_stored);
  out.put_number(tag::HighBit, "US", sample.bits_stored - 1);
  out.put_number(tag::PixelRepresentation, "US", sample.is_signed ? 1 : 0);
}

void put_rescale(DicomDataset& out, const MrSample& sample) {
  out.put_number(tag::RescaleIntercept, "DS", sample.intercept);
  out.put_number(tag::RescaleSlope, "DS", sample.slope);
  out.put_text({0x0028, 0x1054}, "LO", "US");
}

bool rescaled(const MrSample& sample) {
  return sample.slope != 1 || sample.intercept != 0;
}

DicomDataset group_of(Tag sequence, DicomDataset item) {
  DicomDataset out;
  out.put_items(sequence, {std::move(item)});
  return out;
}

void add_group(DicomDataset& groups, Tag sequence, DicomDataset item) {
  groups.put_items(sequence, {std::move(item)});
}

DicomDataset shared_groups(const MrSample& sample) {
  DicomDataset measures, plane, transformation;
  measures.put_numbers(tag::PixelSpacing, "DS", {sample.grid.spacing_mm.y, sample.grid.spacing_mm.x});
  measures.put_number(tag::SliceThickness, "DS", thickness(sample));
  plane.put_numbers(tag::ImageOrientationPatient, "DS", orientation(sample.grid));
  put_rescale(transformation, sample);
  DicomDataset groups = group_of({0x0028, 0x9110}, measures);
  add_group(groups, {0x0020, 0x9116}, plane);
  add_group(groups, {0x0028, 0x9145}, transformation);
  return groups;
}

DicomDataset frame_groups(const MrSample& sample, int volume, int k) {
  DicomDataset content, plane;
  content.put_text({0x0020, 0x9056}, "SH", "1");
  content.put_number({0x0020, 0x9057}, "UL", k + 1);
  content.put_number({0x0020, 0x9128}, "UL", volume + 1);
  content.put_numbers({0x0020, 0x9157}, "UL", {volume + 1.0, k + 1.0});
  plane.put_numbers(tag::ImagePositionPatient, "DS", position(sample.grid, k));
  DicomDataset groups = group_of({0x0020, 0x9111}, content);
  add_group(groups, {0x0020, 0x9113}, plane);
  return groups;
}

void put_dimensions(DicomDataset& out, const std::string& uid) {
  const auto at = [](Tag t) {
    const auto low = [](std::uint16_t v) { return static_cast<char>(v & 0xFF); };
    const auto high = [](std::uint16_t v) { return static_cast<char>(v >> 8); };
    return std::string{low(t.group), high(t.group), low(t.element), high(t.element)};
  };
  std::vector<DicomDataset> indices;
  for (const Tag index : {Tag{0x0020, 0x9128}, Tag{0x0020, 0x9057}}) {
    DicomDataset item;
    item.put_text({0x0020, 0x9164}, "UI", uid);
    item.put({{0x0020, 0x9165}, {'A', 'T'}, at(index), {}});
    item.put({{0x0020, 0x9167}, {'A', 'T'}, at({0x0020, 0x9111}), {}});
    indices.push_back(item);
  }
  DicomDataset organization;
  organization.put_text({0x0020, 0x9164}, "UI", uid);
  out.put_items({0x0020, 0x9221}, {organization});
  out.put_items({0x0020, 0x9222}, std::move(indices));
}

}  // namespace

std::string study_uid(const MrSample& sample) {
  return uid_from_seed("study " + sample.study_seed);
}

std::string series_uid(const MrSample& sample) {
  return uid_from_seed("series " + sample.study_seed + " " + sample.seed);
}

std::string frame_of_reference_uid(const MrSample& sample) {
  return uid_from_seed("frame " + sample.study_seed + " " + sample.frame_seed);
}

std::string instance_uid(const MrSample& sample, int k) {
  return uid_from_seed("instance " + series_uid(sample) + " " +
                       std::to_string(sample.first_instance_number + k));
}

io::DicomDataset mr_slice(const MrSample& sample, int k) {
  DicomDataset out;
  put_patient_and_study(out, sample);
  put_series(out, sample);
  put_acquisition(out, sample);
  out.put_text(tag::SOPClassUID, "UI", kMrImage);
  out.put_text(tag::SOPInstanceUID, "UI", instance_uid(sample, k));
  out.put_number(tag::InstanceNumber, "IS", sample.first_instance_number + k);
  out.put_numbers(tag::ImagePositionPatient, "DS", position(sample.grid, k));
  out.put_numbers(tag::ImageOrientationPatient, "DS", orientation(sample.grid));
  out.put_numbers(tag::PixelSpacing, "DS", {sample.grid.spacing_mm.y, sample.grid.spacing_mm.x});
  put_pixel_format(out, sample);
  if (rescaled(sample)) put_rescale(out, sample);
  std::string pixels;
  append_pixels(pixels, sample, k);
  out.put({tag::PixelData, {'O', 'W'}, std::move(pixels), {}});
  if (sample.edit) sample.edit(k, out);
  return out;
}

std::vector<std::filesystem::path> write_mr_series(const std::filesystem::path& folder,
                                                   const MrSample& sample, const std::string& prefix) {
  std::vector<std::filesystem::path> paths;
  for (int k = 0; k < sample.grid.size[2]; ++k) {
    const std::string number = std::to_string(10000 + k).substr(1);
    paths.push_back(folder / (prefix + number + ".dcm"));
    io::write_dicom(paths.back(), mr_slice(sample, k), sample.transfer_syntax);
  }
  return paths;
}

void write_enhanced_mr(const std::filesystem::path& path, const std::vector<MrSample>& volumes) {
  const MrSample& first = volumes.front();
  DicomDataset out;
  put_patient_and_study(out, first);
  put_series(out, first);
  out.put_text(tag::SOPClassUID, "UI", kEnhancedMrImage);
  out.put_text(tag::SOPInstanceUID, "UI", instance_uid(first, 0));
  out.put_number(tag::InstanceNumber, "IS", first.first_instance_number);
  out.put_texts(tag::ImageType, "CS", first.image_type);
  out.put_text(tag::ContentDate, "DA", first.study_date);
  out.put_text(tag::ContentTime, "TM", first.study_date.empty() ? "" : "101500");
  put_pixel_format(out, first);
  std::string pixels;
  std::vector<DicomDataset> frames;
  for (std::size_t v = 0; v < volumes.size(); ++v)
    for (int k = 0; k < volumes[v].grid.size[2]; ++k) {
      frames.push_back(frame_groups(volumes[v], static_cast<int>(v), k));
      append_pixels(pixels, volumes[v], k);
    }
  out.put_number(tag::NumberOfFrames, "IS", static_cast<double>(frames.size()));
  put_dimensions(out, uid_from_seed("dimensions " + instance_uid(first, 0)));
  out.put_items(tag::SharedFunctionalGroupsSequence, {shared_groups(first)});
  out.put_items(tag::PerFrameFunctionalGroupsSequence, std::move(frames));
  out.put({tag::PixelData, {'O', 'W'}, std::move(pixels), {}});
  if (first.edit) first.edit(0, out);
  io::write_dicom(path, out, first.transfer_syntax);
}

Grid oblique_grid(Index3 size, Vec3 spacing_mm, Vec3 origin_mm, Vec3 rotation) {
  const auto about = [](int a, int b, double angle) {
    Mat3 m;
    m(a, a) = m(b, b) = std::cos(angle);
    m(a, b) = -std::sin(angle);
    m(b, a) = std::sin(angle);
    return m;
  };
  Grid grid;
  grid.size = size;
  grid.spacing_mm = spacing_mm;
  grid.origin_mm = origin_mm;
  grid.direction = about(0, 1, rotation.z) * (about(2, 0, rotation.y) * about(1, 2, rotation.x));
  return grid;
}

}  // namespace lobule::test
