#include "io/dicom_read.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>

#include "io/dicom_tags.h"
#include "raw_dicom.h"
#include "support/test_support.h"

namespace lobule::io {
namespace {
using test::RawDicom;
using test::refusal;
using test::Syntax;

DicomHeader read(const RawDicom& raw) {
  return read_dicom_header(raw.span(), "a.dcm");
}

std::string raw_deflate(const std::string& bytes) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, bytes.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

TEST(DicomRead, TheSameElementsComeOutOfEveryEncoding) {
  const auto fill = [](RawDicom raw) {
    raw.text(0x0008, 0x0060, "CS", "MR");
    raw.head(0x0008, 0x1140, "SQ", 0xFFFFFFFF).item(0xE000, 0xFFFFFFFF);
    raw.text(0x0008, 0x1155, "UI", "1.2.3").item(0xE00D, 0).item(0xE0DD, 0);
    raw.u16(0x0028, 0x0010, 258);
    return raw;
  };
  const RawDicom body = fill(RawDicom());
  RawDicom deflated = RawDicom::file("1.2.840.10008.1.2.1.99");
  deflated.raw(raw_deflate(body.bytes()));
  for (const RawDicom& raw :
       {fill(RawDicom::file()), fill(RawDicom::file("1.2.840.10008.1.2", Syntax::implicit_little)),
        fill(RawDicom::file("1.2.840.10008.1.2.2", Syntax::explicit_big)), deflated}) {
    const DicomHeader header = read(raw);
    EXPECT_EQ(header.dataset.text(tag::Modality), "MR");
    EXPECT_EQ(header.dataset.integer(tag::Rows), 258);
    const DicomDataset* item = header.dataset.first_item({0x0008, 0x1140});
    ASSERT_NE(item, nullptr);
    EXPECT_EQ(item->text({0x0008, 0x1155}), "1.2.3");
    EXPECT_FALSE(header.pixels.present());
  }
}

TEST(DicomRead, ADataSetWithoutMetaHeaderIsReadByItsFirstElementAndSaidSo) {
  for (const auto& [syntax, uid, words] :
       {std::tuple{Syntax::explicit_little, "1.2.840.10008.1.2.1", "explicit little endian"},
        std::tuple{Syntax::explicit_big, "1.2.840.10008.1.2.2", "explicit big endian"},
        std::tuple{Syntax::implicit_little, "1.2.840.10008.1.2", "implicit little endian"}}) {
    const DicomHeader header = read(RawDicom(syntax).text(0x0008, 0x0060, "CS", "MG").u16(0x0028, 0x0010, 7));
    EXPECT_EQ(header.transfer_syntax, uid);
    EXPECT_EQ(header.dataset.integer(tag::Rows), 7);
    ASSERT_EQ(header.notes.size(), 1u);
    EXPECT_EQ(header.notes.front(), std::string("no meta header; read as ") + words);
  }
}

TEST(DicomRead, ADataSetEncodedOtherwiseThanStatedIsReadAsItIs) {
  RawDicom raw = RawDicom::file("1.2.840.10008.1.2");
  raw.text(0x0008, 0x0060, "CS", "MR");
  const DicomHeader header = read(raw);
  EXPECT_EQ(header.dataset.text(tag::Modality), "MR");
  EXPECT_EQ(header.notes.front(),
            "the transfer syntax is Implicit VR Little Endian, the data set is explicit little endian");
}

TEST(DicomRead, ReadingStopsAtThePixelsAndSaysWhereTheyLie) {
  RawDicom raw = RawDicom::file();
  raw.image(2, 2, 8, 8).element(0x7FE0, 0x0010, "OB", "abcd");
  const DicomHeader header = read(raw);
  EXPECT_EQ(header.pixels.tag, tag::PixelData);
  EXPECT_EQ(header.pixels.length, 4u);
  EXPECT_EQ(raw.bytes().substr(header.pixels.offset), "abcd");
  EXPECT_FALSE(header.dataset.has(tag::PixelData));
}

TEST(DicomRead, LargeValuesAreLeftOutAndWhatFollowsIsRead) {
  RawDicom raw = RawDicom::file();
  raw.element(0x0029, 0x1010, "OB", std::string(70000, 'x')).text(0x0029, 0x1020, "LO", "behind");
  const DicomHeader header = read(raw);
  EXPECT_FALSE(header.dataset.has({0x0029, 0x1010}));
  EXPECT_EQ(header.dataset.text({0x0029, 0x1020}), "behind");
}

TEST(DicomRead, AHeaderLongerThanTheFirstBlockIsReadFromItsFileToo) {
  const test::ScratchFolder folder;
  RawDicom raw = RawDicom::file();
  for (std::uint16_t i = 0; i < 400; ++i)
    raw.text(0x0029, static_cast<std::uint16_t>(0x1000 + i), "LT",
             std::string(1000, static_cast<char>('a' + i % 26)));
  std::ofstream(folder / "long.dcm", std::ios::binary) << raw.bytes();
  const DicomHeader from_file = read_dicom_header(folder / "long.dcm", "long.dcm");
  ASSERT_EQ(from_file.dataset.elements().size(), 400u);
  EXPECT_EQ(from_file.dataset.text({0x0029, 0x1000 + 399}),
            std::string(1000, static_cast<char>('a' + 399 % 26)));
}

TEST(DicomRead, AnUnknownSequenceIsReadAsImplicitLittleEndian) {
  RawDicom item(Syntax::implicit_little);
  item.item(0xE000, 0xFFFFFFFF).text(0x0008, 0x0060, "CS", "US").item(0xE00D, 0).item(0xE0DD, 0);
  RawDicom raw = RawDicom::file();
  raw.head(0x0029, 0x1001, "UN", 0xFFFFFFFF).raw(item.bytes()).text(0x0029, 0x1002, "LO", "after");
  const DicomHeader header = read(raw);
  ASSERT_EQ(header.dataset.items({0x0029, 0x1001}).size(), 1u);
  EXPECT_EQ(header.dataset.items({0x0029, 0x1001})[0].text(tag::Modality), "US");
  EXPECT_EQ(header.dataset.text({0x0029, 0x1002}), "after");
}

TEST(DicomRead, ElementsOutOfOrderAreSortedAndSaid) {
  RawDicom raw = RawDicom::file();
  raw.text(0x0020, 0x0013, "IS", "3").text(0x0008, 0x0060, "CS", "MR");
  const DicomHeader header = read(raw);
  EXPECT_EQ(header.dataset.elements().front().tag, tag::Modality);
  EXPECT_EQ(header.notes.front(), "elements are out of order");
}

TEST(DicomRead, SequencesUpToTheLimitOfNestingAreReadAndDeeperOnesRefused) {
  const auto nested = [](int depth) {
    RawDicom raw = RawDicom::file();
    for (int i = 0; i < depth; ++i) raw.head(0x0008, 0x1140, "SQ", 0xFFFFFFFF).item(0xE000, 0xFFFFFFFF);
    for (int i = 0; i < depth; ++i) raw.item(0xE00D, 0).item(0xE0DD, 0);
    return raw;
  };
  EXPECT_NO_THROW(read(nested(64)));
  const std::string message =
      "a.dcm: sequences are nested deeper than 64 levels; no real object needs that; the file is refused.";
  for (const int depth : {65, 1000, 10000, 1000000})
    EXPECT_EQ(refusal([&] { read(nested(depth)); }), message) << depth;
}

TEST(DicomRead, BrokenFilesAreRefusedWithTheirReason) {
  const auto message = [](const RawDicom& raw) { return refusal([&] { read(raw); }); };
  EXPECT_EQ(message(RawDicom()), "a.dcm: the file is empty.");
  EXPECT_EQ(message(RawDicom().raw("Dear colleague, this is no image.\n")),
            "a.dcm: not DICOM (no DICM at byte 128, and the bytes do not begin a data set).");
  EXPECT_EQ(message(RawDicom().raw(std::string(128, '\0') + "DICM")), "a.dcm: nothing follows DICM.");
  EXPECT_EQ(message(RawDicom::file()), "a.dcm: nothing follows the meta header.");
  EXPECT_EQ(message(RawDicom::file("1.2.3.4").text(0x0008, 0x0060, "CS", "MR")),
            "a.dcm: the transfer syntax 1.2.3.4 is unknown.");
  EXPECT_EQ(message(RawDicom::file().head(0x0010, 0x0010, "UT", 0xFFFFFFF0).raw("abcd")),
            "a.dcm: the element (0010,0010) claims 4294967280 bytes, 4 are left.");
  EXPECT_EQ(message(RawDicom::file().text(0x0008, 0x0060, "CS", "MR").raw("\x10\x11\x10")),
            "a.dcm: the file ends inside the head of an element; 3 bytes are left of at least 8.");
  EXPECT_EQ(message(RawDicom::file().element(0x0008, 0x0060, "ZZ", "MR")),
            "a.dcm: the element (0008,0060) has the unknown value representation \"ZZ\".");
  EXPECT_EQ(message(RawDicom::file().text(0x0010, 0x0020, "LO", "A").text(0x0010, 0x0020, "LO", "B")),
            "a.dcm: the element (0010,0020) occurs twice with different values; which of them holds cannot "
            "be known.");
  EXPECT_EQ(message(RawDicom::file().head(0x0008, 0x1140, "SQ", 8).item(0xE000, 4096)),
            "a.dcm: an item of the sequence (0008,1140) claims 4096 bytes, 0 are left.");
  EXPECT_EQ(message(RawDicom::file().head(0x0008, 0x1140, "SQ", 0xFFFFFFFF).item(0xE000, 0xFFFFFFFF)),
            "a.dcm: the file ends inside a sequence.");
  EXPECT_EQ(message(RawDicom::file().head(0x0008, 0x1140, "SQ", 0xFFFFFFFF)),
            "a.dcm: the file ends inside the sequence (0008,1140).");
  EXPECT_EQ(message(RawDicom::file().head(0x0008, 0x1140, "SQ", 8).text(0x0008, 0x0060, "CS", "")),
            "a.dcm: the sequence (0008,1140) holds (0008,0060) where an item should begin.");
}

TEST(DicomRead, AFileThatIsNoDicomIsToldFromABrokenOne) {
  EXPECT_THROW(read(RawDicom().raw("hello, world")), NotDicom);
  try {
    read(RawDicom());
    FAIL();
  } catch (const NotDicom&) {
    FAIL() << "an empty file is broken, not something else";
  } catch (const Error&) {
  }
}

TEST(DicomRead, ADeflatedHeaderCannotFillTheMemory) {
  RawDicom body;
  for (int i = 0; i < 200000; ++i) body.head(0x0009, 0x1001, "LO", 0);
  std::string many =
      RawDicom::file("1.2.840.10008.1.2.1.99").raw(raw_deflate(body.bytes() + body.bytes())).bytes();
  EXPECT_EQ(refusal([&] {
              read_dicom_header({reinterpret_cast<const std::uint8_t*>(many.data()), many.size()}, "a.dcm");
            }),
            "a.dcm: the deflated header holds more than " + std::to_string((1 << 20) + 20 * many.size()) +
                " bytes of elements; it would fill the memory; the file is refused.");
}

TEST(DicomRead, ADeflatedDataSetStopsAtItsLimit) {
  RawDicom body;
  body.element(0x0029, 0x1010, "OB", std::string(4 << 20, '\0')).text(0x0029, 0x1020, "LO", "x");
  const RawDicom raw = RawDicom::file("1.2.840.10008.1.2.1.99").raw(raw_deflate(body.bytes()));
  EXPECT_NO_THROW(read(raw));
  HeaderLimits limits;
  limits.largest_inflated_bytes = 1 << 20;
  EXPECT_EQ(
      refusal([&] { read_dicom_header(raw.span(), "a.dcm", limits); }),
      "a.dcm: the deflated data set holds more than 1048576 bytes; it would fill the memory; the file is "
      "refused.");
}

TEST(DicomRead, AMissingFileIsSaidInTheSystemsWords) {
  EXPECT_EQ(refusal([] { read_dicom_header(std::filesystem::path("/nowhere/a.dcm"), "a.dcm"); }),
            "a.dcm: cannot be read; No such file or directory.");
}

TEST(DicomRead, EveryTruncationOfAFileIsReadOrRefusedAndNeverCrashes) {
  RawDicom raw = RawDicom::file();
  raw.text(0x0008, 0x0005, "CS", "ISO_IR 100").text(0x0008, 0x0060, "CS", "MR");
  raw.head(0x0008, 0x1140, "SQ", 0xFFFFFFFF).item(0xE000, 0xFFFFFFFF).text(0x0008, 0x1155, "UI", "1.2");
  raw.item(0xE00D, 0).item(0xE0DD, 0).image(2, 2, 16, 12).element(0x7FE0, 0x0010, "OW", "abcdefgh");
  for (std::size_t n = 0; n < raw.bytes().size(); ++n) {
    const std::string part = raw.bytes().substr(0, n);
    refusal([&] { read_dicom_header({reinterpret_cast<const std::uint8_t*>(part.data()), n}, "a.dcm"); });
  }
}

}  // namespace
}  // namespace lobule::io
