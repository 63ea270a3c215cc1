// One slice as a classic MR Image (PS3.3 A.4).

#include <cmath>

#include "core/hash.h"
#include "io/dicom_tags.h"
#include "pipeline/phantom_elements.h"

namespace lobule::pipeline {
namespace {

namespace tag = io::tag;

constexpr const char* kMrImageStorage = "1.2.840.10008.5.1.4.1.1.4";
// Hydrogen's gyromagnetic ratio, 42.577 MHz/T (CODATA).
constexpr double kMegahertzPerTesla = 42.577;

void put_sequence(io::DicomDataset& d, const MrHabits& habits, const PlannedSeries& series) {
  const ItemHabit& habit = *series.habit;
  const phantom::Sequence& s = series.physics;
  d.put_text(tag::ScanningSequence, "CS", habit.scanning_sequence);
  d.put_text(tag::SequenceVariant, "CS", habit.variant);
  d.put_text(tag::ScanOptions, "CS", habit.options);
  d.put_text(tag::MRAcquisitionType, "CS", habit.dimensions);
  d.put_text({0x0018, 0x0025}, "CS", "N");  // AngioFlag
  d.put_number(tag::RepetitionTime, "DS", s.tr_ms);
  d.put_number(tag::EchoTime, "DS", s.te_ms);
  if (s.ti_ms > 0) d.put_number(tag::InversionTime, "DS", s.ti_ms);
  d.put_number({0x0018, 0x0083}, "DS", 1);  // NumberOfAverages
  d.put_number({0x0018, 0x0084}, "DS", std::round(kMegahertzPerTesla * habits.tesla * 1e4) / 1e4);
  d.put_text({0x0018, 0x0085}, "SH", "1H");  // ImagedNucleus
  d.put_number(tag::EchoNumbers, "IS", 1);
  d.put_number(tag::MagneticFieldStrength, "DS", habits.tesla);
  d.put_number({0x0018, 0x0091}, "IS", s.echo_train);  // EchoTrainLength
  d.put_text({0x0018, 0x1250}, "SH", habits.coil);     // ReceiveCoilName
  d.put_number(tag::FlipAngle, "DS", s.flip_degrees);
}

void put_times(io::DicomDataset& d, const PlannedSeries& series, const PlannedImage& image) {
  d.put_text(tag::SeriesDate, "DA", kPhantomDate);
  d.put_text(tag::SeriesTime, "TM", clock_text(series.images[0].time_s));
  d.put_text(tag::AcquisitionDate, "DA", kPhantomDate);
  d.put_text(tag::AcquisitionTime, "TM", clock_text(image.time_s));
  d.put_text(tag::ContentDate, "DA", kPhantomDate);
  d.put_text(tag::ContentTime, "TM", clock_text(image.time_s + kReconstruction_s));
  if (image.temporal_position > 0) {
    d.put_number(tag::TemporalPositionIdentifier, "IS", image.temporal_position);
    d.put_number(tag::NumberOfTemporalPositions, "IS", series.temporal_positions);
  }
}

void put_geometry(io::DicomDataset& d, const MrHabits& habits, const PlannedImage& image,
                  const PlannedSeries& series) {
  const Grid& grid = image.volume->grid;
  const SlicePlace place = place_of(image, habits.half_turn);
  const Vec3 &p = place.position, &row = place.row, &column = place.column;
  d.put_number(tag::SliceThickness, "DS", series.slice_thickness_mm);
  const std::string dimensions = series.habit->dimensions;
  if (dimensions == "2D" || std::string(habits.vendor) != "siemens")
    d.put_number(tag::SpacingBetweenSlices, "DS", grid.spacing_mm.z);
  d.put_numbers(tag::ImagePositionPatient, "DS", {p.x, p.y, p.z});
  d.put_numbers(tag::ImageOrientationPatient, "DS", {row.x, row.y, row.z, column.x, column.y, column.z});
  d.put_number({0x0020, 0x1041}, "DS", dot(p, place.normal));  // SliceLocation
  d.put_numbers(tag::PixelSpacing, "DS", {grid.spacing_mm.y, grid.spacing_mm.x});
}

}  // namespace

io::DicomDataset classic_image(const MrWriting& writing, const PlannedSeries& series,
                               const std::string& uid_seed, std::size_t n) {
  const PlannedImage& image = series.images[n];
  const MrHabits& habits = writing.habits;
  io::DicomDataset d;
  put_study(d, writing.study, writing.phrases.study);
  put_patient(d, writing.study);
  put_mr_equipment(d, habits);
  d.put_text(tag::SOPClassUID, "UI", kMrImageStorage);
  d.put_text({0x0020, 0x0060}, "CS", "");  // Laterality: both breasts
  d.put_text(tag::FrameOfReferenceUID, "UI", writing.study.frame_of_reference_uid);
  d.put_text(tag::ImageType, "CS", series.habit->image_type);
  d.put_text(tag::SOPInstanceUID, "UI", uid_from_seed(uid_seed + " image " + std::to_string(n)));
  put_times(d, series, image);
  d.put_text(tag::SeriesDescription, "LO", series.description);
  d.put_text(tag::ProtocolName, "LO", series.protocol);
  if (!image.sequence_name.empty()) d.put_text(tag::SequenceName, "SH", image.sequence_name);
  put_sequence(d, habits, series);
  if (series.contrast && std::string(habits.vendor) != "philips") {
    d.put_text({0x0018, 0x0010}, "LO", "Gadobutrol");  // ContrastBolusAgent
    d.put_text({0x0018, 0x1040}, "LO", "IV");          // ContrastBolusRoute
    d.put_text({0x0018, 0x1042}, "TM",
               clock_text(kDynamicTime_s + phantom::kInjection_s));  // ContrastBolusStartTime
  }
  if (habits.b_standard && image.b_value >= 0) d.put_number(tag::DiffusionBValue, "FD", image.b_value);
  put_private_names(d, habits, series, image);
  d.put_text(tag::SeriesInstanceUID, "UI", uid_from_seed(uid_seed));
  d.put_number(tag::SeriesNumber, "IS", series.number);
  d.put_number(tag::AcquisitionNumber, "IS", image.acquisition_number);
  d.put_number(tag::InstanceNumber, "IS", static_cast<double>(n + 1));
  put_geometry(d, habits, image, series);
  d.put_number(tag::WindowCenter, "DS", series.window_center);
  d.put_number(tag::WindowWidth, "DS", series.window_width);
  d.put_number(tag::RescaleIntercept, "DS", series.rescale_intercept);
  d.put_number(tag::RescaleSlope, "DS", series.rescale_slope);
  if (habits.rescaled) d.put_text({0x0028, 0x1054}, "LO", "normalized");  // RescaleType
  std::string pixels;
  const int largest = append_pixels(pixels, image, series, habits.half_turn);
  put_pixel_format(d, image.volume->grid, 0, largest);
  d.put({tag::PixelData, {'O', 'W'}, std::move(pixels), {}});
  return d;
}

}  // namespace lobule::pipeline
