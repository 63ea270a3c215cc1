#include "io/dicom_write.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "io/dicom_encode.h"
#include "io/dicom_pixels.h"
#include "io/dicom_read.h"
#include "io/dicom_tags.h"
#include "io/files.h"
#include "support/dicom_samples.h"
#include "support/test_support.h"

namespace lobule::io {
namespace {
using test::MrSample;

MrSample small_sample() {
  MrSample sample;
  sample.grid.size = {6, 4, 2};
  sample.grid.spacing_mm = {1.5, 2, 3};
  sample.stored = [](int i, int j, int k) { return 100 * k + 10 * j + i; };
  return sample;
}

// What dcmdump prints of the pixels, every word of them.
std::string dumped_pixels(const std::filesystem::path& path) {
  const auto dump = test::run_program({"dcmdump", "+L", "+P", "7fe0,0010", path.string()});
  const std::size_t begin = dump.output.find("OW ");
  return dump.output.substr(begin, dump.output.find('#') - begin);
}

TEST(DicomWrite, AnElementIsTagVrLengthValueInLittleEndian) {
  DicomDataset dataset;
  dataset.put({{0x0010, 0x0040}, {'C', 'S'}, "F", {}});
  dataset.put({{0x7FE0, 0x0010}, {'O', 'W'}, std::string("\1\2", 2), {}});
  EXPECT_EQ(encode_dataset(dataset, "x"),
            std::string("\x10\0\x40\0CS\2\0F \xE0\x7F\x10\0OW\0\0\2\0\0\0\1\2", 24));
}

TEST(DicomWrite, ASequenceHoldsItemsWithTheirLengths) {
  DicomDataset item, dataset;
  item.put({{0x0008, 0x1150}, {'U', 'I'}, "1.2", {}});
  dataset.put({{0x0008, 0x1140}, {'S', 'Q'}, "", {item, DicomDataset{}}});
  EXPECT_EQ(encode_dataset(dataset, "x"), std::string("\x08\0\x40\x11SQ\0\0\x1C\0\0\0"
                                                      "\xFE\xFF\0\xE0\x0C\0\0\0\x08\0\x50\x11UI\4\0"
                                                      "1.2\0\xFE\xFF\0\xE0\0\0\0\0",
                                                      40));
}

TEST(DicomWrite, AValueThatItsVrCannotHoldIsRefused) {
  DicomDataset dataset;
  dataset.put({{0x0008, 0x103E}, {'L', 'O'}, std::string(70000, 'x'), {}});
  try {
    encode_dataset(dataset, "out.dcm");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(sentence(error.finding()),
              "out.dcm: the value of (0008,103E) has 70000 bytes; VR LO holds at most 65534.");
  }
}

TEST(DicomWrite, TheSameValueGivesTheSameBytes) {
  const test::ScratchFolder folder;
  write_dicom(folder / "a.dcm", test::mr_slice(small_sample(), 1));
  write_dicom(folder / "b.dcm", test::mr_slice(small_sample(), 1));
  EXPECT_EQ(read_file(folder / "a.dcm"), read_file(folder / "b.dcm"));
}

class TransferSyntaxes : public ::testing::TestWithParam<const char*> {};

TEST_P(TransferSyntaxes, DcmtkReadsBackTheSamePixelsAndTheStatedSyntax) {
  const test::ScratchFolder folder;
  write_dicom(folder / "plain.dcm", test::mr_slice(small_sample(), 1));
  write_dicom(folder / "coded.dcm", test::mr_slice(small_sample(), 1), GetParam());
  const auto meta = test::run_program({"dcmdump", "-Un", "+P", "0002,0010", (folder / "coded.dcm").string()});
  if (meta.exit_code == 127) GTEST_SKIP() << "needs dcmdump (package dcmtk)";
  EXPECT_NE(meta.output.find("[" + std::string(GetParam()) + "]"), std::string::npos) << meta.output;
  const std::string plain = (folder / "decoded.dcm").string();
  for (const char* program : {"dcmdjpeg", "dcmdjpls", "dcmdrle", "dcmconv"}) {
    const auto result = test::run_program({program, "+te", (folder / "coded.dcm").string(), plain});
    if (result.exit_code == 0) break;
  }
  ASSERT_TRUE(std::filesystem::exists(plain));
  EXPECT_EQ(dumped_pixels(plain), dumped_pixels(folder / "plain.dcm"));
  EXPECT_GT(dumped_pixels(plain).size(), 100u);
}

TEST_P(TransferSyntaxes, OurOwnReaderReadsBackTheSamePixels) {
  const test::ScratchFolder folder;
  const DicomDataset written = test::mr_slice(small_sample(), 1);
  write_dicom(folder / "coded.dcm", written, GetParam());
  const DicomHeader header = read_dicom_header(folder / "coded.dcm", "coded.dcm");
  EXPECT_EQ(header.transfer_syntax, GetParam());
  const auto pixels = read_stored_pixels(folder / "coded.dcm", header, "coded.dcm");
  EXPECT_EQ(std::string(pixels.begin(), pixels.end()), written.find(tag::PixelData)->bytes);
}

TEST_P(TransferSyntaxes, SignedValuesKeepTheirSign) {
  MrSample sample = small_sample();
  sample.is_signed = true;
  sample.bits_stored = 16;
  sample.stored = [](int i, int j, int k) { return 40 * (i - 3) * (j + 1) - 7 * k; };
  const test::ScratchFolder folder;
  write_dicom(folder / "coded.dcm", test::mr_slice(sample, 1), GetParam());
  const DicomHeader header = read_dicom_header(folder / "coded.dcm", "coded.dcm");
  const auto values = read_frames_as_float(folder / "coded.dcm", header, "coded.dcm");
  ASSERT_EQ(values.size(), 24u);
  EXPECT_EQ(values[0], -127);
  EXPECT_EQ(values[23], 313);
}

INSTANTIATE_TEST_SUITE_P(All, TransferSyntaxes,
                         ::testing::Values("1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2",
                                           "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5",
                                           "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80"));

TEST(DicomWrite, AnUnknownTransferSyntaxIsRefusedAndLeavesNoFile) {
  const test::ScratchFolder folder;
  try {
    write_dicom(folder / "x.dcm", test::mr_slice(small_sample(), 0), "1.2.3");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(sentence(error.finding()),
              "x.dcm: cannot be encoded in the transfer syntax 1.2.3; it is not one that lobule writes.");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(DicomWrite, AFileThatCannotBeWrittenIsSaidWithTheReasonOfTheSystem) {
  const test::ScratchFolder folder;
  write_file(folder / "taken", "a file");
  try {
    write_dicom(folder / "taken" / "x.dcm", test::mr_slice(small_sample(), 0));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(sentence(error.finding()).find("Not a directory"), std::string::npos);
  }
}

TEST(DicomWrite, AnEnhancedObjectReadsBackFrameByFrame) {
  const test::ScratchFolder folder;
  MrSample second = small_sample();
  second.stored = [](int i, int, int) { return 1000 + i; };
  test::write_enhanced_mr(folder / "e.dcm", {small_sample(), second});
  const DicomHeader header = read_dicom_header(folder / "e.dcm", "e.dcm");
  const auto values = read_frames_as_float(folder / "e.dcm", header, "e.dcm", 1, 2);
  ASSERT_EQ(values.size(), 48u);
  EXPECT_EQ(values[7], 111);    // frame 2: slice 1 of the first volume, row 1, column 1
  EXPECT_EQ(values[25], 1001);  // frame 3: slice 0 of the second
}

TEST(DicomWrite, SyntheticSlicesAreValidMrImages) {
  const test::ScratchFolder folder;
  write_dicom(folder / "mr.dcm", test::mr_slice(small_sample(), 0));
  const auto result = test::run_program({"dciodvfy", (folder / "mr.dcm").string()});
  if (result.exit_code == 127) GTEST_SKIP() << "needs dciodvfy (package dicom3tools)";
  EXPECT_EQ(result.output.find("Error"), std::string::npos) << result.output;
}

}  // namespace
}  // namespace lobule::io
