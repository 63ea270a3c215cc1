// Labels of mammograms as files: all formats come back as they were, and bad ones say why not.

#include "pipeline/label_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "io/dicom_write.h"
#include "io/files.h"
#include "io/nifti.h"
#include "io/png.h"
#include "report/density_dicom.h"
#include "support/mammogram_sample.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// Breast, dense middle and a muscle, of an odd size.
Mask drawn_labels() {
  Grid grid;
  grid.size = {37, 53, 1};
  Mask labels(grid);
  for (int y = 0; y < 53; ++y)
    for (int x = 0; x < 37; ++x) {
      const bool breast = x * x + 2 * (y - 26) * (y - 26) < 1100,
                 dense = breast && x > 5 && x < 15 && y % 9 > 2;
      labels.at(x, y, 0) = static_cast<std::uint8_t>(x + y < 14 ? 3 : dense ? 2 : breast ? 1 : 0);
    }
  return labels;
}

report::DensityImage dicom_image() {
  report::DensityImage image;
  image.stem = "view", image.side = "R", image.view = "MLO", image.spacing_mm = 0.07;
  report::DensitySource source;
  source.study.study_uid = "1.2.826.0.1.3680043.10.2";
  source.instance = {"1.2.840.10008.5.1.4.1.1.1.2", "1.2.826.0.1.3680043.10.77", 0};
  source.series_uid = "1.2.826.0.1.3680043.10.3", source.seed = "seed";
  image.source = source;
  return image;
}

ReadLabels read(const fs::path& path) {
  return read_labels(*label_file(path));
}

TEST(LabelFiles, EveryFormatComesBackPixelByPixel) {
  const test::ScratchFolder folder;
  const Mask labels = drawn_labels();
  for (const LabelFormat format : {LabelFormat::png, LabelFormat::nifti, LabelFormat::contours}) {
    const fs::path path = folder / ("view" + label_ending(format));
    write_labels(path, labels, format, "view", 0.07);
    const ReadLabels back = read(path);
    EXPECT_EQ(back.labels.grid.size, labels.grid.size);
    EXPECT_EQ(back.labels.voxels, labels.voxels) << path;
    EXPECT_EQ(label_file(path)->stem, "view");
  }
  report::write_mammogram_labels(folder / "view_seg.dcm", labels, dicom_image(), "");
  const ReadLabels back = read(folder / "view_seg.dcm");
  EXPECT_EQ(back.labels.voxels, labels.voxels);
  EXPECT_EQ(back.instance_uid, "1.2.826.0.1.3680043.10.77");
  EXPECT_EQ(label_files(folder.path()).size(), 4u);
}

TEST(LabelFiles, MapsOfDdsmTissueCountToo) {
  const test::ScratchFolder folder;
  io::write_file(folder / "a_labels.png", io::encode_png({2, 2, 1, {64, 128, 192, 255}}));
  EXPECT_EQ(read(folder / "a_labels.png").labels.voxels, (std::vector<std::uint8_t>{0, 1, 2, 3}));
}

TEST(LabelFiles, SegmentsOfOtherProgramsAreKnownByTheirWords) {
  const test::ScratchFolder folder;
  io::DicomDataset object = report::segmentation_object(
      drawn_labels(), report::mammogram_segmentation("s", "R MLO", exam::Side::right, {}, ""),
      dicom_image().source->study, {}, "s");
  std::vector<io::DicomDataset> segments = object.items({0x0062, 0x0002});
  const char* const words[] = {"Breast fat", "glandular", "M. pectoralis (muscle)"};
  for (std::size_t n = 0; n < 3; ++n) {
    segments[n].put_items({0x0062, 0x000F}, {});
    segments[n].put_text({0x0062, 0x0005}, "LO", words[n]);
  }
  object.put_items({0x0062, 0x0002}, segments);
  io::write_dicom(folder / "a_seg.dcm", object);
  EXPECT_EQ(read(folder / "a_seg.dcm").labels.voxels, drawn_labels().voxels);
  EXPECT_EQ(read(folder / "a_seg.dcm").instance_uid, "");
  segments[1].put_text({0x0062, 0x0005}, "LO", "cyst");
  object.put_items({0x0062, 0x0002}, segments);
  io::write_dicom(folder / "b_seg.dcm", object);
  EXPECT_EQ(
      test::message_of([&] { read(folder / "b_seg.dcm"); }),
      "b_seg.dcm: segment 2, \"cyst\", is none of the labels; labels are adipose tissue, dense tissue and "
      "pectoral muscle.");
  object.put_text({0x0062, 0x0001}, "CS", "FRACTIONAL");
  io::write_dicom(folder / "c_seg.dcm", object);
  EXPECT_EQ(test::message_of([&] { read(folder / "c_seg.dcm"); }),
            "c_seg.dcm: its segments are FRACTIONAL; only BINARY ones are labels.");
  io::write_dicom(folder / "d_seg.dcm", test::mammogram_dataset(test::drawn_mammogram()));
  EXPECT_EQ(test::message_of([&] { read(folder / "d_seg.dcm"); }),
            "d_seg.dcm: it is no DICOM Segmentation; its class is 1.2.840.10008.5.1.4.1.1.1.2.");
}

