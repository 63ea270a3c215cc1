#include <gtest/gtest.h>

#include "exam/b_value.h"
#include "exam/csa_header.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {

using io::DicomDataset;

DicomDataset with_private(std::uint16_t group, const char* creator, std::uint16_t element,
                          const char (&vr)[3], const std::vector<double>& values) {
  DicomDataset d;
  d.put_text({group, 0x0010}, "LO", creator);
  d.put_numbers({group, static_cast<std::uint16_t>(0x1000 + element)}, vr, values);
  return d;
}

std::string little_endian(std::uint32_t value) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> 8 * i & 0xFF);
  return bytes;
}

// A CSA2 table with one entry of one item.
std::string csa2(std::string name, std::string value) {
  const auto n = static_cast<std::uint32_t>(value.size());
  name.resize(64, '\0');
  value.resize((n + 3) / 4 * 4, '\0');
  return "SV10" + little_endian(0x01020304) + little_endian(1) + little_endian(77) + name + little_endian(1) +
         std::string("IS\0\0", 4) + little_endian(6) + little_endian(1) + little_endian(77) +
         little_endian(n) + little_endian(n) + little_endian(77) + little_endian(n) + value;
}

DicomIndex index_of(std::vector<DicomDataset> headers) {
  DicomIndex index;
  for (DicomDataset& header : headers) index.entries.emplace_back().header.dataset = std::move(header);
  return index;
}

TEST(BValue, SequenceNamesOfSiemensNameTheirBValues) {
  EXPECT_EQ(b_values_in_sequence_name("*ep_b50t"), std::vector<double>{50});
  EXPECT_EQ(b_values_in_sequence_name("*ep_b1000#3"), std::vector<double>{1000});
  EXPECT_EQ(b_values_in_sequence_name("ep_b0"), std::vector<double>{0});
  EXPECT_EQ(b_values_in_sequence_name("*ep_b50_800"), (std::vector<double>{50, 800}));
  EXPECT_TRUE(b_values_in_sequence_name("*tfl_b1map").empty());
  EXPECT_TRUE(b_values_in_sequence_name("*tse2d1_15").empty());
  EXPECT_TRUE(b_values_in_sequence_name("").empty());
}

TEST(BValue, EachVendorsTagIsReadAndNamed) {
  const auto said = [](const DicomDataset& d) {
    const auto b = b_value(d);
    return b ? std::to_string(static_cast<int>(b->s_per_mm2)) + " from " + b->source : "none";
  };
  DicomDataset standard;
  standard.put_number(io::tag::DiffusionBValue, "FD", 800);
  EXPECT_EQ(said(standard), "800 from (0018,9087) 800");
  EXPECT_EQ(said(with_private(0x0019, "SIEMENS MR HEADER", 0x0C, "IS", {1000})),
            "1000 from (0019,100C) Siemens 1000");
  EXPECT_EQ(said(with_private(0x0043, "GEMS_PARM_01", 0x39, "IS", {1000000800, 8, 0, 0})),
            "800 from (0043,1039) GE 1000000800: b 800");
  EXPECT_EQ(said(with_private(0x2001, "Philips Imaging DD 001", 0x03, "FL", {600})),
            "600 from (2001,1003) Philips 600");
  EXPECT_EQ(said(with_private(0x0065, "Image Private Header", 0x09, "FD", {400})),
            "400 from (0065,1009) UIH 400");
  DicomDataset siemens;
  siemens.put_text(io::tag::SequenceName, "SH", "*ep_b400t");
  EXPECT_EQ(said(siemens), "400 from (0018,0024) SequenceName *ep_b400t");
  EXPECT_EQ(said(with_private(0x0019, "SOMEBODY ELSE", 0x0C, "IS", {1000})), "none");
  EXPECT_EQ(said({}), "none");
}

TEST(BValue, CsaHeaderIsReadAndDamageEndsItQuietly) {
  const std::string bytes = csa2("B_value", "1000");
  EXPECT_EQ(csa_values(bytes, "B_value"), std::vector<std::string>{"1000"});
  EXPECT_TRUE(csa_values(bytes, "Other").empty());
  for (std::size_t n = 0; n < bytes.size() - 4; ++n)
    EXPECT_TRUE(csa_values(bytes.substr(0, n), "B_value").empty()) << n;
  DicomDataset d;
  d.put_text({0x0029, 0x0010}, "LO", "SIEMENS CSA HEADER");
  d.put({.tag = {0x0029, 0x1010}, .vr = {'O', 'B'}, .bytes = bytes, .items = {}});
  EXPECT_EQ(b_value(d)->source, "(0029,1010) Siemens CSA B_value 1000");
}

TEST(BValue, DerivedMapThatNamesARangeHasNone) {
  DicomDataset adc;
  adc.put_text(io::tag::SequenceName, "SH", "*ep_b50_800");
  EXPECT_FALSE(b_value(adc).has_value());
}

TEST(BValue, EveryFrameOfAnEnhancedObjectHasItsOwn) {
  const auto frame = [](double b) {
    DicomDataset diffusion, item;
    diffusion.put_number(io::tag::DiffusionBValue, "FD", b);
    item.put_items({0x0018, 0x9117}, {diffusion});
    return item;
  };
  DicomDataset d;
  d.put_items(io::tag::PerFrameFunctionalGroupsSequence, {frame(0), frame(800)});
  EXPECT_EQ(b_value(d, 0)->s_per_mm2, 0);
  EXPECT_EQ(b_value(d, 1)->s_per_mm2, 800);
  EXPECT_FALSE(b_value(d, 2).has_value());
}

TEST(BValue, ZerosOfASeriesWithoutDiffusionDoNotCount) {
  const auto ge = [](double b) { return with_private(0x0043, "GEMS_PARM_01", 0x39, "IS", {b, 0, 0, 0}); };
  const std::vector<FrameRef> images{{0, 0}, {1, 0}};
  EXPECT_FALSE(b_values_of(index_of({ge(0), ge(0)}), images)[0].has_value());
  EXPECT_EQ(b_values_of(index_of({ge(0), ge(700)}), images)[0]->s_per_mm2, 0);
}

}  // namespace
}  // namespace lobule::exam
