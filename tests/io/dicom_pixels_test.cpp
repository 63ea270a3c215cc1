#include "io/dicom_pixels.h"

#include <gtest/gtest.h>

#include <fstream>

#include "io/dicom_codecs.h"
#include "io/dicom_tags.h"
#include "raw_dicom.h"
#include "support/test_support.h"

namespace lobule::io {
namespace {
using test::RawDicom;
using test::refusal;
using test::Syntax;

constexpr const char* kRle = "1.2.840.10008.1.2.5";
constexpr const char* kJpeg = "1.2.840.10008.1.2.4.50";

std::vector<std::uint8_t> pixels(const RawDicom& raw, int first = 0, int count = -1) {
  return read_stored_pixels(raw.span(), read_dicom_header(raw.span(), "a.dcm"), "a.dcm", first, count);
}

std::string pixels_message(const RawDicom& raw) {
  return refusal([&] { pixels(raw); });
}

std::string text(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

// Encapsulated pixels of the given fragments, behind an offset table.
RawDicom encapsulated(RawDicom raw, const std::vector<std::string>& fragments,
                      const std::string& table = "") {
  raw.head(0x7FE0, 0x0010, "OB", 0xFFFFFFFF)
      .item(0xE000, static_cast<std::uint32_t>(table.size()))
      .raw(table);
  for (const std::string& fragment : fragments)
    raw.item(0xE000, static_cast<std::uint32_t>(fragment.size())).raw(fragment);
  return raw.item(0xE0DD, 0);
}

RawDicom image_file(const char* syntax, std::uint16_t rows, std::uint16_t columns, std::uint16_t bits,
                    const std::string& frames = "") {
  RawDicom raw = RawDicom::file(syntax);
  return raw.image(rows, columns, bits, bits, frames);
}

// An RLE frame of literal runs.
std::string rle_frame(const std::vector<std::string>& segments) {
  const RawDicom numbers;
  std::string header = numbers.number32(static_cast<std::uint32_t>(segments.size())), body;
  for (const std::string& segment : segments) {
    header += numbers.number32(static_cast<std::uint32_t>(64 + body.size()));
    body += static_cast<char>(segment.size() - 1) + segment;
  }
  header.resize(64, '\0');
  return header + body + (body.size() % 2 != 0 ? std::string(1, '\0') : "");
}

TEST(DicomPixels, FramesAreReadByTheirPlaceAlone) {
  RawDicom raw = image_file("1.2.840.10008.1.2.1", 2, 2, 8, "3");
  raw.element(0x7FE0, 0x0010, "OB", "aaaabbbbcccc");
  EXPECT_EQ(text(pixels(raw)), "aaaabbbbcccc");
  EXPECT_EQ(text(pixels(raw, 1, 1)), "bbbb");
  EXPECT_EQ(text(pixels(raw, 1)), "bbbbcccc");
  EXPECT_EQ(refusal([&] { pixels(raw, 2, 2); }), "a.dcm: frames 3 to 4 are not among its 3.");
}

TEST(DicomPixels, BigEndianWordsAreTurnedAndBytesInWordsToo) {
  RawDicom words = RawDicom::file("1.2.840.10008.1.2.2", Syntax::explicit_big);
  words.image(1, 2, 16, 16).element(0x7FE0, 0x0010, "OW", "abcd");
  EXPECT_EQ(text(pixels(words)), "badc");
  RawDicom bytes = RawDicom::file("1.2.840.10008.1.2.2", Syntax::explicit_big);
  bytes.image(1, 3, 8, 8, "2").element(0x7FE0, 0x0010, "OW", "badcfe");
  EXPECT_EQ(text(pixels(bytes, 1, 1)), "def");
}

TEST(DicomPixels, ValuesComeFromBetweenHighBitAndBitsStoredWithTheirSign) {
  RawDicom raw = RawDicom::file();
  raw.u16(0x0028, 0x0002, 1).text(0x0028, 0x0004, "CS", "MONOCHROME2").u16(0x0028, 0x0010, 1);
  raw.u16(0x0028, 0x0011, 2).u16(0x0028, 0x0100, 16).u16(0x0028, 0x0101, 12).u16(0x0028, 0x0102, 13);
  raw.u16(0x0028, 0x0103, 1);
  raw.element(0x7FE0, 0x0010, "OW", raw.number16(0xC004 | 0x1) + raw.number16(0x3FFC));
  const auto bytes = pixels(raw);
  EXPECT_EQ(bytes, (std::vector<std::uint8_t>{1, 0, 0xFF, 0xFF}));  // 1 and −1
}

TEST(DicomPixels, PlanesAreInterleavedAndSinglesBitsStayPacked) {
  RawDicom colour = RawDicom::file();
  colour.u16(0x0028, 0x0002, 3)
      .text(0x0028, 0x0004, "CS", "RGB")
      .u16(0x0028, 0x0006, 1)
      .u16(0x0028, 0x0010, 1);
  colour.u16(0x0028, 0x0011, 2).u16(0x0028, 0x0100, 8).u16(0x0028, 0x0101, 8).u16(0x0028, 0x0102, 7);
  colour.element(0x7FE0, 0x0010, "OB", "rRgGbB");
  EXPECT_EQ(text(pixels(colour)), "rgbRGB");
  RawDicom bits = image_file("1.2.840.10008.1.2.1", 1, 5, 1, "3");
  bits.element(0x7FE0, 0x0010, "OB", std::string("\xE5\x7D", 2));  // 10100 11110 11111 0, lowest bit first
  EXPECT_EQ(pixels(bits, 1, 1), (std::vector<std::uint8_t>{0x0F}));
  EXPECT_EQ(pixels(bits, 0, 2), (std::vector<std::uint8_t>{0xE5, 0x01}));
}

TEST(DicomPixels, FourTwoTwoIsBroughtToThreeSamplesAPixel) {
  RawDicom raw = RawDicom::file();
  raw.u16(0x0028, 0x0002, 3).text(0x0028, 0x0004, "CS", "YBR_FULL_422").u16(0x0028, 0x0010, 1);
  raw.u16(0x0028, 0x0011, 2).u16(0x0028, 0x0100, 8).u16(0x0028, 0x0101, 8).u16(0x0028, 0x0102, 7);
  raw.element(0x7FE0, 0x0010, "OB", "yYbr");
  EXPECT_EQ(text(pixels(raw)), "ybrYbr");
}

TEST(DicomPixels, FloatPixelsComeAsNumbers) {
  const test::ScratchFolder folder;
  RawDicom raw = RawDicom::file();
  raw.u16(0x0028, 0x0010, 1).u16(0x0028, 0x0011, 1).u16(0x0028, 0x0100, 32);
  const float value = -2.5;
  raw.element(0x7FE0, 0x0008, "OF", std::string(reinterpret_cast<const char*>(&value), 4));
  std::ofstream(folder / "f.dcm", std::ios::binary) << raw.bytes();
  const DicomHeader header = read_dicom_header(folder / "f.dcm", "f.dcm");
  EXPECT_EQ(read_frames_as_float(folder / "f.dcm", header, "f.dcm"), (std::vector<float>{-2.5}));
}

TEST(DicomPixels, RleSegmentsHoldTheHighBytesFirst) {
  EXPECT_EQ(text(pixels(encapsulated(image_file(kRle, 1, 3, 16), {rle_frame({"abc", "xyz"})}))), "xaybzc");
}

TEST(DicomPixels, FragmentsFindTheirFramesByTableByCountAndByContent) {
  const std::string one = rle_frame({"ab"}), two = rle_frame({"cd"});
  const auto file = [] { return image_file(kRle, 1, 2, 8, "2"); };
  const std::string first = one.substr(0, 30), rest = one.substr(30);
  const RawDicom numbers;
  EXPECT_EQ(text(pixels(encapsulated(file(), {one, two}))), "abcd");
  EXPECT_EQ(
      text(pixels(encapsulated(file(), {one, two}, numbers.number32(0) + numbers.number32(0x7FFFFFFF)))),
      "abcd");
  EXPECT_EQ(text(pixels(encapsulated(file(), {first, rest, two}))), "abcd");
  EXPECT_EQ(text(pixels(encapsulated(
                file(), {first, rest, two},
                numbers.number32(0) + numbers.number32(static_cast<std::uint32_t>(one.size() + 16))))),
            "abcd");
  EXPECT_EQ(text(pixels(encapsulated(image_file(kRle, 1, 2, 8), {first, rest}))), "ab");
}

TEST(DicomPixels, BrokenPixelsAreRefusedWithTheirReason) {
  const auto native = [](const std::string& frames) {
    return image_file("1.2.840.10008.1.2.1", 8, 8, 8, frames)
        .element(0x7FE0, 0x0010, "OB", std::string(40, 'x'));
  };
  EXPECT_EQ(pixels_message(image_file("1.2.840.10008.1.2.1", 8, 8, 8)), "a.dcm: it has no pixels.");
  EXPECT_EQ(
      pixels_message(native("")),
      "a.dcm: its 8×8 pixels need 64 bytes, 40 are there; the file is cut short or its header is wrong.");
  EXPECT_EQ(pixels_message(native("1A")), "a.dcm: NumberOfFrames is \"1A\", which is no number of frames.");
  EXPECT_EQ(pixels_message(native("-3")), "a.dcm: NumberOfFrames is \"-3\", which is no number of frames.");
  EXPECT_EQ(
      pixels_message(native("2147483647")),
      "a.dcm: its 8×8×2147483647 pixels need 137438953408 bytes, 40 are there; the file is cut short or its "
      "header is wrong.");
  EXPECT_EQ(
      pixels_message(image_file("1.2.840.10008.1.2.1", 40000, 40000, 16).element(0x7FE0, 0x0010, "OW", "")),
      "a.dcm: its 40000×40000 pixels need 3200000000 bytes, 0 are there; the file is cut short or its header "
      "is "
      "wrong.");
  EXPECT_EQ(
      pixels_message(encapsulated(image_file(kJpeg, 40000, 40000, 8), {"\xFF\xD8"})),
      "a.dcm: its 40000×40000 pixels need 1600000000 bytes, 26 are there; no compression reaches that.");
  EXPECT_EQ(
      pixels_message(RawDicom::file().image(8, 8, 8, 12).element(0x7FE0, 0x0010, "OB", std::string(64, 'x'))),
      "a.dcm: BitsStored 12 is larger than BitsAllocated 8.");
  EXPECT_EQ(pixels_message(image_file("1.2.840.10008.1.2.1", 0, 8, 8).element(0x7FE0, 0x0010, "OB", "xx")),
            "a.dcm: Rows is 0.");
  EXPECT_EQ(pixels_message(RawDicom::file().u16(0x0028, 0x0011, 8).element(0x7FE0, 0x0010, "OB", "xx")),
            "a.dcm: Rows (0028,0010) is missing.");
  EXPECT_EQ(pixels_message(image_file("1.2.840.10008.1.2.1", 8, 8, 12).element(0x7FE0, 0x0010, "OB", "xx")),
            "a.dcm: BitsAllocated is 12; only 1, 8, 16, 32 and 64 are supported.");
}

TEST(DicomPixels, BrokenFramesAreRefusedByTheirNumber) {
  EXPECT_EQ(pixels_message(encapsulated(image_file(kRle, 1, 2, 8, "2"), {rle_frame({"ab"}), "short"})),
            "a.dcm: frame 2 of 2 cannot be decoded; the RLE header is cut short.");
  EXPECT_EQ(pixels_message(encapsulated(image_file(kRle, 1, 3, 8), {rle_frame({"ab"})})),
            "a.dcm: frame 1 of 1 cannot be decoded; an RLE segment holds 2 of 3 bytes.");
  EXPECT_EQ(pixels_message(encapsulated(image_file(kRle, 1, 2, 16), {rle_frame({"ab"})})),
            "a.dcm: frame 1 of 1 cannot be decoded; the RLE header states 1 segments, its pixels need 2.");
  EXPECT_EQ(
      pixels_message(encapsulated(image_file(kRle, 1, 2, 8, "3"), {rle_frame({"ab"}), rle_frame({"cd"})})),
      "a.dcm: the header says 3 frames, the pixels have 2 fragments; the frames cannot be told apart.");
  EXPECT_EQ(pixels_message(encapsulated(image_file(kJpeg, 8, 8, 8), {"no JPEG at all"})),
            "a.dcm: frame 1 of 1 cannot be decoded; it is no JPEG stream.");
  EXPECT_EQ(
      pixels_message(encapsulated(image_file("1.2.840.10008.1.2.4.90", 8, 8, 8), {std::string(40, 'x')})),
      "a.dcm: frame 1 of 1 cannot be decoded; JPEG 2000: Malformed JP2 file format: first box must be JPEG "
      "2000 signature box.");
  EXPECT_EQ(pixels_message(image_file(kRle, 1, 2, 8).element(0x7FE0, 0x0010, "OB", "ab")),
            "a.dcm: the transfer syntax is RLE Lossless, but the pixels are not encapsulated.");
  EXPECT_EQ(pixels_message(encapsulated(image_file("1.2.840.10008.1.2.4.102", 8, 8, 8), {"video"})),
            "a.dcm: pixels in MPEG-4 AVC/H.264 High Profile / Level 4.1 cannot be decoded; there is no "
            "decoder for it in "
            "lobule.");
}

TEST(DicomPixels, AStreamOfAnotherSizeThanItsHeaderIsRefusedBeforeDecoding) {
  // A baseline JPEG frame header of 50000×50000.
  const std::string jpeg("\xFF\xD8\xFF\xC0\x00\x0B\x08\xC3\x50\xC3\x50\x01\x01\x11\x00\xFF\xDA\x00\x08", 19);
  EXPECT_EQ(pixels_message(encapsulated(image_file(kJpeg, 8, 8, 8), {jpeg})),
            "a.dcm: frame 1 of 1 cannot be decoded; its stream is 50000×50000 with 1 samples a pixel, the "
            "header says "
            "8×8 with 1 samples a pixel.");
}

TEST(DicomPixels, EveryTruncationOfEncapsulatedPixelsIsReadOrRefused) {
  const RawDicom raw = encapsulated(image_file(kRle, 1, 2, 8, "2"), {rle_frame({"ab"}), rle_frame({"cd"})});
  for (std::size_t n = 150; n < raw.bytes().size(); ++n) {
    const std::string part = raw.bytes().substr(0, n);
    const std::span<const std::uint8_t> span(reinterpret_cast<const std::uint8_t*>(part.data()), n);
    EXPECT_NE(refusal([&] { read_stored_pixels(span, read_dicom_header(span, "a"), "a"); }), "no error") << n;
  }
}

// Found by the fuzzer: without the end marker that we add, CharLS 2.4.1 takes seconds to refuse this stream.
TEST(DicomPixels, AJpegLsStreamWhoseBitsRunOutIsRefusedAtOnce) {
  const std::vector<std::uint8_t> stream = {
      0xFF, 0xD8,                                                              // start
      0xFF, 0xF7, 0x00, 0x0B, 0x08, 0x00, 0x2D, 0x00, 0x0A, 0x01, 0x01, 0x11,  // 45 rows of 10 pixels
      0x00, 0xFF, 0xDA, 0x00, 0x08, 0x01, 0x01, 0x00, 0x02, 0x00, 0x00,        // scan, NEAR 2
      0x57, 0xFD, 0x55, 0x49, 0x28, 0x00, 0x31, 0x2E, 0x33, 0x2E, 0x36, 0x2E, 0x31, 0x2E, 0x34, 0x2E,
      0x31, 0x2E, 0x35, 0x39, 0x36, 0x32, 0x2E, 0x31, 0x2E, 0x32, 0x2E, 0x30, 0x2E, 0x31, 0xD9};
  PixelFormat format;
  format.rows = 45;
  format.columns = 10;
  format.bits_allocated = format.bits_stored = 8;
  format.high_bit = 7;
  std::string why;
  try {
    decode_jpeg_ls(stream, format);
  } catch (const CodecError& error) {
    why = error.what();
  }
  EXPECT_EQ(why,
            "JPEG-LS: Invalid JPEG-LS stream, the encoded bit stream contains a general structural problem");
}

}  // namespace
}  // namespace lobule::io
