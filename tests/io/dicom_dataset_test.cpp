#include "io/dicom_dataset.h"

#include <gtest/gtest.h>

#include "io/dicom_tags.h"
#include "io/dicom_text.h"

namespace lobule::io {
namespace {

DicomDataset with(Tag tag, const char (&vr)[3], const std::string& bytes) {
  DicomDataset dataset;
  dataset.put({tag, {vr[0], vr[1]}, bytes, {}});
  return dataset;
}

TEST(DicomDataset, NumbersThatAreNoneNeverComeOut) {
  for (const char* bad : {"nan", "inf", "1e400", "1,5\\2,5", "abc", "1\\x", "1.5mm"})
    EXPECT_TRUE(with(tag::PixelSpacing, "DS", bad).numbers(tag::PixelSpacing).empty()) << bad;
  EXPECT_TRUE(with(tag::InstanceNumber, "IS", "99999999999").numbers(tag::InstanceNumber).empty());
  const float not_finite = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(with(tag::EchoTime, "FL", std::string(reinterpret_cast<const char*>(&not_finite), 4))
                   .number(tag::EchoTime));
}

TEST(DicomDataset, DecimalStringsMayHaveBlanksSignsAndExponents) {
  EXPECT_EQ(with(tag::PixelSpacing, "DS", " +1.5 \\-2e1 ").numbers(tag::PixelSpacing),
            (std::vector<double>{1.5, -20}));
}

TEST(DicomDataset, ANumberOfAnUnknownElementIsReadFromItsDigitsOnly) {
  EXPECT_EQ(with({0x0019, 0x100C}, "UN", "800 ").integer({0x0019, 0x100C}), 800);
  EXPECT_FALSE(with({0x0019, 0x100C}, "UN", std::string("\x20\3\0\0", 4)).number({0x0019, 0x100C}));
}

TEST(DicomDataset, BinaryNumbersReadBackAsTheyWerePut) {
  DicomDataset dataset;
  for (const auto& [vr, value] :
       {std::pair{"US", 65535.0}, {"SS", -3.0}, {"UL", 4e9}, {"SL", -2e9}, {"FL", 0.5}, {"FD", 0.1}}) {
    const char code[3] = {vr[0], vr[1], 0};
    dataset.put_numbers({0x0009, 0x1001}, code, {value, 1});
    EXPECT_EQ(dataset.numbers({0x0009, 0x1001}), (std::vector<double>{value, 1})) << vr;
  }
}

TEST(DicomDataset, DecimalStringsArePutWithAtMostSixteenCharacters) {
  DicomDataset dataset;
  for (const double value : {1.0 / 3, -123456.789012345, 1.2345678901234567e-200, -1e300}) {
    dataset.put_number(tag::PixelSpacing, "DS", value);
    EXPECT_LE(dataset.text(tag::PixelSpacing).size(), 16u);
    EXPECT_NEAR(*dataset.number(tag::PixelSpacing) / value, 1, 1e-8);
  }
}

TEST(DicomDataset, PrivateElementsAreFoundByTheirCreatorWhateverItsBlock) {
  DicomDataset dataset = with({0x0019, 0x0012}, "LO", "SIEMENS MR HEADER ");
  EXPECT_EQ(dataset.private_tag(0x0019, "SIEMENS MR HEADER", 0x0C), (Tag{0x0019, 0x120C}));
  EXPECT_FALSE(dataset.private_tag(0x0019, "GEMS_ACQU_01", 0x0C));
}

TEST(DicomDataset, ElementsStayInTagOrderWhateverTheOrderOfPutting) {
  DicomDataset dataset;
  dataset.put_text({0x0020, 0x0013}, "IS", "1");
  dataset.put_text({0x0008, 0x0060}, "CS", "MR");
  dataset.put_text({0x0020, 0x0013}, "IS", "2");
  ASSERT_EQ(dataset.elements().size(), 2u);
  EXPECT_EQ(dataset.elements()[0].tag, (Tag{0x0008, 0x0060}));
  EXPECT_EQ(dataset.text({0x0020, 0x0013}), "2");
}

TEST(DicomText, TheNamesOfTheStandardsExamplesBecomeUtf8) {  // PS3.5 annexes H, I, J
  EXPECT_EQ(utf8_from_dicom("\xC4neas^R\xFC"
                            "diger",
                            "ISO_IR 100"),
            "Äneas^Rüdiger");
  EXPECT_EQ(
      utf8_from_dicom("Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
                      "\\ISO 2022 IR 87"),
      "Yamada^Tarou=山田^太郎=やまだ^たろう");
  EXPECT_EQ(utf8_from_dicom("\xD4\xCF\xC0\xDE^\xC0\xDB\xB3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J",
                            "ISO 2022 IR 13\\ISO 2022 IR 87"),
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎");
  EXPECT_EQ(utf8_from_dicom("Hong^Gildong=\x1b$)C\xFB\xF3^\x1b$)C\xD1\xCE\xD4\xD7", "\\ISO 2022 IR 149"),
            "Hong^Gildong=洪^吉洞");
  EXPECT_EQ(utf8_from_dicom("Wang^XiaoDong=\xCD\xF5^\xD0\xA1\xB6\xAB", "GB18030"), "Wang^XiaoDong=王^小东");
  EXPECT_EQ(utf8_from_dicom("\xC3\x84neas", "ISO_IR 192"), "Äneas");
}

TEST(DicomText, UndecodableBytesBecomeTheReplacementCharacter) {
  EXPECT_EQ(utf8_from_dicom("a\xFF"
                            "b",
                            "ISO_IR 192"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(utf8_from_dicom("M\xFC"
                            "ller",
                            ""),
            "M\xEF\xBF\xBDller");
  EXPECT_EQ(utf8_from_dicom("Müller", ""), "Müller");
}

TEST(DicomText, ABackslashInsideADoubleByteCharacterSeparatesNothing) {
  DicomDataset dataset = with(tag::SpecificCharacterSet, "CS", "GB18030 ");
  dataset.put({tag::SeriesDescription, {'L', 'O'}, "\x81\x5C\\b", {}});  // one character, then a separator
  const auto texts = dataset.texts(tag::SeriesDescription);
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_EQ(texts[1], "b");
}

TEST(DicomText, AnItemWithoutCharacterSetHasThatOfItsDataSet) {
  DicomDataset item = with({0x0008, 0x0104}, "LO", "Br\xFCste");
  item.inherit_character_sets("ISO_IR 100");
  EXPECT_EQ(item.text({0x0008, 0x0104}), "Brüste");
}

}  // namespace
}  // namespace lobule::io
