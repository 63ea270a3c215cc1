// A mammogram that was not simulated but drawn, as each unit writes it.

#include <gtest/gtest.h>

#include "core/text.h"
#include "exam/mammogram_header.h"
#include "io/dicom_pixels.h"
#include "io/dicom_read.h"
#include "io/dicom_tags.h"
#include "io/files.h"
#include "pipeline/phantom_headers.h"
#include "pipeline/phantom_mammogram.h"
#include "pipeline/phantom_truth.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {

namespace fs = std::filesystem;
namespace tag = io::tag;
using phantom::BreastSide;
using phantom::MammogramView;

// A half disc of tissue at the chest wall, one dense pixel in it; the breast lies 1.1 times nearer the tube
// than the detector.
phantom::Mammogram drawn(BreastSide side, MammogramView view) {
  Grid grid;
  grid.size = {40, 60, 1};
  grid.spacing_mm = {0.1, 0.1, 1};
  phantom::Mammogram m;
  m.side = side, m.view = view;
  m.raw = Image<float>(grid, 1000.0f);
  m.presentation = Image<float>(grid, 0.0f);
  m.labels = Mask(grid, 0);
  int pixels = 0;
  for (int j = 10; j < 50; ++j)
    for (int i = 0; i < 30; ++i) {
      const int x = side == BreastSide::left ? i : 39 - i;
      const bool dense = i == 10 && j == 30;
      m.raw.at(x, j, 0) = dense ? 10 : 100;
      m.presentation.at(x, j, 0) = dense ? 3000 : 1000;
      m.labels.at(x, j, 0) = dense ? 2 : 1;
      ++pixels;
    }
  m.breast_cm2 = pixels * 1e-4 / 1.21;
  m.dense_cm2 = 1e-4 / 1.21;
  m.percent_density = 100 * m.dense_cm2 / m.breast_cm2;
  m.exposure.mas = 80, m.exposure.compressed_mm = 52;
  m.exposure.angle_degrees = view == MammogramView::cc ? 0 : 45;
  return m;
}

PhantomStudy write(const std::string& vendor, const std::string& headers, const fs::path& folder) {
  MammogramWriter writer({"P1", vendor, headers, 3}, folder);
  for (const BreastSide side : {BreastSide::right, BreastSide::left})
    for (const MammogramView view : {MammogramView::cc, MammogramView::mlo}) writer.write(drawn(side, view));
  return writer.study();
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(PhantomMammogram, DciodvfyFindsNoErrorInAnyVendorsImages) {
  if (std::system("command -v dciodvfy >/dev/null 2>&1") != 0) GTEST_SKIP() << "dciodvfy is not installed";
  for (const MammogramHabits& habits : mammogram_habits()) {
    test::ScratchFolder folder;
    write(habits.vendor, "honest", folder.path());
    for (const fs::path& file : files_below(folder.path())) {
      const auto result = test::run_program({"dciodvfy", file.string()});
      EXPECT_FALSE(contains(result.output, "Error")) << habits.vendor << " " << file << "\n" << result.output;
    }
  }
}

TEST(PhantomMammogram, SideViewAndSpacingReadBackFromEveryVendor) {
  for (const MammogramHabits& habits : mammogram_habits()) {
    test::ScratchFolder folder;
    write(habits.vendor, "honest", folder.path());
    int right = 0, oblique = 0;
    const auto files = files_below(folder.path());
    EXPECT_EQ(files.size(), habits.for_processing ? 8u : 4u) << habits.vendor;
    for (const fs::path& file : files) {
      const io::DicomDataset d = io::read_dicom_header(file, "file").dataset;
      const exam::MammogramHeader header = exam::read_mammogram_header(d, 0);
      right += header.side == "R" ? 1 : 0;
      oblique += header.view == "MLO" ? 1 : 0;
      EXPECT_TRUE(header.conflicts.empty());
      if (habits.film) continue;
      // At the detector 0.1 mm; 0.1 / 1.1 in the breast, whatever the vendor's habit.
      ASSERT_TRUE(header.spacing_mm.has_value()) << habits.vendor;
      EXPECT_NEAR(*header.spacing_mm, 0.1 / 1.1, 1e-5) << habits.vendor;
    }
    EXPECT_EQ(right * 2, static_cast<int>(files.size())) << habits.vendor;
    EXPECT_EQ(oblique * 2, static_cast<int>(files.size())) << habits.vendor;
  }
}

TEST(PhantomMammogram, DenseTissueIsBrightAsShownAndDarkInTheExposure) {
  for (const MammogramHabits& habits : mammogram_habits()) {
    test::ScratchFolder folder;
    write(habits.vendor, "honest", folder.path());
    for (const fs::path& file : files_below(folder.path())) {
      const io::DicomHeader header = io::read_dicom_header(file, "file");
      const auto pixels = io::read_frames_as_float(file, header, "file", 0, 1);
      const bool left = header.dataset.text(tag::ImageLaterality) == "L";
      const auto at = [&](int i, int j) {
        return pixels[static_cast<std::size_t>(j * 40 + (left ? i : 39 - i))];
      };
      const bool inverted = header.dataset.text(tag::PhotometricInterpretation) == "MONOCHROME1";
      const bool raw = header.dataset.text(tag::PresentationIntentType) == "FOR PROCESSING";
      if (raw)
        EXPECT_LT(at(10, 30), at(5, 20)) << habits.vendor;  // fewer X-rays arrive
      else
        EXPECT_EQ(at(10, 30) < at(5, 20), inverted) << habits.vendor;
    }
  }
}

TEST(PhantomMammogram, LyingViewsConflictWithTheirCode) {
  bool conflict = false;
  for (std::uint64_t seed = 1; seed < 12 && !conflict; ++seed) {
    test::ScratchFolder folder;
    MammogramWriter writer({"P1", "hologic", "lying", seed}, folder.path());
    writer.write(drawn(BreastSide::left, MammogramView::mlo));
    for (const fs::path& file : files_below(folder.path()))
      conflict =
          conflict ||
          !exam::read_mammogram_header(io::read_dicom_header(file, "file").dataset, 0).conflicts.empty();
  }
  EXPECT_TRUE(conflict);
}

TEST(PhantomMammogram, LabelsAreAPictureOfTheirNumbers) {
  test::ScratchFolder folder;
  write_mammogram_labels(drawn(BreastSide::left, MammogramView::cc), folder.path());
  const std::string png = io::read_file(folder / "L_CC_labels.png");
  EXPECT_EQ(png.substr(1, 3), "PNG");
}

}  // namespace
}  // namespace lobule::pipeline
