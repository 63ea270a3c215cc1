#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/text.h"
#include "io/dicom_parser.h"
#include "io/dicom_pixels.h"
#include "io/dicom_tags.h"
#include "io/transfer_syntax.h"

namespace lobule::io {
namespace {

constexpr Tag kRedPaletteDescriptor{0x0028, 0x1101};
// What deflate can reach at most (zlib's technical notes).
constexpr std::uint64_t kLargestDeflateRatio = 1032;

class FormatReader {
 public:
  FormatReader(const DicomHeader& header, const std::string& name) : header_(header), name_(name) {}

  PixelFormat read() const {
    if (!header_.pixels.present()) fail("it has no pixels");
    PixelFormat format;
    const DicomDataset& dataset = header_.dataset;
    format.rows = positive(tag::Rows, "Rows", 65535);
    format.columns = positive(tag::Columns, "Columns", 65535);
    format.samples_per_pixel =
        dataset.has(tag::SamplesPerPixel) ? positive(tag::SamplesPerPixel, "SamplesPerPixel", 4) : 1;
    format.frames = stated_frames();
    format.photometric = dataset.text(tag::PhotometricInterpretation);
    format.is_float = header_.pixels.tag != tag::PixelData;
    if (format.is_float) {
      const bool is_double = header_.pixels.tag == tag::DoubleFloatPixelData;
      format.bits_allocated = format.bits_stored = is_double ? 64 : 32;
      format.is_signed = true;
    } else {
      read_bits(format);
    }
    format.high_bit = format.is_float ? format.bits_allocated - 1 : format.high_bit;
    if (format.photometric == "PALETTE COLOR" && !dataset.has(kRedPaletteDescriptor))
      fail("its photometric interpretation is PALETTE COLOR, but the lookup tables are missing",
           "the indices mean nothing without them");
    if (format.samples_per_pixel > 1 && format.bits_allocated == 1)
      fail("colour of one bit a sample is not supported");
    if (format.photometric.ends_with("_422") && (format.columns % 2 != 0 || format.bits_allocated != 8) &&
        header_.pixels.length != kUndefinedLength)
      fail("its photometric interpretation is " + format.photometric +
           ", but its columns are odd or its samples not bytes");
    check_size(format);
    return format;
  }

 private:
  [[noreturn]] void fail(const std::string& what, const std::string& why = {}) const {
    throw Error(name_, what, why);
  }

  int positive(Tag tag, const std::string& keyword, int most) const {
    if (!header_.dataset.has(tag)) fail(keyword + " " + to_text(tag) + " is missing");
    const auto value = header_.dataset.integer(tag);
    if (!value) fail(keyword + " " + to_text(tag) + " holds no number");
    if (*value < 1 || *value > most) fail(keyword + " is " + std::to_string(*value));
    return *value;
  }

  int stated_frames() const {
    const std::string text = header_.dataset.text(tag::NumberOfFrames);
    if (text.empty()) return 1;
    const auto frames = header_.dataset.integer(tag::NumberOfFrames);
    if (!frames || *frames < 1)
      fail("NumberOfFrames is \"" + text.substr(0, 16) + "\", which is no number of frames");
    return *frames;
  }

  void read_bits(PixelFormat& format) const {
    const DicomDataset& dataset = header_.dataset;
    format.bits_allocated = positive(tag::BitsAllocated, "BitsAllocated", 64);
    constexpr int kCells[] = {1, 8, 16, 32, 64};
    if (std::find(std::begin(kCells), std::end(kCells), format.bits_allocated) == std::end(kCells))
      fail("BitsAllocated is " + std::to_string(format.bits_allocated),
           "only 1, 8, 16, 32 and 64 are supported");
    format.bits_stored =
        dataset.has(tag::BitsStored) ? positive(tag::BitsStored, "BitsStored", 64) : format.bits_allocated;
    if (format.bits_stored > format.bits_allocated)
      fail("BitsStored " + std::to_string(format.bits_stored) + " is larger than BitsAllocated " +
           std::to_string(format.bits_allocated));
    format.high_bit = dataset.integer(tag::HighBit).value_or(format.bits_stored - 1);
    if (format.high_bit >= format.bits_allocated || format.high_bit + 1 < format.bits_stored)
      fail("HighBit " + std::to_string(format.high_bit) + " does not fit BitsStored " +
           std::to_string(format.bits_stored) + " and BitsAllocated " +
           std::to_string(format.bits_allocated));
    const int representation = dataset.integer(tag::PixelRepresentation).value_or(0);
    if (representation != 0 && representation != 1)
      fail("PixelRepresentation is " + std::to_string(representation));
    format.is_signed = representation == 1;
  }

  // Throws unless the bytes of the file can hold the pixels.
  void check_size(const PixelFormat& format) const {
    const PixelLocation& pixels = header_.pixels;
    const TransferSyntax* syntax = find_transfer_syntax(header_.transfer_syntax);
    const bool deflated = syntax != nullptr && syntax->deflated;
    const bool encapsulated = pixels.length == kUndefinedLength;
    const bool halved =
        !encapsulated && format.photometric.ends_with("_422") && format.samples_per_pixel == 3;
    const double bits = static_cast<double>(format.rows) * format.columns * format.frames *
                        format.bits_allocated * (halved ? 2 : format.samples_per_pixel);
    const double needed = std::ceil(bits / 8);
    const std::uint64_t behind_header =
        deflated ? header_.file_bytes : header_.file_bytes - std::min(header_.file_bytes, pixels.offset);
    const std::uint64_t there =
        encapsulated || deflated ? behind_header : std::min<std::uint64_t>(pixels.length, behind_header);
    double most = static_cast<double>(there);
    if (encapsulated)
      most = std::max(most * kLargestPixelRatio, static_cast<double>(kAlwaysAllowedPixelBytes));
    if (encapsulated && there <= 24) most = 0;  // no fragment at all
    if (deflated) most = std::min(most * kLargestDeflateRatio, static_cast<double>(pixels.length));
    if (needed <= most) return;
    const std::string size = std::to_string(format.columns) + "×" + std::to_string(format.rows) +
                             (format.frames > 1 ? "×" + std::to_string(format.frames) : "");
    fail("its " + size + " pixels need " + format_fixed(needed, 0) + " bytes, " + std::to_string(there) +
             " are there",
         encapsulated ? "no compression reaches that" : "the file is cut short or its header is wrong");
  }

  const DicomHeader& header_;
  const std::string& name_;
};

}  // namespace

PixelFormat pixel_format(const DicomHeader& header, const std::string& name) {
  return FormatReader(header, name).read();
}

}  // namespace lobule::io
