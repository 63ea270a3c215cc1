#include "pipeline/phantom_dicom.h"

#include <algorithm>
#include <cmath>

#include "core/hash.h"
#include "core/parallel.h"
#include "core/text.h"
#include "io/dicom_tags.h"
#include "io/dicom_write.h"
#include "pipeline/phantom_protocol.h"

namespace lobule::pipeline {
namespace {

namespace tag = io::tag;

constexpr const char* kMrImageStorage = "1.2.840.10008.5.1.4.1.1.4";
constexpr const char* kDate = "20000101";
constexpr int kLargest = 4095;  // 12 bits stored

std::string clock(double seconds_of_day) {
  const int whole = static_cast<int>(seconds_of_day);
  char text[48];
  std::snprintf(text, sizeof text, "%02d%02d%02d.%02d", whole / 3600, whole / 60 % 60, whole % 60,
                static_cast<int>(std::lround(100 * (seconds_of_day - whole))));
  return text;
}

// Everything that the pixels depend on, as text.
std::string identity(const phantom::ExamOptions& o) {
  const phantom::AnatomyOptions& a = o.anatomy;
  std::vector<std::string> parts = {"lobule phantom", std::to_string(a.seed)};
  std::vector<double> numbers = {a.half_width_mm,
                                 a.depth_mm,
                                 a.half_height_mm,
                                 a.asymmetry,
                                 a.sag_mm,
                                 a.density_percent,
                                 double(o.dynamic_size),
                                 double(o.dynamic_slices),
                                 o.dynamic_spacing_mm,
                                 o.dynamic_slice_mm,
                                 double(o.post_phases),
                                 o.motion_mm,
                                 o.noise,
                                 o.shading.coil,
                                 o.shading.fat_left,
                                 o.shading.fat_left_spread,
                                 o.sequence.tr_ms,
                                 o.sequence.te_ms,
                                 o.sequence.flip_degrees};
  for (const phantom::LesionPlan& lesion : a.lesions)
    numbers.insert(numbers.end(), {double(static_cast<int>(lesion.kind)),
                                   double(static_cast<int>(lesion.side)), lesion.diameter_mm, lesion.place.x,
                                   lesion.place.y, lesion.place.z, lesion.irregularity, lesion.uptake_scale});
  for (const double number : numbers) parts.push_back(format_number(number));
  return join(parts, " ");
}

void put_patient_and_study(io::DicomDataset& d, const PhantomStudy& study) {
  d.put_text(tag::SpecificCharacterSet, "CS", "ISO_IR 100");
  d.put_text(tag::SOPClassUID, "UI", kMrImageStorage);
  d.put_text(tag::InstanceCreationDate, "DA", kDate);
  d.put_text(tag::StudyDate, "DA", kDate);
  d.put_text(tag::StudyTime, "TM", clock(kStudyTime_s));
  d.put_text(tag::AccessionNumber, "SH", "");
  d.put_text(tag::Modality, "CS", "MR");
  d.put_text(tag::Manufacturer, "LO", "SIEMENS");
  d.put_text({0x0008, 0x0090}, "PN", "");  // ReferringPhysicianName
  d.put_text(tag::StudyDescription, "LO", "BREAST^DEMO");
  d.put_text(tag::ManufacturerModelName, "LO", "Simulated by lobule");
  d.put_text(tag::PatientName, "PN", "Phantom^Demo");
  d.put_text(tag::PatientID, "LO", study.patient_id);
  d.put_text(tag::PatientBirthDate, "DA", "");
  d.put_text(tag::PatientSex, "CS", "F");
  d.put_text({0x0012, 0x0062}, "CS", "YES");  // PatientIdentityRemoved: there is no patient
  d.put_text({0x0012, 0x0063}, "LO", "Simulated: no person was imaged");
  d.put_text(tag::BodyPartExamined, "CS", "BREAST");
  d.put_text(tag::PatientPosition, "CS", "HFP");
  d.put_text(tag::StudyInstanceUID, "UI", study.study_uid);
  d.put_text({0x0020, 0x0010}, "SH", "1");  // StudyID
  d.put_text(tag::FrameOfReferenceUID, "UI", study.frame_of_reference_uid);
  d.put_text({0x0020, 0x0060}, "CS", "");  // Laterality: both breasts
  d.put_text({0x0020, 0x1040}, "LO", "");  // PositionReferenceIndicator
}

void put_sequence(io::DicomDataset& d, const SequenceHeader& s) {
  d.put_text(tag::ScanningSequence, "CS", s.scanning_sequence);
  d.put_text(tag::SequenceVariant, "CS", s.variant);
  d.put_text(tag::ScanOptions, "CS", s.options);
  d.put_text(tag::MRAcquisitionType, "CS", s.acquisition_type);
  d.put_text({0x0018, 0x0025}, "CS", "N");  // AngioFlag
  d.put_number(tag::RepetitionTime, "DS", s.tr_ms);
  d.put_number(tag::EchoTime, "DS", s.te_ms);
  if (s.ti_ms > 0) d.put_number(tag::InversionTime, "DS", s.ti_ms);
  d.put_number({0x0018, 0x0083}, "DS", 1);      // NumberOfAverages
  d.put_number({0x0018, 0x0084}, "DS", 63.68);  // ImagingFrequency, MHz
  d.put_text({0x0018, 0x0085}, "SH", "1H");     // ImagedNucleus
  d.put_number(tag::EchoNumbers, "IS", 1);
  d.put_number(tag::MagneticFieldStrength, "DS", 1.5);
  d.put_number({0x0018, 0x0091}, "IS", s.echo_train);  // EchoTrainLength
  d.put_text({0x0018, 0x1020}, "LO", "lobule");        // SoftwareVersions
  d.put_number(tag::FlipAngle, "DS", s.flip_degrees);
}

void put_geometry(io::DicomDataset& d, const PlannedImage& image, const PlannedSeries& series) {
  const Grid& grid = image.volume->grid;
  const Vec3 position = point_from_index(grid, Vec3{0, 0, image.slice_position});
  const Vec3 row = grid.direction.column[0], column = grid.direction.column[1];
  d.put_number(tag::SliceThickness, "DS", series.slice_thickness_mm);
  if (series.sequence.acquisition_type == "2D")
    d.put_number(tag::SpacingBetweenSlices, "DS", grid.spacing_mm.z);
  d.put_numbers(tag::ImagePositionPatient, "DS", {position.x, position.y, position.z});
  d.put_numbers(tag::ImageOrientationPatient, "DS", {row.x, row.y, row.z, column.x, column.y, column.z});
  d.put_number({0x0020, 0x1041}, "DS", dot(position, grid.direction.column[2]));  // SliceLocation
  d.put_numbers(tag::PixelSpacing, "DS", {grid.spacing_mm.y, grid.spacing_mm.x});
  d.put_number(tag::Rows, "US", grid.size[1]);
  d.put_number(tag::Columns, "US", grid.size[0]);
}

void put_pixels(io::DicomDataset& d, const PlannedImage& image) {
  const Grid& grid = image.volume->grid;
  const std::size_t count = static_cast<std::size_t>(grid.size[0]) * grid.size[1];
  const float* signal = image.volume->voxels.data() + grid.offset(0, 0, image.slice);
  std::string bytes(2 * count, '\0');
  int largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int value = std::clamp(static_cast<int>(std::lround(signal[i])), 0, kLargest);
    bytes[2 * i] = static_cast<char>(value & 0xff);
    bytes[2 * i + 1] = static_cast<char>(value >> 8);
    largest = std::max(largest, value);
  }
  d.put_number(tag::SamplesPerPixel, "US", 1);
  d.put_text(tag::PhotometricInterpretation, "CS", "MONOCHROME2");
  d.put_number(tag::BitsAllocated, "US", 16);
  d.put_number(tag::BitsStored, "US", 12);
  d.put_number(tag::HighBit, "US", 11);
  d.put_number(tag::PixelRepresentation, "US", 0);
  d.put_number({0x0028, 0x0106}, "US", 0);        // SmallestImagePixelValue
  d.put_number({0x0028, 0x0107}, "US", largest);  // LargestImagePixelValue
  d.put({tag::PixelData, {'O', 'W'}, std::move(bytes), {}});
}

io::DicomDataset make_image(const PhantomStudy& study, const PlannedSeries& series,
                            const std::string& uid_seed, std::size_t n) {
  const PlannedImage& image = series.images[n];
  io::DicomDataset d;
  put_patient_and_study(d, study);
  d.put_text(tag::ImageType, "CS", series.image_type);
  d.put_text(tag::SOPInstanceUID, "UI", uid_from_seed(uid_seed + " image " + std::to_string(n)));
  d.put_text(tag::SeriesDate, "DA", kDate);
  d.put_text(tag::SeriesTime, "TM", clock(series.images[0].time_s));
  d.put_text(tag::AcquisitionDate, "DA", kDate);
  d.put_text(tag::AcquisitionTime, "TM", clock(image.time_s));
  d.put_text(tag::ContentDate, "DA", kDate);
  d.put_text(tag::ContentTime, "TM", clock(image.time_s + kReconstruction_s));
  d.put_text(tag::SeriesDescription, "LO", series.description);
  d.put_text(tag::ProtocolName, "LO", series.protocol);
  d.put_text(tag::SequenceName, "SH", image.sequence_name);
  put_sequence(d, series.sequence);
  if (series.contrast) {
    d.put_text({0x0018, 0x0010}, "LO", "Gadobutrol");  // ContrastBolusAgent
    d.put_text({0x0018, 0x1040}, "LO", "IV");          // ContrastBolusRoute
    d.put_text({0x0018, 0x1042}, "TM",
               clock(kDynamicTime_s + phantom::kInjection_s));  // ContrastBolusStartTime
  }
  if (image.b_value >= 0) d.put_number(tag::DiffusionBValue, "FD", image.b_value);
  d.put_text(tag::SeriesInstanceUID, "UI", uid_from_seed(uid_seed));
  d.put_number(tag::SeriesNumber, "IS", series.number);
  d.put_number(tag::AcquisitionNumber, "IS", image.acquisition_number);
  d.put_number(tag::InstanceNumber, "IS", static_cast<double>(n + 1));
  put_geometry(d, image, series);
  d.put_number(tag::WindowCenter, "DS", series.window_center);
  d.put_number(tag::WindowWidth, "DS", series.window_width);
  d.put_number(tag::RescaleIntercept, "DS", 0);
  d.put_number(tag::RescaleSlope, "DS", 1);
  put_pixels(d, image);
  return d;
}

}  // namespace

PhantomStudy write_phantom_dicom(const phantom::Exam& exam, const std::filesystem::path& folder,
                                 const std::string& patient_id) {
  const std::string seed = identity(exam.options) + " " + patient_id;
  PhantomStudy study;
  study.patient_id = patient_id;
  study.early_phase_index = exam.phases.size() > 1 ? 1 : -1;
  study.study_uid = uid_from_seed(seed + " study");
  study.frame_of_reference_uid = uid_from_seed(seed + " frame of reference");
  const PhantomProtocol protocol(exam);
  for (const PlannedSeries& series : protocol.series()) {
    const std::string uid_seed = seed + " series " + std::to_string(series.number);
    char name[16];
    std::snprintf(name, sizeof name, "s%02d", series.number);
    parallel_for(series.images.size(), [&](std::size_t n) {
      char file[16];
      std::snprintf(file, sizeof file, "%04zu", n + 1);
      io::write_dicom(folder / name / file, make_image(study, series, uid_seed, n));
    });
    study.series.push_back({uid_from_seed(uid_seed),
                            series.number,
                            series.description,
                            series.role,
                            series.phase_index,
                            {},
                            series.b_values,
                            static_cast<int>(series.images.size())});
  }
  return study;
}

}  // namespace lobule::pipeline
