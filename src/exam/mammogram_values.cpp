#include "exam/mammogram_values.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/text.h"
#include "io/dicom_pixels.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {
namespace tag = io::tag;
using io::DicomDataset;
using io::Tag;

constexpr Tag kPaddingLimit{0x0028, 0x0121}, kRelationship{0x0028, 0x1040}, kSign{0x0028, 0x1041},
    kVoiFunction{0x0028, 0x1056}, kVoiLut{0x0028, 0x3010}, kLutDescriptor{0x0028, 0x3002},
    kLutData{0x0028, 0x3006};
constexpr const char* kForProcessing = "1.2.840.10008.5.1.4.1.1.1.2.1";
// A table of 65536 entries of 16 bits, three of them in one header.
constexpr std::uint64_t kLargestElement = 1ull << 20;

bool for_processing(const DicomDataset& d) {
  const std::string intent = d.text(tag::PresentationIntentType);
  return intent.empty() ? d.text(tag::SOPClassUID) == kForProcessing : intent == "FOR PROCESSING";
}

// Pixel padding: one stored value, or all from it to the range's limit.
void padding_to_missing(const DicomDataset& d, MammogramValues& values) {
  const auto padding = d.number(tag::PixelPaddingValue);
  if (!padding) return;
  const double other = d.number(kPaddingLimit).value_or(*padding);
  const double low = std::min(*padding, other), high = std::max(*padding, other);
  std::size_t count = 0;
  for (float& v : values.image.voxels)
    if (v >= low && v <= high) v = kMissing, ++count;
  if (count > 0) values.steps.push_back("padding left out (PixelPaddingValue 0028,0120)");
}

// A look-up table: values below and above it take its ends.
struct Lut {
  double first = 0;
  std::vector<double> entries;

  double operator()(double v) const {
    const double at = std::clamp(std::round(v) - first, 0.0, static_cast<double>(entries.size() - 1));
    return entries[static_cast<std::size_t>(at)];
  }
};

std::optional<Lut> voi_lut(const DicomDataset& d) {
  const DicomDataset* item = d.first_item(kVoiLut);
  if (item == nullptr) return {};
  const std::vector<double> descriptor = item->numbers(kLutDescriptor);
  Lut lut{descriptor.size() == 3 ? descriptor[1] : 0, item->numbers(kLutData)};
  // A table that its descriptor contradicts is none.
  const double stated = descriptor.size() == 3 ? (descriptor[0] == 0 ? 65536 : descriptor[0]) : -1;
  if (stated != static_cast<double>(lut.entries.size()) || lut.entries.empty()) return {};
  if (lut.first > 32767 && d.integer(tag::PixelRepresentation) == 1) lut.first -= 65536;
  return lut;
}

// To 0 … 1 (PS3.3 C.11.2.1.2 and C.11.2.1.3).
double through_window(double v, double center, double width, const std::string& function) {
  if (function == "SIGMOID") return 1 / (1 + std::exp(-4 * (v - center) / width));
  if (function == "LINEAR_EXACT") return std::clamp((v - center) / width + 0.5, 0.0, 1.0);
  return width > 1 ? std::clamp((v - (center - 0.5)) / (width - 1) + 0.5, 0.0, 1.0)
                   : (v > center - 0.5 ? 1 : 0);
}

void show(const DicomDataset& d, MammogramValues& values) {
  if (const auto lut = voi_lut(d)) {
    for (float& v : values.image.voxels)
      if (std::isfinite(v)) v = static_cast<float>((*lut)(v));
    values.steps.push_back("VOI LUT (0028,3010) applied");
    return;
  }
  const auto center = d.number(tag::WindowCenter), width = d.number(tag::WindowWidth);
  if (!center || !width || !(*width > 0)) return;
  const std::string function = d.text(kVoiFunction);
  for (float& v : values.image.voxels)
    if (std::isfinite(v)) v = static_cast<float>(through_window(v, *center, *width, function));
  values.steps.push_back("window " + format_number(*center) + " ± " + format_number(*width / 2) + " applied" +
                         (function.empty() ? "" : " (" + function + ")"));
}

void turn_over(Image<float>& image) {
  for (float& v : image.voxels) v = -v;
}

// Raw signal of the detector to attenuation.
void to_attenuation(const DicomDataset& d, bool monochrome1, MammogramValues& values) {
  const std::string relationship = d.text(kRelationship);
  const auto sign = d.number(kSign);
  values.tells_polarity = sign.has_value() || monochrome1;
  // Sign 1: lower values, less radiation, so that air is bright and dense tissue dark.
  const bool air_bright = sign ? *sign > 0 : true;
  if (relationship != "LOG" && air_bright) {
    for (float& v : values.image.voxels)
      if (std::isfinite(v)) v = -std::log(std::max(v, 1.0F));
    values.linear_signal = true;
    values.steps.push_back("raw signal of the detector: its negative logarithm taken");
    return;
  }
  if (air_bright) {
    turn_over(values.image);
    values.steps.push_back("raw signal in logarithms, air bright: turned over");
  }
}

}  // namespace

io::DicomHeader read_mammogram_dicom(const std::filesystem::path& path, const std::string& name) {
  return io::read_dicom_header(path, name, {.largest_element_bytes = kLargestElement});
}

MammogramValues read_mammogram_values(const std::filesystem::path& path, const io::DicomHeader& header,
                                      const std::string& name) {
  const DicomDataset& d = header.dataset;
  const io::PixelFormat format = io::pixel_format(header, name);
  if (format.frames != 1)
    throw Error(name, "it has " + std::to_string(format.frames) + " frames",
                "percent density is measured on single projections, not on tomosynthesis");
  if (format.samples_per_pixel != 1) throw Error(name, "it is in colour", "mammograms are grey");
  MammogramValues values;
  Grid grid;
  grid.size = {format.columns, format.rows, 1};
  values.image.grid = grid;
  values.image.voxels = io::read_frames_as_float(path, header, name);
  padding_to_missing(d, values);
  const auto slope = static_cast<float>(d.number(tag::RescaleSlope).value_or(1));
  const auto intercept = static_cast<float>(d.number(tag::RescaleIntercept).value_or(0));
  if (slope != 0)
    for (float& v : values.image.voxels) v = v * slope + intercept;
  const bool monochrome1 = format.photometric == "MONOCHROME1";
  if (for_processing(d)) {
    to_attenuation(d, monochrome1, values);
    return values;
  }
  show(d, values);
  if (monochrome1) {
    turn_over(values.image);
    values.steps.push_back("MONOCHROME1: turned over");
  }
  return values;
}

}  // namespace lobule::exam
