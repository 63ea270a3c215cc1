#include "pipeline/phantom_mammogram.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/hash.h"
#include "io/dicom_tags.h"
#include "io/dicom_write.h"
#include "pipeline/phantom_elements.h"
#include "pipeline/phantom_headers.h"

namespace lobule::pipeline {
namespace {

namespace tag = io::tag;
using io::DicomDataset;
using phantom::BreastSide;
using phantom::Mammogram;
using phantom::MammogramView;

constexpr const char* kPresentation = "1.2.840.10008.5.1.4.1.1.1.2";
constexpr const char* kProcessing = "1.2.840.10008.5.1.4.1.1.1.2.1";
constexpr const char* kSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";
constexpr int kProcessingBits = 14, kPresentationBits = 12;
constexpr double kExposure_s = 30;  // from view to view

const char* letter(BreastSide side) {
  return side == BreastSide::right ? "R" : "L";
}
const char* view_word(MammogramView view) {
  return view == MammogramView::cc ? "CC" : "MLO";
}

DicomDataset code(const std::string& value, const std::string& scheme, const std::string& meaning) {
  DicomDataset d;
  d.put_text({0x0008, 0x0100}, "SH", value);
  d.put_text({0x0008, 0x0102}, "SH", scheme);
  d.put_text({0x0008, 0x0104}, "LO", meaning);
  return d;
}

// CID 4014 (View for Mammography, PS3.16), by SNOMED CT or its older SNOMED RT codes.
DicomDataset view_code(MammogramView view, const std::string& scheme) {
  const bool cc = view == MammogramView::cc, older = scheme == "SNM3";
  DicomDataset d = code(cc ? (older ? "R-10242" : "399162004") : (older ? "R-10226" : "399368009"), scheme,
                        cc ? "cranio-caudal" : "medio-lateral oblique");
  d.put_items({0x0054, 0x0222}, {});  // ViewModifierCodeSequence
  return d;
}

// Directions of a row and of a column: the chest wall is at the left edge of left breasts (mammogram.h), so
// that rows run forward there; columns run to the right or left side of the patient (CC) or to her feet.
std::string orientation(const Mammogram& image) {
  const bool left = image.side == BreastSide::left, cc = image.view == MammogramView::cc;
  if (cc) return left ? "A\\R" : "P\\L";
  return left ? "A\\FR" : "P\\FL";
}

// How much larger the middle of the breast is at the detector than it is: areas of the truth are in the
// breast, pixels at the detector.
double magnification(const Mammogram& image) {
  double pixels = 0;
  for (const std::uint8_t label : image.labels.voxels) pixels += label == 1 || label == 2 ? 1 : 0;
  const Vec3 s = image.presentation.grid.spacing_mm;
  const double detector_cm2 = pixels * s.x * s.y / 100;
  return image.breast_cm2 > 0 && detector_cm2 > image.breast_cm2 ? std::sqrt(detector_cm2 / image.breast_cm2)
                                                                 : 1;
}

void put_spacing(DicomDataset& d, const MammogramHabits& habits, const Mammogram& image) {
  const double pixel = image.presentation.grid.spacing_mm.x;
  if (habits.film) {
    d.put_numbers({0x0018, 0x2010}, "DS", {pixel, pixel});  // NominalScannedPixelSpacing
    return;
  }
  const double m = std::round(1e4 * magnification(image)) / 1e4;
  const double stated = habits.corrected_spacing ? pixel / m : pixel;
  d.put_numbers(tag::ImagerPixelSpacing, "DS", {stated, stated});
  d.put_number({0x0018, 0x1114}, "DS", habits.corrected_spacing ? 1 : m);
  d.put_numbers({0x0018, 0x7022}, "DS", {pixel, pixel});  // DetectorElementSpacing
}

void put_exposure(DicomDataset& d, const MammogramHabits& habits, const Mammogram& image) {
  const phantom::Exposure& e = image.exposure;
  d.put_number({0x0018, 0x0060}, "DS", e.kvp);
  d.put_number({0x0018, 0x1110}, "DS", e.source_to_detector_mm);
  d.put_number({0x0018, 0x1111}, "DS", e.source_to_detector_mm - 20);  // DistanceSourceToPatient
  d.put_number({0x0018, 0x1152}, "IS", std::round(e.mas));
  d.put_number({0x0018, 0x1153}, "IS", std::round(1000 * e.mas));     // ExposureInuAs
  d.put_text({0x0018, 0x1166}, "CS", "RECIPROCATING\\FOCUSED");       // Grid
  d.put_number({0x0018, 0x1190}, "DS", 0.3);                          // FocalSpots
  d.put_text({0x0018, 0x1191}, "CS", e.anode);                        // AnodeTargetMaterial
  d.put_text({0x0018, 0x1160}, "SH", "STRIP");                        // FilterType
  d.put_text({0x0018, 0x7050}, "CS", e.filter);                       // FilterMaterial
  d.put_number({0x0018, 0x11A0}, "DS", std::round(e.compressed_mm));  // BodyPartThickness
  d.put_number({0x0018, 0x11A2}, "DS", 100);                          // CompressionForce, N
  d.put_text({0x0018, 0x1508}, "CS", "MAMMOGRAPHIC");                 // PositionerType
  d.put_number({0x0018, 0x1510}, "DS", e.angle_degrees);              // PositionerPrimaryAngle
  d.put_text({0x0018, 0x7004}, "CS", habits.detector);
  d.put_text({0x0018, 0x7060}, "CS", "AUTOMATIC");  // ExposureControlMode
  d.put_text({0x0040, 0x0318}, "CS", "BREAST");     // OrganExposed
}

struct Stored {
  std::string bytes;
  int bits = 12, largest = 0, smallest = 0;
};

// Values as they are stored: `inverted` ones have bright small.
Stored store(const Image<float>& image, int bits, double scale, double offset, bool logarithmic,
             bool inverted) {
  const int top = (1 << bits) - 1;
  Stored out;
  out.bits = bits;
  out.smallest = top;
  out.bytes.resize(2 * image.voxels.size());
  for (std::size_t i = 0; i < image.voxels.size(); ++i) {
    double v = image.voxels[i];
    if (logarithmic) v = std::log(std::max(v, 1e-6));
    int value = std::clamp(static_cast<int>(std::lround(v * scale + offset)), 0, top);
    if (inverted) value = top - value;
    out.bytes[2 * i] = static_cast<char>(value & 0xff);
    out.bytes[2 * i + 1] = static_cast<char>(value >> 8);
    out.smallest = std::min(out.smallest, value);
    out.largest = std::max(out.largest, value);
  }
  return out;
}

void put_pixels(DicomDataset& d, const Image<float>& image, Stored stored, bool monochrome1) {
  put_pixel_format(d, image.grid, stored.smallest, stored.largest);
  d.put_number(tag::BitsStored, "US", stored.bits);
  d.put_number(tag::HighBit, "US", stored.bits - 1);
  d.put_text(tag::PhotometricInterpretation, "CS", monochrome1 ? "MONOCHROME1" : "MONOCHROME2");
  d.put({tag::PixelData, {'O', 'W'}, std::move(stored.bytes), {}});
}

// PresentationLUTShape, which PS3.3 C.8.11.3 ties to the photometric interpretation.
void put_lut_shape(DicomDataset& d, bool monochrome1) {
  d.put_text({0x2050, 0x0020}, "CS", monochrome1 ? "INVERSE" : "IDENTITY");
}

// A VOI LUT of 12 bits that steepens the middle, as units send beside their window.
DicomDataset voi_lut(int bits) {
  const int entries = 1 << bits;
  DicomDataset d;
  d.put_numbers({0x0028, 0x3002}, "US", {double(entries % 65536), 0, 12});
  d.put_text({0x0028, 0x3003}, "LO", "NORMAL");
  std::string bytes;
  for (int i = 0; i < entries; ++i) {
    const double x = 2.0 * i / (entries - 1) - 1;
    const int value = static_cast<int>(std::lround(4095 / (1 + std::exp(-4 * x))));
    bytes += static_cast<char>(value & 0xff);
    bytes += static_cast<char>(value >> 8);
  }
  d.put({{0x0028, 0x3006}, {'O', 'W'}, std::move(bytes), {}});
  return d;
}

}  // namespace

MammogramWriter::MammogramWriter(const MammogramDelivery& delivery, const std::filesystem::path& folder)
    : delivery_(delivery), habits_(mammogram_habits(delivery.vendor)), folder_(folder) {
  seed_ = "lobule phantom mammograms " + std::to_string(delivery.seed) + " " + delivery.patient_id + " " +
          delivery.vendor;
  study_.patient_id = delivery.patient_id;
  study_.study_uid = uid_from_seed(seed_ + " study");
  study_.vendor = delivery.vendor;
  study_.headers = delivery.headers;
  study_.header_kinds = mammogram_header_kinds(delivery.headers, delivery.seed);
}

DicomDataset MammogramWriter::common(const Mammogram& image, bool processing) {
  const int n = static_cast<int>(image.side == BreastSide::left) * 2 +
                static_cast<int>(image.view == MammogramView::mlo);
  const std::string time = clock_text(kStudyTime_s + 3600 + n * kExposure_s);
  DicomDataset d;
  put_study(d, study_, "MAMMOGRAPHY BILATERAL");
  put_patient(d, study_);
  d.put_text(tag::SOPClassUID, "UI",
             habits_.film ? kSecondaryCapture
             : processing ? kProcessing
                          : kPresentation);
  d.put_text(tag::Modality, "CS", "MG");
  d.put_text(tag::Manufacturer, "LO", habits_.manufacturer);
  d.put_text(tag::ManufacturerModelName, "LO", habits_.model);
  d.put_text({0x0018, 0x1020}, "LO", habits_.software);
  d.put_text(tag::BodyPartExamined, "CS", "BREAST");
  d.put_text(tag::ContentDate, "DA", kPhantomDate);
  d.put_text(tag::ContentTime, "TM", time);
  d.put_text({0x0020, 0x0020}, "CS", orientation(image));  // PatientOrientation
  d.put_text(tag::ImageLaterality, "CS", letter(image.side));
  d.put_text(tag::ViewPosition, "CS", view_word(image.view));
  d.put_text({0x0028, 0x0301}, "CS", "NO");  // BurnedInAnnotation
  put_spacing(d, habits_, image);
  if (habits_.film) {
    d.put_text({0x0008, 0x0064}, "CS", "DF");  // ConversionType: digitised film
    d.put_text(tag::ImageType, "CS", "DERIVED\\SECONDARY");
    return d;
  }
  d.put_text(tag::ImageType, "CS", processing ? "ORIGINAL\\PRIMARY\\" : "DERIVED\\PRIMARY\\");
  if (std::string(habits_.vendor) == "ge") d.put_text(tag::ImageType, "CS", "ORIGINAL\\PRIMARY\\");
  d.put_text(tag::PresentationIntentType, "CS", processing ? "FOR PROCESSING" : "FOR PRESENTATION");
  d.put_text({0x0018, 0x1000}, "LO", "00000");
  d.put_text(tag::AcquisitionDate, "DA", kPhantomDate);
  d.put_text(tag::AcquisitionTime, "TM", time);
  d.put_items({0x0008, 0x2218}, {code(std::string(habits_.code_scheme) == "SCT" ? "76752008" : "T-04000",
                                      habits_.code_scheme, "Breast")});
  d.put_items({0x0054, 0x0220}, {view_code(image.view, habits_.code_scheme)});
  d.put_items({0x0040, 0x0555}, {});  // AcquisitionContextSequence
  put_exposure(d, habits_, image);
  d.put_text({0x0028, 0x1300}, "CS", "NO");  // BreastImplantPresent
  d.put_text({0x0028, 0x2110}, "CS", "00");  // LossyImageCompression
  d.put_number(tag::RescaleIntercept, "DS", 0);
  d.put_number(tag::RescaleSlope, "DS", 1);
  d.put_text({0x0028, 0x1054}, "LO", "US");  // RescaleType
  return d;
}

PhantomSeries& MammogramWriter::series_of(const Mammogram& image, bool processing) {
  std::string name = processing ? "raw" : "presentation";
  std::string description = processing ? "For Processing" : "Mammogram";
  if (habits_.series_a_view) {
    description = std::string(letter(image.side)) + " " + view_word(image.view) + (processing ? " raw" : "");
    name += " " + description;
  }
  const std::string uid = uid_from_seed(seed_ + " series " + name);
  for (PhantomSeries& series : study_.series)
    if (series.series_uid == uid) return series;
  PhantomSeries series;
  series.series_uid = uid;
  series.series_number = static_cast<int>(study_.series.size()) + 1;
  series.description = description;
  series.role = "mammogram";
  study_.series.push_back(series);
  return study_.series.back();
}

std::string MammogramWriter::save(DicomDataset d, PhantomSeries& series) {
  const std::string uid = uid_from_seed(series.series_uid + " image " + std::to_string(series.n_images + 1));
  ++series.n_images, ++series.n_files;
  d.put_text(tag::SOPInstanceUID, "UI", uid);
  d.put_text(tag::SeriesInstanceUID, "UI", series.series_uid);
  d.put_number(tag::SeriesNumber, "IS", series.series_number);
  d.put_text(tag::SeriesDescription, "LO", series.description);
  d.put_number(tag::InstanceNumber, "IS", series.n_images);
  change_mammogram(d, study_.headers, study_.header_kinds);
  char name[48];
  std::snprintf(name, sizeof name, "mg%02d/%04d", series.series_number, series.n_images);
  io::write_dicom(folder_ / name, d);
  return uid;
}

std::string MammogramWriter::write(const Mammogram& image) {
  if (habits_.for_processing) {
    // Air fills 14 bits up to a margin; a logarithm spans four decades.
    const float air = *std::max_element(image.raw.voxels.begin(), image.raw.voxels.end());
    const double top = (1 << kProcessingBits) - 1;
    const double scale = habits_.logarithmic ? top / std::log(1e4) : 0.95 * top / std::max(1e-6f, air);
    const double offset = habits_.logarithmic ? 0.95 * top - scale * std::log(std::max(1e-6f, air)) : 0;
    DicomDataset d = common(image, true);
    // Sign 1: more X-rays give larger values, whatever the photometric interpretation shows.
    d.put_text({0x0028, 0x1040}, "CS", habits_.logarithmic ? "LOG" : "LIN");
    d.put_number({0x0028, 0x1041}, "SS", 1);
    put_lut_shape(d, habits_.processing_monochrome1);
    put_pixels(d, image.raw, store(image.raw, kProcessingBits, scale, offset, habits_.logarithmic, false),
               habits_.processing_monochrome1);
    save(std::move(d), series_of(image, true));
  }
  DicomDataset d = common(image, false);
  const bool inverted = habits_.presentation_monochrome1;
  if (!habits_.film) {
    d.put_text({0x0028, 0x1040}, "CS", "LOG");
    d.put_number({0x0028, 0x1041}, "SS", inverted ? 1 : -1);
    put_lut_shape(d, inverted);
    d.put_number(tag::WindowCenter, "DS", 2048);
    d.put_number(tag::WindowWidth, "DS", 3800);
    const std::string window = habits_.window;
    if (window == "SIGMOID") d.put_text({0x0028, 0x1056}, "CS", "SIGMOID");  // VOILUTFunction
    if (window == "LUT") d.put_items({0x0028, 0x3010}, {voi_lut(kPresentationBits)});
  }
  put_pixels(d, image.presentation, store(image.presentation, kPresentationBits, 1, 0, false, inverted),
             inverted);
  return save(std::move(d), series_of(image, false));
}

}  // namespace lobule::pipeline
