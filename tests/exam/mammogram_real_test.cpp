// Real mammograms in one form: film of three digitisers and of MIAS, digital images of several vendors. What
// is counted here stands in docs/methods/density.md.

#include <gtest/gtest.h>

#include <map>

#include "core/table.h"
#include "exam/mammogram_picture.h"
#include "io/dicom_pixels.h"
#include "io/files.h"
#include "io/picture_read.h"
#include "measure/mammogram_domain.h"
#include "support/test_support.h"

namespace lobule::exam {
namespace {

struct Count {
  int images = 0, chest = 0, polarity = 0, view = 0, warned = 0, refused = 0;
};

std::string stem_of(const std::string& name) {
  const std::string last = name.substr(name.find_last_of("/:") + 1);
  return last.substr(0, last.rfind('.'));
}

// Rows by the stem of the file that a column names.
std::map<std::string, std::size_t> rows_of(const Table& table, const std::string& column) {
  std::map<std::string, std::size_t> rows;
  for (std::size_t r = 0; r < table.rows.size(); ++r) rows[stem_of(table.cell(r, column))] = r;
  return rows;
}

std::vector<io::InputFile> files_in(const std::vector<std::filesystem::path>& roots,
                                    const test::ScratchFolder& scratch) {
  const Context context;
  return io::collect_inputs(roots, scratch.path(), {}, context.cancellation).files;
}

// Counts what is right of each file that a table has a row for. `inverted` and `view` say what the row means.
template <class Inverted, class View>
Count count(const std::vector<io::InputFile>& files, const Table& table, const std::string& column,
            const Inverted& inverted, const View& view) {
  const auto rows = rows_of(table, column);
  Count counted;
  for (const io::InputFile& file : files) {
    const auto row = rows.find(stem_of(file.name));
    if (row == rows.end() || file.name.find("labels") != std::string::npos) continue;
    // Under a name that says nothing.
    const MammogramPicture picture = read_mammogram_picture({file.path, "picture"});
    ++counted.images;
    counted.polarity += picture.turned_over == inverted(row->second) ? 1 : 0;
    counted.chest +=
        picture.breast.found && picture.mirrored == (table.cell(row->second, "chest_side") == "right") ? 1
                                                                                                       : 0;
    counted.refused += measure::mammogram_domain(picture.breast).inside() ? 0 : 1;
    counted.view += picture.view == view(row->second) ? 1 : 0;
    for (const Finding& finding : picture.findings)
      if (finding.severity == Severity::warning) {
        ++counted.warned;
        break;
      }
  }
  return counted;
}

TEST(MammogramReal, FilmOfThreeDigitisers) {
  LOBULE_NEEDS_DATA(folder, "ddsm_tissue");
  const test::ScratchFolder scratch;
  const Table table = from_csv(io::read_file(folder / "cases.csv"), "cases.csv");
  const Count counted = count(
      files_in({folder / "ddsm_tissue.tar"}, scratch), table, "image", [](std::size_t) { return false; },
      [](std::size_t) { return "MLO"; });
  EXPECT_EQ(counted.images, 66);
  EXPECT_EQ(counted.chest, 66);
  EXPECT_EQ(counted.polarity, 66);
  EXPECT_EQ(counted.view, 66);
  EXPECT_EQ(counted.warned, 0);
  EXPECT_EQ(counted.refused, 0);
}

Count count_mias(const std::filesystem::path& folder, const std::vector<std::string>& archives) {
  const test::ScratchFolder scratch;
  const Table table = from_csv(io::read_file(folder / "labels.csv"), "labels.csv");
  std::vector<std::filesystem::path> roots;
  for (const std::string& archive : archives) roots.push_back(folder / archive);
  return count(
      files_in(roots, scratch), table, "file", [](std::size_t) { return false; },
      [](std::size_t) { return "MLO"; });
}

TEST(MammogramReal, FilmOfMias) {
  LOBULE_NEEDS_DATA(folder, "mini_mias");
  const Count counted = count_mias(folder, {"mini_mias_512.tar"});
  EXPECT_EQ(counted.images, 48);
  EXPECT_EQ(counted.chest, 48);
  EXPECT_EQ(counted.polarity, 48);
  EXPECT_EQ(counted.view, 48);
  EXPECT_EQ(counted.warned, 0);
  EXPECT_EQ(counted.refused, 0);
}

// A minute and a half; run it with --gtest_also_run_disabled_tests.
TEST(MammogramReal, DISABLED_FilmOfMiasInFull) {
  LOBULE_NEEDS_DATA(folder, "mini_mias");
  const Count counted = count_mias(folder, {"mini_mias_1024.tar", "mini_mias_512.tar"});
  EXPECT_EQ(counted.images, 322);
  EXPECT_EQ(counted.chest, 321) << "mdb151 is clipped by its frame on both sides, and warned about";
  EXPECT_EQ(counted.polarity, 322);
  EXPECT_EQ(counted.view, 319);
  EXPECT_EQ(counted.warned, 2);
  EXPECT_EQ(counted.refused, 1) << "mdb057, whose muscle somebody painted out";
}

TEST(MammogramReal, DigitalImagesOfSeveralVendors) {
  LOBULE_NEEDS_DATA(folder, "mammogram_16bit");
  const test::ScratchFolder scratch;
  const Table table = from_csv(io::read_file(folder / "labels.csv"), "labels.csv");
  const Count counted = count(
      files_in({folder / "half"}, scratch), table, "file",
      [&](std::size_t row) { return table.cell(row, "photometric") == "MONOCHROME1"; },
      [&](std::size_t row) {
        // The outline tells oblique views from others, no more.
        return table.cell(row, "view") == "MLO" ? "MLO" : "CC";
      });
  EXPECT_EQ(counted.images, 15);
  EXPECT_EQ(counted.chest, 15);
  EXPECT_EQ(counted.polarity, 15);
  EXPECT_EQ(counted.view, 15);
  EXPECT_EQ(counted.warned, 0);
  EXPECT_EQ(counted.refused, 0);
}

// The pixels of a DICOM object or a picture, whatever its header says; of colours the first channel.
Image<float> bare_pixels(const std::filesystem::path& path) {
  Image<float> image;
  const std::string bytes = io::read_file(path);
  const std::span<const std::uint8_t> span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (io::is_picture(span)) {
    const io::PictureValues picture = io::read_picture(span, "picture");
    image.grid.size = {picture.width, picture.height, 1};
    image.voxels = io::grey(picture);
    return image;
  }
  const io::DicomHeader header = io::read_dicom_header(path, "image");
  const io::PixelFormat format = io::pixel_format(header, "image");
  image.grid.size = {format.columns, format.rows, 1};
  if (format.samples_per_pixel == 1) {
    image.voxels = io::read_frames_as_float(path, header, "image", 0, 1);
    return image;
  }
  const std::vector<std::uint8_t> stored = io::read_stored_pixels(path, header, "image", 0, 1);
  const auto samples = static_cast<std::size_t>(format.samples_per_pixel);
  for (std::size_t i = 0; i < image.grid.voxel_count(); ++i) image.voxels.push_back(stored[i * samples]);
  return image;
}

TEST(MammogramReal, OtherPicturesAreRefusedByTheirPixelsAlone) {
  LOBULE_NEEDS_DATA(samples, "dicom_samples");
  LOBULE_NEEDS_DATA(photographs, "pretrained/images");
  std::vector<std::filesystem::path> paths;
  for (const char* name :
       {"derived/dx_mono1_baseline50.dcm", "derived/dx_mono1_j2k_lossy91.dcm", "derived/dx_mono1_jpll70.dcm",
        "derived/dx_mono1_rle.dcm", "us/us_philips_ob_palette_rle_regions.dcm",
        "us/us_philips_palette_rle_regions.dcm", "us/us_sonosite_30frames_jpeg_ybr422_regions.dcm",
        "mg/mg_siemens_stereo_overlay_out_of_bounds.dcm", "mg/dbt_hologic_bto_4frames_j2k.dcm",
        "ts/CT_small.dcm", "ts/MR_small.dcm", "seg/ct23x38x3/IMG0001.dcm", "seg/ct23x38x3/IMG0002.dcm"})
    paths.push_back(samples / name);
  for (const auto& entry : std::filesystem::directory_iterator(photographs)) paths.push_back(entry.path());
  for (const std::filesystem::path& path : paths) {
    const MammogramPicture picture = standard_mammogram(bare_pixels(path), false, "picture");
    EXPECT_FALSE(measure::mammogram_domain(picture.breast).inside()) << path;
  }
}

}  // namespace
}  // namespace lobule::exam