TEST(LabelFiles, SayWhatIsNoLabel) {
  const test::ScratchFolder folder;
  const std::string meaning = "labels are 0 background, 1 adipose, 2 dense, 3 pectoral muscle";
  const auto error = [&](const char* name) { return test::message_of([&] { read(folder / name); }); };
  io::write_file(folder / "a_labels.png", io::encode_png({2, 2, 1, {0, 1, 2, 7}}));
  EXPECT_EQ(error("a_labels.png"), "a_labels.png: the pixel 1, 1 has the value 7; " + meaning +
                                       ". Draw without soft edges, and save without scaling.");
  io::write_file(folder / "b_labels.png", io::encode_png({1, 1, 3, {255, 0, 0}}));
  EXPECT_EQ(error("b_labels.png"), "b_labels.png: it is in colour; " + meaning + ". Save it as grey values.");
  Image<float> image;
  image.grid.size = {2, 1, 1};
  image.voxels = {1, 0.5F};
  io::write_nifti(folder / "c_labels.nii.gz", image);
  EXPECT_EQ(error("c_labels.nii.gz"), "c_labels.nii.gz: the pixel 1, 0 has the value 0.5; " + meaning +
                                          ". Draw without soft edges, and save without scaling.");
  image.grid.size = {1, 1, 2};
  io::write_nifti(folder / "d_labels.nii", image);
  EXPECT_EQ(error("d_labels.nii"), "d_labels.nii: it has 2 slices; a mammogram has one.");
  image.grid.size = {2, 1, 1};
  image.grid.direction.column[0] = {-1, 0, 0}, image.grid.direction.column[1] = {0, -1, 0};
  io::write_nifti(folder / "e_labels.nii.gz", image);
  EXPECT_EQ(
      error("e_labels.nii.gz"),
      "e_labels.nii.gz: its axes run otherwise than those of the exported image; labels would lie on other "
      "pixels. Save it on the exported image's grid.");
}

TEST(LabelFiles, SayWhatIsWrongWithContours) {
  const test::ScratchFolder folder;
  const auto error = [&](const std::string& text) {
    io::write_file(folder / "a_contours.json", text);
    return test::message_of([&] { read(folder / "a_contours.json"); });
  };
  const auto with = [&](const std::string& contour) {
    return error(R"({"version":1,"width":4,"height":4,"contours":[)" + contour + "]}");
  };
  const std::string one = "a_contours.json, contour 1: ";
  EXPECT_EQ(error("{"), "a_contours.json: it holds no contours; it is not JSON.");
  EXPECT_EQ(error("[]"), "a_contours.json: it holds no contours; it is no object.");
  EXPECT_EQ(error(R"({"version":3})"), "a_contours.json: its version is not 1.");
  EXPECT_EQ(error(R"({"version":1,"width":0})"),
            "a_contours.json: it has no \"width\"; it is a whole number of pixels from 1 on.");
  EXPECT_EQ(error(R"({"version":1,"width":4,"height":4})"), "a_contours.json: it has no list \"contours\".");
  EXPECT_EQ(with(R"({"label":4,"points":[[0,0],[1,0],[1,1]]})"),
            one + "its label is 4; labels are 1 breast, 2 dense tissue, 3 pectoral muscle.");
  EXPECT_EQ(with(R"({"label":1,"points":[[0,0],[1,0]]})"), one + "it has fewer than three points.");
  EXPECT_EQ(with(R"({"label":1,"points":[[0,0],[1,0],[1]]})"), one + "a point is not two numbers: [1].");
}

TEST(LabelFiles, SayWhereThereAreNone) {
  const test::ScratchFolder folder;
  EXPECT_EQ(test::message_of([&] { label_files(folder.path()); }),
            folder.path().string() +
                ": no labels are there. Their names are <image> with _labels.png, _labels.nii.gz, _seg.dcm, "
                "_contours.json behind it.");
  EXPECT_EQ(test::message_of([&] { label_files(folder / "absent"); }),
            (folder / "absent").string() + ": it does not exist.");
  EXPECT_FALSE(label_file("labels.png").has_value());
  EXPECT_FALSE(label_file("_labels.png").has_value());
}

}  // namespace
}  // namespace lobule::pipeline
