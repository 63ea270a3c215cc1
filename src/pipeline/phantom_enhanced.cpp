// Images of one volume or of a whole series as one Enhanced MR Image (PS3.3 A.36).

#include <cmath>

#include "core/hash.h"
#include "io/dicom_tags.h"
#include "pipeline/phantom_elements.h"

namespace lobule::pipeline {
namespace {

namespace tag = io::tag;
using io::DicomDataset;
using io::Tag;

constexpr const char* kEnhancedMrStorage = "1.2.840.10008.5.1.4.1.1.4.1";
constexpr double kMegahertzPerTesla = 42.577;

bool is_original(const PlannedSeries& series) {
  return std::string(series.habit->image_type).starts_with("ORIGINAL");
}

// The functional groups hold one item each (PS3.3 C.7.6.16).
void put_group(DicomDataset& d, Tag group, DicomDataset item) {
  d.put_items(group, {std::move(item)});
}

std::string date_time(double seconds_of_day) {
  return kPhantomDate + clock_text(seconds_of_day);
}

DicomDataset code(const char* value, const char* scheme, const char* meaning) {
  DicomDataset d;
  d.put_text({0x0008, 0x0100}, "SH", value);
  d.put_text({0x0008, 0x0102}, "SH", scheme);
  d.put_text({0x0008, 0x0104}, "LO", meaning);
  return d;
}

const char* acquisition_contrast(Item item) {
  switch (item) {
    case Item::t2:
    case Item::t2_fatsat:
    case Item::stir: return "T2";
    case Item::diffusion:
    case Item::adc: return "DIFFUSION";
    case Item::localizer: return "UNKNOWN";
    default: return "T1";
  }
}

void put_description(DicomDataset& d, const PlannedSeries& series) {
  d.put_text({0x0008, 0x9205}, "CS", "MONOCHROME");  // PixelPresentation
  d.put_text({0x0008, 0x9206}, "CS", series.item == Item::projection ? "DISTORTED" : "VOLUME");
  d.put_text({0x0008, 0x9207}, "CS", series.item == Item::projection ? "MAX_IP" : "NONE");
  d.put_text({0x0008, 0x9208}, "CS", "MAGNITUDE");  // ComplexImageComponent
  d.put_text({0x0008, 0x9209}, "CS", acquisition_contrast(series.item));
}

// PS3.3 C.8.13.4: what pulses were played.
void put_pulse_sequence(DicomDataset& d, const PlannedSeries& series) {
  const bool gradient = series.physics.weighting == phantom::Weighting::gradient_echo;
  const bool planar = series.physics.weighting == phantom::Weighting::diffusion;
  const bool volume = std::string(series.habit->dimensions) == "3D";
  const std::string name = series.images[0].sequence_name;
  d.put_text({0x0018, 0x9005}, "SH", name.empty() ? series.habit->pulse : name);  // PulseSequenceName
  d.put_text(tag::MRAcquisitionType, "CS", series.habit->dimensions);
  d.put_text({0x0018, 0x9008}, "CS", gradient ? "GRADIENT" : "SPIN");        // EchoPulseSequence
  if (!gradient) d.put_text({0x0018, 0x9011}, "CS", planar ? "NO" : "YES");  // MultipleSpinEcho
  d.put_text({0x0018, 0x9012}, "CS", "NO");                                  // MultiPlanarExcitation
  d.put_text({0x0018, 0x9014}, "CS", "NO");                                  // PhaseContrast
  d.put_text({0x0018, 0x9015}, "CS", "NO");                                  // TimeOfFlightContrast
  if (gradient) d.put_text({0x0018, 0x9016}, "CS", "RF");                    // Spoiling
  d.put_text({0x0018, 0x9017}, "CS", "NONE");                                // SteadyStatePulseSequence
  d.put_text({0x0018, 0x9018}, "CS", planar ? "YES" : "NO");                 // EchoPlanarPulseSequence
  d.put_text({0x0018, 0x9024}, "CS", "NO");                                  // SaturationRecovery
  d.put_text({0x0018, 0x9025}, "CS", series.physics.fat_suppressed ? "FAT" : "NONE");
  d.put_text({0x0018, 0x9029}, "CS", "NONE");              // OversamplingPhase
  d.put_text({0x0018, 0x9032}, "CS", "RECTILINEAR");       // GeometryOfKSpaceTraversal
  d.put_text({0x0018, 0x9033}, "CS", "SINGLE");            // SegmentedKSpaceTraversal
  d.put_text({0x0018, 0x9034}, "CS", "LINEAR");            // RectilinearPhaseEncodeReordering
  d.put_number({0x0018, 0x9093}, "US", 1);                 // NumberOfKSpaceTrajectories
  if (volume) d.put_text({0x0018, 0x9094}, "CS", "FULL");  // CoverageOfKSpace
}

DicomDataset timing_group(const PlannedSeries& series) {
  const phantom::Sequence& s = series.physics;
  const bool gradient = s.weighting == phantom::Weighting::gradient_echo;
  DicomDataset d;
  d.put_number(tag::RepetitionTime, "DS", s.tr_ms);
  d.put_number({0x0018, 0x0091}, "IS", s.echo_train);  // EchoTrainLength
  d.put_number(tag::FlipAngle, "DS", s.flip_degrees);
  d.put_number({0x0018, 0x9240}, "US", gradient ? 0 : s.echo_train);  // RFEchoTrainLength
  d.put_number({0x0018, 0x9241}, "US", gradient ? 1 : 0);             // GradientEchoTrainLength
  d.put_text({0x0018, 0x9180}, "CS", "DB_DT");                        // GradientOutputType
  d.put_number({0x0018, 0x9182}, "FD", 20);                           // GradientOutput
  DicomDataset rate;
  rate.put_text({0x0018, 0x9179}, "CS", "IEC_WHOLE_BODY");  // SpecificAbsorptionRateDefinition
  rate.put_number({0x0018, 0x9181}, "FD", 0.5);             // SpecificAbsorptionRateValue
  put_group(d, {0x0018, 0x9239}, std::move(rate));
  DicomDataset item;
  item.put_text({0x0018, 0x9177}, "CS", "STATIC FIELD");  // OperatingModeType
  item.put_text({0x0018, 0x9178}, "CS", "IEC_NORMAL");    // OperatingMode
  put_group(d, {0x0018, 0x9176}, std::move(item));
  return d;
}

DicomDataset modifier_group(const PlannedSeries& series) {
  const bool inverted = series.physics.ti_ms > 0;
  DicomDataset d;
  d.put_text({0x0018, 0x9009}, "CS", inverted ? "YES" : "NO");  // InversionRecovery
  if (inverted) d.put_number({0x0018, 0x9079}, "FD", series.physics.ti_ms);
  d.put_text({0x0018, 0x9010}, "CS", "NONE");  // FlowCompensation
  if (series.physics.weighting == phantom::Weighting::gradient_echo)
    d.put_text({0x0018, 0x9016}, "CS", "RF");  // Spoiling
  d.put_text({0x0018, 0x9021}, "CS", "NO");    // T2Preparation
  d.put_text({0x0018, 0x9026}, "CS", "NONE");  // SpectrallySelectedExcitation
  d.put_text({0x0018, 0x9025}, "CS", series.physics.fat_suppressed ? "FAT" : "NONE");
  d.put_text({0x0018, 0x9027}, "CS", "NONE");  // SpatialPresaturation
  d.put_text({0x0018, 0x9081}, "CS", "NO");    // PartialFourier
  d.put_text({0x0018, 0x9077}, "CS", "NO");    // ParallelAcquisition
  return d;
}

DicomDataset imaging_modifier_group(const MrHabits& habits) {
  DicomDataset d;
  d.put_text({0x0018, 0x9020}, "CS", "NONE");  // MagnetizationTransfer
  d.put_text({0x0018, 0x9022}, "CS", "NO");    // BloodSignalNulling
  d.put_text({0x0018, 0x9028}, "CS", "NONE");  // Tagging
  d.put_number({0x0018, 0x9098}, "FD", kMegahertzPerTesla * habits.tesla);
  d.put_number({0x0018, 0x0095}, "DS", 500);  // PixelBandwidth
  return d;
}

DicomDataset geometry_group(const Grid& grid) {
  DicomDataset d;
  d.put_text({0x0018, 0x1312}, "CS", "ROW");           // InPlanePhaseEncodingDirection
  d.put_number({0x0018, 0x9058}, "US", grid.size[0]);  // MRAcquisitionFrequencyEncodingSteps
  d.put_number({0x0018, 0x9231}, "US", grid.size[1]);  // … PhaseEncodingStepsInPlane
  d.put_number({0x0018, 0x9232}, "US", grid.size[2]);  // … PhaseEncodingStepsOutOfPlane
  d.put_number({0x0018, 0x0093}, "DS", 100);           // PercentSampling
  d.put_number({0x0018, 0x0094}, "DS", 100);           // PercentPhaseFieldOfView
  return d;
}

DicomDataset receive_coil_group(const MrHabits& habits) {
  DicomDataset element;
  element.put_text({0x0018, 0x9047}, "SH", "1");    // MultiCoilElementName
  element.put_text({0x0018, 0x9048}, "CS", "YES");  // MultiCoilElementUsed
  DicomDataset d;
  d.put_text({0x0018, 0x1250}, "SH", habits.coil);
  d.put_text({0x0018, 0x9041}, "LO", "");
  d.put_text({0x0018, 0x9043}, "CS", "MULTICOIL");
  d.put_text({0x0018, 0x9044}, "CS", "NO");
  put_group(d, {0x0018, 0x9045}, std::move(element));
  return d;
}

DicomDataset transmit_coil_group() {
  DicomDataset d;
  d.put_text({0x0018, 0x1251}, "SH", "BODY");
  d.put_text({0x0018, 0x9050}, "LO", "");
  d.put_text({0x0018, 0x9051}, "CS", "BODY");
  return d;
}

DicomDataset shared_groups(const MrWriting& writing, const PlannedSeries& series, const Grid& grid) {
  DicomDataset shared, measures, rescale, window, type, echo, averages, anatomy;
  measures.put_numbers(tag::PixelSpacing, "DS", {grid.spacing_mm.y, grid.spacing_mm.x});
  measures.put_number(tag::SliceThickness, "DS", series.slice_thickness_mm);
  put_group(shared, {0x0028, 0x9110}, std::move(measures));
  rescale.put_number(tag::RescaleIntercept, "DS", series.rescale_intercept);
  rescale.put_number(tag::RescaleSlope, "DS", series.rescale_slope);
  rescale.put_text({0x0028, 0x1054}, "LO", "US");
  put_group(shared, {0x0028, 0x9145}, std::move(rescale));
  window.put_number(tag::WindowCenter, "DS", series.window_center);
  window.put_number(tag::WindowWidth, "DS", series.window_width);
  put_group(shared, {0x0028, 0x9132}, std::move(window));
  type.put_text({0x0008, 0x9007}, "CS", series.habit->image_type);  // FrameType
  put_description(type, series);
  put_group(shared, {0x0018, 0x9226}, std::move(type));
  anatomy.put_items({0x0008, 0x2218}, {code("76752008", "SCT", "Breast")});
  anatomy.put_text({0x0020, 0x9072}, "CS", "B");  // FrameLaterality
  put_group(shared, {0x0020, 0x9071}, std::move(anatomy));
  if (!is_original(series)) return shared;
  echo.put_number({0x0018, 0x9082}, "FD", series.physics.te_ms);  // EffectiveEchoTime
  put_group(shared, {0x0018, 0x9114}, std::move(echo));
  averages.put_number({0x0018, 0x0083}, "DS", 1);
  put_group(shared, {0x0018, 0x9119}, std::move(averages));
  put_group(shared, {0x0018, 0x9112}, timing_group(series));
  put_group(shared, {0x0018, 0x9115}, modifier_group(series));
  put_group(shared, {0x0018, 0x9006}, imaging_modifier_group(writing.habits));
  put_group(shared, {0x0018, 0x9125}, geometry_group(grid));
  put_group(shared, {0x0018, 0x9042}, receive_coil_group(writing.habits));
  put_group(shared, {0x0018, 0x9049}, transmit_coil_group());
  return shared;
}

DicomDataset frame_groups(const MrWriting& writing, const PlannedSeries& series, const PlannedImage& image,
                          std::size_t in_stack, int stack) {
  const SlicePlace place = place_of(image, writing.habits.half_turn);
  const Vec3 &p = place.position, &row = place.row, &column = place.column;
  const double temporal = image.temporal_position > 0 ? image.temporal_position : 1;
  DicomDataset frame, content, position, orientation;
  content.put_number({0x0020, 0x9156}, "US", image.acquisition_number);       // FrameAcquisitionNumber
  content.put_text({0x0018, 0x9074}, "DT", date_time(image.time_s));          // FrameAcquisitionDateTime
  content.put_text({0x0018, 0x9151}, "DT", date_time(image.time_s));          // FrameReferenceDateTime
  content.put_number({0x0018, 0x9220}, "FD", 1000 * phantom::kPhase_s);       // FrameAcquisitionDuration
  content.put_text({0x0020, 0x9056}, "SH", std::to_string(stack));            // StackID
  content.put_number({0x0020, 0x9057}, "UL", static_cast<double>(in_stack));  // InStackPositionNumber
  content.put_number({0x0020, 0x9128}, "UL", temporal);                       // TemporalPositionIndex
  std::vector<double> index = {double(stack), static_cast<double>(in_stack), temporal};
  if (series.item == Item::diffusion) index.push_back(image.volume_number + 1);
  content.put_numbers({0x0020, 0x9157}, "UL", index);  // DimensionIndexValues
  put_group(frame, {0x0020, 0x9111}, std::move(content));
  position.put_numbers(tag::ImagePositionPatient, "DS", {p.x, p.y, p.z});
  put_group(frame, {0x0020, 0x9113}, std::move(position));
  orientation.put_numbers(tag::ImageOrientationPatient, "DS",
                          {row.x, row.y, row.z, column.x, column.y, column.z});
  put_group(frame, {0x0020, 0x9116}, std::move(orientation));
  if (series.item == Item::diffusion) {
    DicomDataset diffusion;
    diffusion.put_number(tag::DiffusionBValue, "FD", image.b_value);
    diffusion.put_text({0x0018, 0x9075}, "CS", image.b_value > 0 ? "ISOTROPIC" : "NONE");
    if (image.b_value > 0) diffusion.put_text({0x0018, 0x9147}, "CS", "NONE");  // DiffusionAnisotropyType
    put_group(frame, {0x0018, 0x9117}, std::move(diffusion));
  }
  return frame;
}

void put_dimensions(DicomDataset& d, const PlannedSeries& series, const std::string& uid) {
  DicomDataset organization;
  organization.put_text({0x0020, 0x9164}, "UI", uid);
  put_group(d, {0x0020, 0x9221}, organization);
  std::vector<DicomDataset> indices;
  const auto add = [&](Tag pointer, Tag group) {
    DicomDataset item = organization;
    const auto bytes = [](Tag t) {
      return std::string{static_cast<char>(t.group & 0xff), static_cast<char>(t.group >> 8),
                         static_cast<char>(t.element & 0xff), static_cast<char>(t.element >> 8)};
    };
    item.put({{0x0020, 0x9165}, {'A', 'T'}, bytes(pointer), {}});
    item.put({{0x0020, 0x9167}, {'A', 'T'}, bytes(group), {}});
    indices.push_back(std::move(item));
  };
  const Tag content{0x0020, 0x9111};
  add({0x0020, 0x9056}, content);
  add({0x0020, 0x9057}, content);
  add({0x0020, 0x9128}, content);
  if (series.item == Item::diffusion) add({0x0018, 0x9087}, {0x0018, 0x9117});
  d.put_items({0x0020, 0x9222}, std::move(indices));
}

}  // namespace

DicomDataset enhanced_object(const MrWriting& writing, const PlannedSeries& series,
                             const std::string& uid_seed, std::size_t first, std::size_t count,
                             int instance) {
  const MrHabits& habits = writing.habits;
  const PlannedImage& start = series.images[first];
  const Grid& grid = start.volume->grid;
  const std::string seed = uid_seed + " object " + std::to_string(instance);
  DicomDataset d;
  put_study(d, writing.study, writing.phrases.study);
  put_patient(d, writing.study);
  put_mr_equipment(d, habits);
  d.put_text(tag::SOPClassUID, "UI", kEnhancedMrStorage);
  d.put_text(tag::SOPInstanceUID, "UI", uid_from_seed(seed));
  d.put_text(tag::FrameOfReferenceUID, "UI", writing.study.frame_of_reference_uid);
  d.put_text(tag::SeriesInstanceUID, "UI", uid_from_seed(uid_seed));
  d.put_text(tag::ImageType, "CS", series.habit->image_type);
  put_description(d, series);
  d.put_text(tag::SeriesDate, "DA", kPhantomDate);
  d.put_text(tag::SeriesTime, "TM", clock_text(series.images[0].time_s));
  d.put_text(tag::ContentDate, "DA", kPhantomDate);
  d.put_text(tag::ContentTime, "TM", clock_text(start.time_s + kReconstruction_s));
  d.put_text(tag::AcquisitionDateTime, "DT", date_time(start.time_s));
  d.put_number({0x0018, 0x9073}, "FD", phantom::kPhase_s);  // AcquisitionDuration
  d.put_text(tag::SeriesDescription, "LO", series.description);
  d.put_text(tag::ProtocolName, "LO", series.protocol);
  d.put_number(tag::SeriesNumber, "IS", series.number);
  d.put_number(tag::AcquisitionNumber, "IS", start.acquisition_number);
  d.put_number(tag::InstanceNumber, "IS", instance);
  d.put_text({0x0018, 0x9004}, "CS", "PRODUCT");  // ContentQualification
  d.put_text({0x0018, 0x9064}, "CS", "NONE");     // KSpaceFiltering
  d.put_text({0x0018, 0x9100}, "CS", "1H");       // ResonantNucleus
  d.put_text({0x0018, 0x9174}, "CS", "IEC");      // ApplicableSafetyStandardAgency
  d.put_number(tag::MagneticFieldStrength, "DS", habits.tesla);
  d.put_text({0x0028, 0x0301}, "CS", "NO");        // BurnedInAnnotation
  d.put_text({0x0028, 0x2110}, "CS", "00");        // LossyImageCompression
  d.put_text({0x2050, 0x0020}, "CS", "IDENTITY");  // PresentationLUTShape
  d.put_items({0x0040, 0x0555}, {});               // AcquisitionContextSequence
  if (is_original(series)) put_pulse_sequence(d, series);
  put_private_names(d, habits, series, start);
  put_dimensions(d, series, uid_from_seed(uid_seed + " dimensions"));
  d.put_items(tag::SharedFunctionalGroupsSequence, {shared_groups(writing, series, grid)});
  std::vector<DicomDataset> frames;
  std::string pixels;
  int largest = 0, stack = 1;
  std::size_t in_stack = 0;
  const int slices = grid.size[2];
  for (std::size_t n = first; n < first + count; ++n) {
    const PlannedImage& image = series.images[n];
    if (n > first && image.volume_number != series.images[n - 1].volume_number) {
      in_stack = 0;
      // Each orientation of a localizer is a stack; phases and b-values share one.
      if (series.item == Item::localizer) ++stack;
    }
    ++in_stack;
    const std::size_t place = habits.head_first_slices ? slices + 1 - in_stack : in_stack;
    frames.push_back(frame_groups(writing, series, image, place, stack));
    largest = std::max(largest, append_pixels(pixels, image, series, habits.half_turn));
  }
  d.put_items(tag::PerFrameFunctionalGroupsSequence, std::move(frames));
  d.put_number(tag::NumberOfFrames, "IS", static_cast<double>(count));
  put_pixel_format(d, grid, 0, largest);
  d.put({tag::PixelData, {'O', 'W'}, std::move(pixels), {}});
  return d;
}

}  // namespace lobule::pipeline
