// How much memory a file may claim: docs/formats/dicom-reading.md, "Limits".
#include <gtest/gtest.h>

#include <fstream>

#include "io/dicom_pixels.h"
#include "io/dicom_read.h"
#include "io/files.h"
#include "io/inputs.h"
#include "io/nifti.h"
#include "io/nifti_format.h"
#include "io/safetensors.h"
#include "io/torch_checkpoint.h"
#include "raw_dicom.h"
#include "support/test_support.h"
#include "support/torch_files.h"

namespace lobule::io {
namespace {
using test::RawDicom;

std::uint64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::uint64_t kib = 0;
  while (status >> word)
    if (word == "VmHWM:") status >> kib;
  return kib << 10;
}

// By how many bytes the process grows at most while `action` runs, whatever it refuses.
template <class Action>
std::uint64_t growth(const Action& action) {
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew (proc(5))
  const std::uint64_t before = peak_bytes();
  try {
    action();
  } catch (const Error&) {
    // A refusal is what most of these files deserve.
  }
  return peak_bytes() - before;
}

// What a first call needs besides: code pages, tables, a thread's stack.
constexpr std::uint64_t kOverhead = 4 << 20;

std::uint64_t growth_of_reading(const RawDicom& raw) {
  return growth([&] {
    const DicomHeader header = read_dicom_header(raw.span(), "a.dcm");
    if (header.pixels.present()) read_stored_pixels(raw.span(), header, "a.dcm");
  });
}

class Allocation : public ::testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers take memory of their own";
#endif
    if (!std::ofstream("/proc/self/clear_refs")) GTEST_SKIP() << "needs /proc/self/clear_refs";
  }
};

TEST_F(Allocation, TinyFilesThatClaimGigabytesTakeNearlyNothing) {
  const RawDicom native = RawDicom::file().image(40000, 40000, 16, 12).element(0x7FE0, 0x0010, "OW", "ab");
  EXPECT_LT(growth_of_reading(native), kOverhead);
  const RawDicom many = RawDicom::file().image(8, 8, 8, 8, "2147483647").element(0x7FE0, 0x0010, "OB", "ab");
  EXPECT_LT(growth_of_reading(many), kOverhead);
  for (const char* syntax : {"1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80",
                             "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.8.1"}) {
    RawDicom coded = RawDicom::file(syntax).image(40000, 40000, 8, 8).head(0x7FE0, 0x0010, "OB", 0xFFFFFFFF);
    coded.item(0xE000, 0).item(0xE000, 4).raw("\xFF\xD8\xFF\xFF").item(0xE0DD, 0);
    EXPECT_LT(growth_of_reading(coded), kOverhead) << syntax;
  }
  EXPECT_LT(growth_of_reading(RawDicom::file().head(0x0009, 0x1010, "UN", 0xFFFFFFF0).raw("abcd")),
            kOverhead);
  EXPECT_LT(
      growth_of_reading(RawDicom::file().head(0x0008, 0x1140, "SQ", 0xFFFFFFF0).item(0xE000, 0xFFFFFFF0)),
      kOverhead);
}

TEST_F(Allocation, AHeaderTakesAtMostThirtyTwoTimesItsBytes) {
  RawDicom elements = RawDicom::file();
  for (int group = 9; group < 9 + 2 * 20; group += 2)
    for (int number = 0x1000; number < 0x1000 + 5000; ++number)
      elements.head(static_cast<std::uint16_t>(group), static_cast<std::uint16_t>(number), "LO", 0);
  const std::uint64_t grown = growth_of_reading(elements);
  EXPECT_LT(grown, 32 * elements.bytes().size() + kOverhead);
  EXPECT_GT(grown, 4 * elements.bytes().size()) << "the measure sees nothing";

  RawDicom items = RawDicom::file();
  items.head(0x0008, 0x1140, "SQ", 0xFFFFFFFF);
  for (int i = 0; i < 100000; ++i) items.item(0xE000, 0);
  items.item(0xE0DD, 0);
  EXPECT_LT(growth_of_reading(items), 32 * items.bytes().size() + kOverhead);
}

TEST_F(Allocation, ANiftiTakesAMultipleOfItsBytesWhateverItsHeaderClaims) {
  const test::ScratchFolder folder;
  Grid grid;
  grid.size = {4, 4, 4};
  const Image<std::int16_t> image(grid);
  write_nifti(folder / "a.nii", image);
  std::string bytes = read_file(folder / "a.nii");
  for (int axis = 1; axis <= 3; ++axis) bytes.replace(nifti::kDim + 2 * axis, 2, "\xFF\x7F");  // 32767
  const auto read = [](const std::string& text) {
    return growth([&] {
      read_nifti({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "a.nii");
    });
  };
  EXPECT_LT(read(bytes), kOverhead);
  write_file(folder / "b.nii", bytes);
  ASSERT_EQ(test::run_program({"gzip", "-n", (folder / "b.nii").string()}).exit_code, 0);
  EXPECT_LT(read(read_file(folder / "b.nii.gz")), kOverhead);
}

// The multiples of docs/formats/models.md.
TEST_F(Allocation, SafetensorsTakeAtMostSixteenTimesTheirBytes) {
  const auto grows = [](const std::string& header, const std::string& data) {
    const std::string file = test::le(static_cast<std::uint64_t>(header.size())) + header + data;
    const std::uint64_t used = growth([&] { parse_safetensors(file, "w"); });
    EXPECT_LT(used, 16 * file.size() + kOverhead);
  };
  std::string metadata = R"({"__metadata__":{"":"")",
              empty = R"({"":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  for (int i = 0; i < 200'000; ++i) {
    metadata += ",\"" + std::to_string(i) + R"(":"")";
    empty += ",\"" + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  }
  grows(metadata + "}}", "");
  grows(empty + "}", "");
  grows(R"({"a":{"dtype":"BOOL","shape":[8000000],"data_offsets":[0,8000000]}})",
        std::string(8'000'000, '\1'));
  grows(std::string(8'000'000, '['), "");
}

TEST_F(Allocation, PicklesTakeAtMost128TimesTheirBytes) {
  const auto grows = [](const std::string& object) {
    const std::string file = test::torch_legacy(object, {}, {});
    const std::uint64_t used = growth([&] { parse_torch_checkpoint(file, "w"); });
    EXPECT_LT(used, 128 * file.size() + kOverhead);
  };
  grows(std::string(1'900'000, ')'));
  grows("N" + std::string(1'000'000, '\x85'));
  grows(")" + std::string(4'000'000, '\x94'));
  grows(std::string(8'000'000, '('));
}

}  // namespace
}  // namespace lobule::io
