#include "pipeline/info.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "core/table.h"
#include "io/dicom_tags.h"
#include "io/dicom_write.h"
#include "io/files.h"
#include "support/dicom_samples.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {

TEST(Info, AnMrImageIsDescribedInWordsWithoutItsPatient) {
  const test::ScratchFolder folder;
  test::MrSample sample;
  sample.grid.size = {6, 4, 1};
  sample.grid.spacing_mm = {1.5, 2, 3};
  sample.stored = [](int i, int j, int) { return 10 * j + i; };
  const std::string file = test::write_mr_series(folder.path(), sample).front().string();
  const std::string text = info_text(describe_files({file}, {}));
  EXPECT_EQ(text,
            file +
                "\n  MR image (modality MR), 6×4 pixels, one frame\n"
                "  16 bits a sample, 12 of them used, unsigned, MONOCHROME2\n"
                "  transfer syntax Explicit VR Little Endian\n"
                "  series 1 \"t1_fl3d_tra\", image 1\n"
                "  axial, pixels of 1.5×2 mm, slices 3 mm thick, first pixel at (0.0, 0.0, 0.0) mm LPS\n");
  EXPECT_EQ(text.find("Sample^Synthetic"), std::string::npos);
  EXPECT_EQ(text.find("LOBULE-TEST"), std::string::npos);
}

TEST(Info, TheJsonListHasItsKeysInOrderAndNullsWhereThereIsNothing) {
  const test::ScratchFolder folder;
  io::write_file(folder / "letter.dcm", "Dear colleague, this is no image.");
  const auto list =
      nlohmann::ordered_json::parse(info_json(describe_files({(folder / "letter.dcm").string()}, {})));
  ASSERT_EQ(list.size(), 1u);
  std::vector<std::string> keys;
  for (const auto& [key, value] : list[0].items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"file", "status", "reason", "sop_class", "modality",
                                            "transfer_syntax", "rows", "columns", "frames", "bits_allocated",
                                            "bits_stored", "signed", "photometric", "pixel_sha256"}));
  EXPECT_EQ(list[0]["status"], "refused");
  EXPECT_EQ(list[0]["reason"], "not DICOM (no DICM at byte 128, and the bytes do not begin a data set).");
  EXPECT_TRUE(list[0]["rows"].is_null());
}

TEST(Info, AFileThatIsMissingIsAnEntryLikeAnyOther) {
  const auto files = describe_files({"/nowhere/a.dcm"}, {});
  ASSERT_EQ(files.size(), 1u);
  EXPECT_TRUE(files[0].refused);
  EXPECT_EQ(files[0].reason, "does not exist. Check the path.");
}

TEST(Info, TextInPlaceOfGeometryIsRefused) {
  const test::ScratchFolder folder;
  io::DicomDataset dataset;
  dataset.put_text(io::tag::SOPClassUID, "UI", "1.2.840.10008.5.1.4.1.1.4");
  dataset.put_text(io::tag::SOPInstanceUID, "UI", "1.2");
  dataset.put_text(io::tag::PixelSpacing, "DS", "nan\\inf");
  io::write_dicom(folder / "a.dcm", dataset);
  const auto files = describe_files({(folder / "a.dcm").string()}, {});
  EXPECT_EQ(files[0].reason,
            "the element (0028,0030) holds no number; the image cannot be placed without it.");
}

// Every object of the samples, as their manifest says: read to the stated pixels, or refused.
TEST(Info, TheSamplesReadAsTheirManifestSays) {
  LOBULE_NEEDS_DATA(folder, "dicom_samples/manifest.csv");
  const std::filesystem::path base = folder.parent_path();
  const Table manifest = from_csv(io::read_file(folder), "manifest.csv");
  std::vector<std::string> names{(base / "large.tar.xz").string()};
  for (std::size_t r = 0; r < manifest.rows.size(); ++r)
    if (!manifest.cell(r, "file").starts_with("large.tar.xz:"))
      names.push_back((base / manifest.cell(r, "file")).string());
  std::map<std::string, FileInfo> found;
  for (const FileInfo& info : describe_files(names, {}))
    found[info.file.substr(base.string().size() + 1)] = info;
  ASSERT_EQ(manifest.rows.size(), 229u);
  std::size_t twins = 0;
  for (std::size_t r = 0; r < manifest.rows.size(); ++r) {
    const auto cell = [&](const char* column) { return manifest.cell(r, column); };
    ASSERT_TRUE(found.contains(cell("file"))) << cell("file");
    const FileInfo& info = found[cell("file")];
    EXPECT_EQ(info.refused, cell("expected").starts_with("refused")) << cell("file") << ": " << info.reason;
    if (info.refused) {
      EXPECT_FALSE(info.reason.empty()) << cell("file");
      continue;
    }
    if (!cell("pixel_sha256").empty()) {
      EXPECT_EQ(info.pixel_sha256.value_or(""), cell("pixel_sha256")) << cell("file");
      EXPECT_EQ(std::to_string(info.rows.value_or(0)), cell("rows")) << cell("file");
      EXPECT_EQ(std::to_string(info.columns.value_or(0)), cell("cols")) << cell("file");
      EXPECT_EQ(std::to_string(info.frames.value_or(0)), cell("frames")) << cell("file");
      EXPECT_EQ(info.photometric.value_or(""), cell("photometric")) << cell("file");
    }
    if (!cell("twin").empty()) {
      ++twins;
      EXPECT_TRUE(info.pixel_sha256) << cell("file");
      EXPECT_EQ(info.pixel_sha256, found[cell("twin")].pixel_sha256) << cell("file");
    }
  }
  EXPECT_EQ(twins, 55u);
}

}  // namespace
}  // namespace lobule::pipeline
