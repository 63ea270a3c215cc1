#include "pipeline/phantom_elements.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/text.h"
#include "io/dicom_tags.h"

namespace lobule::pipeline {

namespace tag = io::tag;

namespace {

constexpr int kLargest = 4095;  // 12 bits stored

// b-values as each vendor's private elements have them; a 0 in a series without diffusion is the element's
// default, as GE and Philips write it.
void put_private_b_value(io::DicomDataset& d, const MrHabits& habits, const PlannedSeries& series,
                         double b_value) {
  const double b = std::max(0.0, b_value);
  if (habits.b_siemens && b_value >= 0) {
    d.put_text({0x0019, 0x0010}, "LO", "SIEMENS MR HEADER");
    d.put_number({0x0019, 0x100C}, "IS", b);
    d.put_text({0x0019, 0x100D}, "CS", b > 0 ? "ISOTROPIC" : "NONE");
  }
  if (habits.b_ge && series.item != Item::adc) {
    d.put_text({0x0043, 0x0010}, "LO", "GEMS_PARM_01");
    const double flag = habits.b_ge_flag && b > 0 ? 1e9 : 0;
    d.put_text({0x0043, 0x1039}, "IS", format_number(flag + b) + (b_value >= 0 ? "\\8\\0\\0" : "\\0\\0\\0"));
  }
  if (habits.b_philips && series.item != Item::adc) {
    d.put_text({0x2001, 0x0010}, "LO", "Philips Imaging DD 001");
    d.put_number({0x2001, 0x1003}, "FL", b);
    d.put_text({0x2001, 0x1004}, "CS", b > 0 ? "I" : "O");
  }
}

}  // namespace

std::string clock_text(double seconds_of_day) {
  const long hundredths = std::lround(100 * seconds_of_day);
  const long whole = hundredths / 100;
  char text[64];
  std::snprintf(text, sizeof text, "%02ld%02ld%02ld.%02ld", whole / 3600, whole / 60 % 60, whole % 60,
                hundredths % 100);
  return text;
}

void put_patient(io::DicomDataset& d, const PhantomStudy& study) {
  d.put_text(tag::PatientName, "PN", "Phantom^" + study.patient_id);
  d.put_text(tag::PatientID, "LO", study.patient_id);
  d.put_text(tag::PatientBirthDate, "DA", "");
  d.put_text(tag::PatientSex, "CS", "F");
  d.put_text({0x0012, 0x0062}, "CS", "YES");  // PatientIdentityRemoved: there is no patient
  d.put_text({0x0012, 0x0063}, "LO", "Simulated: no person was imaged");
}

void put_study(io::DicomDataset& d, const PhantomStudy& study, const std::string& description) {
  d.put_text(tag::SpecificCharacterSet, "CS", "ISO_IR 100");
  d.put_text(tag::InstanceCreationDate, "DA", kPhantomDate);
  d.put_text(tag::StudyDate, "DA", kPhantomDate);
  d.put_text(tag::StudyTime, "TM", clock_text(kStudyTime_s));
  d.put_text(tag::AccessionNumber, "SH", "");
  d.put_text({0x0008, 0x0090}, "PN", "");  // ReferringPhysicianName
  d.put_text(tag::StudyDescription, "LO", description);
  d.put_text(tag::StudyInstanceUID, "UI", study.study_uid);
  d.put_text({0x0020, 0x0010}, "SH", "1");  // StudyID
}

void put_mr_equipment(io::DicomDataset& d, const MrHabits& habits) {
  d.put_text(tag::Modality, "CS", "MR");
  d.put_text(tag::Manufacturer, "LO", habits.manufacturer);
  d.put_text(tag::ManufacturerModelName, "LO", habits.model);
  d.put_text({0x0018, 0x1000}, "LO", "00000");          // DeviceSerialNumber
  d.put_text({0x0018, 0x1020}, "LO", habits.software);  // SoftwareVersions
  d.put_text(tag::BodyPartExamined, "CS", "BREAST");
  d.put_text(tag::PatientPosition, "CS", habits.feet_first ? "FFP" : "HFP");
  d.put_text({0x0020, 0x1040}, "LO", "");  // PositionReferenceIndicator
}

void put_private_names(io::DicomDataset& d, const MrHabits& habits, const PlannedSeries& series,
                       const PlannedImage& image) {
  const std::string vendor = habits.vendor, pulse = series.habit->pulse;
  if (vendor == "ge") {
    d.put_text({0x0019, 0x0010}, "LO", "GEMS_ACQU_01");
    d.put_text({0x0019, 0x109C}, "LO", pulse);
    d.put_text({0x0019, 0x109E}, "LO", pulse);
  }
  if (vendor == "philips") {
    d.put_text({0x2001, 0x0010}, "LO", "Philips Imaging DD 001");
    d.put_text({0x2001, 0x1012}, "CS", series.temporal_positions > 1 ? "Y" : "N");  // DynamicSeries
    d.put_text({0x2001, 0x1020}, "LO", pulse);                                      // ScanningTechnique
    d.put_text({0x2001, 0x1021}, "CS", series.physics.fat_suppressed ? "Y" : "N");  // SPIR
  }
  if (!habits.enhanced) put_private_b_value(d, habits, series, image.b_value);
}

SlicePlace place_of(const PlannedImage& image, bool half_turn) {
  const Grid& grid = image.volume->grid;
  SlicePlace place{point_from_index(grid, Vec3{0, 0, image.slice_position}), grid.direction.column[0],
                   grid.direction.column[1], grid.direction.column[2]};
  if (!half_turn) return place;
  place.position =
      point_from_index(grid, Vec3{double(grid.size[0] - 1), double(grid.size[1] - 1), image.slice_position});
  place.row = -1.0 * place.row;
  place.column = -1.0 * place.column;
  return place;
}

int append_pixels(std::string& bytes, const PlannedImage& image, const PlannedSeries& series,
                  bool half_turn) {
  const Grid& grid = image.volume->grid;
  const std::size_t count = static_cast<std::size_t>(grid.size[0]) * grid.size[1];
  const float* signal = image.volume->voxels.data() + grid.offset(0, 0, image.slice);
  const std::size_t begin = bytes.size();
  bytes.resize(begin + 2 * count);
  const double factor = series.unit / series.rescale_slope;
  int largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const float v = signal[half_turn ? count - 1 - i : i];
    const int value = std::clamp(static_cast<int>(std::lround(v * factor)), 0, kLargest);
    bytes[begin + 2 * i] = static_cast<char>(value & 0xff);
    bytes[begin + 2 * i + 1] = static_cast<char>(value >> 8);
    largest = std::max(largest, value);
  }
  return largest;
}

void put_pixel_format(io::DicomDataset& d, const Grid& grid, int smallest, int largest) {
  d.put_number(tag::Rows, "US", grid.size[1]);
  d.put_number(tag::Columns, "US", grid.size[0]);
  d.put_number(tag::SamplesPerPixel, "US", 1);
  d.put_text(tag::PhotometricInterpretation, "CS", "MONOCHROME2");
  d.put_number(tag::BitsAllocated, "US", 16);
  d.put_number(tag::BitsStored, "US", 12);
  d.put_number(tag::HighBit, "US", 11);
  d.put_number(tag::PixelRepresentation, "US", 0);
  d.put_number({0x0028, 0x0106}, "US", smallest);  // SmallestImagePixelValue
  d.put_number({0x0028, 0x0107}, "US", largest);   // LargestImagePixelValue
}

}  // namespace lobule::pipeline
