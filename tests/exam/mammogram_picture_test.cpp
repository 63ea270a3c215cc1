#include "exam/mammogram_picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "exam/mammogram_name.h"
#include "io/files.h"
#include "io/png.h"
#include "support/mammogram_sample.h"
#include "support/test_support.h"

namespace lobule::exam {
namespace {

using io::Tag;
namespace tag = io::tag;

MammogramPicture read(const io::DicomDataset& dataset, const std::string& name = "mammogram.dcm") {
  const test::ScratchFolder folder;
  io::write_dicom(folder / "mammogram.dcm", dataset);
  return read_mammogram_picture({folder / "mammogram.dcm", name});
}

std::string said(const Findings& findings) {
  std::string all;
  for (const Finding& finding : findings) all += sentence(finding) + "\n";
  return all;
}

double largest_difference(const Image<float>& a, const Image<float>& b) {
  if (a.grid.size != b.grid.size) return 1e9;
  double most = 0;
  for (std::size_t i = 0; i < a.voxels.size(); ++i)
    most = std::max(most, std::abs(static_cast<double>(a.voxels[i]) - b.voxels[i]));
  return most;
}

TEST(MammogramPicture, StandsWithTheChestWallAtTheLeftAndAirAtZero) {
  const MammogramPicture picture =
      read(test::mammogram_dataset(test::mirrored(test::drawn_mammogram()), "R"));
  ASSERT_FALSE(picture.refusal);
  EXPECT_TRUE(picture.mirrored);
  EXPECT_FALSE(picture.turned_over);
  EXPECT_EQ(picture.side, "R");
  EXPECT_EQ(picture.view, "CC");
  EXPECT_EQ(picture.study.patient_id, "LOBULE-TEST");
  EXPECT_EQ(picture.spacing_mm, 0.7);
  EXPECT_EQ(picture.image.grid.spacing_mm.x, 0.7);
  EXPECT_LT(picture.image.at(230, 10, 0), 0.02);
  EXPECT_GT(picture.image.at(50, 150, 0), 0.9);
  EXPECT_EQ(said(picture.findings), "");
}

TEST(MammogramPicture, BoxesAreTurnedBackAndCutAtThePicturesBorder) {
  const MammogramPicture right = read(test::mammogram_dataset(test::mirrored(test::drawn_mammogram()), "R"));
  const PictureBox box = put_back(right, PictureBox{10, 20, 30, 40});
  EXPECT_EQ(box.x, 240 - 40);
  EXPECT_EQ(box.y, 20);
  EXPECT_EQ(box.width, 30);
  EXPECT_EQ(box.height, 40);
  const PictureBox cut = put_back(right, PictureBox{-5, 300, 30, 40});
  EXPECT_EQ(cut.x, 240 - 25);
  EXPECT_EQ(cut.width, 25);
  EXPECT_EQ(cut.height, 20);
}

TEST(MammogramPicture, IsTheSameMirroredInvertedPaddedAndInEightBits) {
  const Image<float> drawn = test::drawn_mammogram();
  const MammogramPicture plain = read(test::mammogram_dataset(drawn));

  const MammogramPicture mirrored = read(test::mammogram_dataset(test::mirrored(drawn), "R"));
  EXPECT_LT(largest_difference(plain.image, mirrored.image), 1e-4);

  Image<float> turned = drawn;
  for (float& v : turned.voxels) v = 4095 - v;
  io::DicomDataset monochrome1 = test::mammogram_dataset(turned);
  monochrome1.put_text(tag::PhotometricInterpretation, "CS", "MONOCHROME1");
  const MammogramPicture recorded = read(monochrome1);
  EXPECT_FALSE(recorded.turned_over);
  EXPECT_LT(largest_difference(plain.image, recorded.image), 1e-3);

  Image<float> padded = drawn;
  for (int y = 0; y < 320; ++y)
    for (int x = 200; x < 240; ++x) padded.at(x, y, 0) = 4095;
  io::DicomDataset with_padding = test::mammogram_dataset(padded);
  with_padding.put_number(tag::PixelPaddingValue, "US", 4095);
  EXPECT_LT(largest_difference(plain.image, read(with_padding).image), 0.01);

  Image<float> eight = drawn;
  for (float& v : eight.voxels) v = std::round(v / 16);
  EXPECT_LT(largest_difference(plain.image, read(test::mammogram_dataset(eight)).image), 0.01);
}

TEST(MammogramPicture, BelievesThePixelsWhereTheHeaderForgetsTheInversion) {
  Image<float> turned = test::drawn_mammogram();
  for (float& v : turned.voxels) v = 4095 - v;
  const MammogramPicture picture = read(test::mammogram_dataset(turned));
  EXPECT_TRUE(picture.turned_over);
  EXPECT_GT(picture.image.at(50, 150, 0), 0.9);
  EXPECT_EQ(said(picture.findings),
            "mammogram.dcm: air is brighter than tissue, where the header says the opposite; the pixels were "
            "believed and turned over. Check PhotometricInterpretation (0028,0004).\n");
}

TEST(MammogramPicture, TakesTheLogarithmOfRawSignal) {
  // Beer's law: the signal falls by e for each 1000 of the drawing.
  const Image<float> drawn = test::drawn_mammogram();
  Image<float> raw = drawn;
  for (float& v : raw.voxels) v = static_cast<float>(std::round(60000 * std::exp(-v / 1000)));
  io::DicomDataset d = test::mammogram_dataset(raw);
  d.put_text(tag::PresentationIntentType, "CS", "FOR PROCESSING");
  d.put_text(tag::PhotometricInterpretation, "CS", "MONOCHROME1");
  d.put_text(Tag{0x0028, 0x1040}, "CS", "LIN");
  const MammogramPicture picture = read(d);
  EXPECT_EQ(picture.steps,
            std::vector<std::string>{"raw signal of the detector: its negative logarithm taken"});
  EXPECT_LT(largest_difference(picture.image, read(test::mammogram_dataset(drawn)).image), 0.01);
  EXPECT_TRUE(read(test::mammogram_dataset(drawn)).signal.empty());
}

TEST(MammogramPicture, KeepsTheSignalOfRawPixelsAndWhatTheBeamWasSetTo) {
  const Image<float> drawn = test::mirrored(test::drawn_mammogram());
  Image<float> raw = drawn;
  for (float& v : raw.voxels) v = static_cast<float>(std::round(60000 * std::exp(-v / 1000)));
  io::DicomDataset d = test::mammogram_dataset(raw, "R");
  d.put_text(tag::PresentationIntentType, "CS", "FOR PROCESSING");
  d.put_text(tag::PhotometricInterpretation, "CS", "MONOCHROME1");
  d.put_number(Tag{0x0018, 0x0060}, "DS", 29);
  d.put_number(Tag{0x0018, 0x11A0}, "DS", 52);
  d.put_text(Tag{0x0018, 0x1191}, "CS", "TUNGSTEN");
  d.put_text(Tag{0x0018, 0x7050}, "CS", "RHODIUM");
  const MammogramPicture picture = read(d);
  ASSERT_EQ(picture.signal.grid.size, picture.image.grid.size);
  const int last = picture.source_width - 1;
  for (const int x : {0, 50, 120})
    EXPECT_NEAR(picture.signal.at(x, 150, 0) / raw.at(last - x, 150, 0), 1, 1e-4);
  EXPECT_EQ(picture.beam.kvp, 29);
  EXPECT_EQ(picture.beam.compressed_mm, 52);
  EXPECT_EQ(picture.beam.anode, "TUNGSTEN");
  EXPECT_EQ(picture.beam.filter, "RHODIUM");
}

TEST(MammogramPicture, KnowsTheStudysDate) {
  io::DicomDataset d = test::mammogram_dataset(test::drawn_mammogram());
  EXPECT_EQ(read(d).study_date, "");
  d.put_text(tag::StudyDate, "DA", "20190502");
  EXPECT_EQ(read(d).study_date, "2019-05-02");
  d.put_text(tag::StudyDate, "DA", "2019.05.02");
  EXPECT_EQ(read(d).study_date, "2019-05-02");
  d.put_text(tag::StudyDate, "DA", "may");
  EXPECT_EQ(read(d).study_date, "");
}

TEST(MammogramPicture, AppliesTheVendorsTableOrWindow) {
  const Image<float> drawn = test::drawn_mammogram();
  io::DicomDataset windowed = test::mammogram_dataset(drawn);
  windowed.put_number(tag::WindowCenter, "DS", 1600);
  windowed.put_number(tag::WindowWidth, "DS", 1000);
  const MammogramPicture window = read(windowed);
  EXPECT_EQ(window.steps.front(), "window 1600 ± 500 applied");
  EXPECT_EQ(window.image.at(50, 150, 0), 1);

  io::DicomDataset lut;
  lut.put_numbers(Tag{0x0028, 0x3002}, "US", {3, 1000, 16});
  lut.put_numbers(Tag{0x0028, 0x3006}, "US", {0, 500, 1000});
  windowed.put_items(Tag{0x0028, 0x3010}, {lut});
  const MammogramPicture table = read(windowed);
  EXPECT_EQ(table.steps.front(), "VOI LUT (0028,3010) applied");
  EXPECT_EQ(table.image.at(50, 150, 0), 1);
  EXPECT_EQ(table.image.at(235, 5, 0), 0);
}

TEST(MammogramPicture, PutsMasksBackOnTheInputsPixels) {
  const Image<float> drawn = test::drawn_mammogram();
  Image<float> moved = drawn;  // an empty margin of 30 columns at the chest wall
  for (int y = 0; y < 320; ++y)
    for (int x = 239; x >= 0; --x)
      moved.at(x, y, 0) = x >= 30 ? drawn.at(x - 30, y, 0) : drawn.at(239 - x, y, 0);
  for (const bool flip : {false, true}) {
    const Image<float> image = flip ? test::mirrored(moved) : moved;
    const MammogramPicture picture = standard_mammogram(image, false, "picture.png");
    EXPECT_NEAR(picture.cut_columns, 30, 2);
    EXPECT_EQ(picture.mirrored, flip);
    Mask dense(picture.image.grid);
    for (std::size_t i = 0; i < dense.voxels.size(); ++i)
      dense.voxels[i] = picture.image.voxels[i] > 0.8 ? 1 : 0;
    const Mask back = put_back(picture, dense);
    ASSERT_EQ(back.grid.size, image.grid.size);
    double marked = 0, sum = 0;
    for (std::size_t i = 0; i < back.voxels.size(); ++i)
      if (back.voxels[i] != 0) ++marked, sum += image.voxels[i];
    EXPECT_GT(marked, 1000);
    EXPECT_GT(sum / marked, 2300) << "the marked pixels are the dense ones";
  }
}

TEST(MammogramPicture, ReadsSideAndViewInNames) {
  const auto is = [](const std::string& name, const std::string& side, const std::string& view) {
    const NamedView named = view_of_name(name);
    EXPECT_EQ(named.side, side) << name;
    EXPECT_EQ(named.view, view) << name;
  };
  is("exam.zip:a/1_R-CC.png", "R", "CC");
  is("mg_lmlo_for_presentation.dcm", "L", "MLO");
  is("case7 RIGHT MLO.tif", "R", "MLO");
  is("ge2_R_XCCL.png", "R", "XCCL");
  is("A_0002_1.png", "", "");
  is("left_right_comparison.png", "", "");
  is("R/scan.png", "", "");
  EXPECT_EQ(view_of_name("a/nyu_bcc_1_L_CC.png").rest, view_of_name("a/nyu_bcc_1_RMLO.png").rest);
}

TEST(MammogramPicture, SaysWhereSideAndViewConflict) {
  const MammogramPicture named = read(test::mammogram_dataset(test::drawn_mammogram()), "x_R_CC.dcm");
  EXPECT_EQ(named.side, "L");
  EXPECT_EQ(said(named.findings),
            "x_R_CC.dcm: the file's name says side R, the header says L; the header was believed.\n");
  const MammogramPicture edge = read(test::mammogram_dataset(test::drawn_mammogram(), "R"));
  EXPECT_EQ(said(edge.findings),
            "mammogram.dcm: the right breast, as the header says, has its chest wall at the left edge; the "
            "picture is mirrored, or the side is wrong. Check side and markers.\n");
}

TEST(MammogramPicture, WithoutAWordTheOutlineTellsTheView) {
  const MammogramPicture cc = standard_mammogram(test::drawn_mammogram(), false, "a.png");
  EXPECT_EQ(cc.view, "CC");
  EXPECT_EQ(cc.side, "");
  Image<float> oblique = test::drawn_mammogram();
  for (int y = 0; y < 140; ++y)
    for (int x = 0; x < 120 - y / 2; ++x) oblique.at(x, y, 0) = static_cast<float>(2200 + (x * y) % 31);
  EXPECT_EQ(standard_mammogram(oblique, false, "a.png").view, "MLO");
}

struct Refused {
  std::function<void(io::DicomDataset&)> edit;
  std::string message;
};

TEST(MammogramPicture, RefusesWhatTheHeaderSaysIsNoWholeBreast) {
  const std::vector<Refused> cases{
      {[](auto& d) { d.put_text(tag::Modality, "CS", "CT"); },
       "m.dcm: its modality is CT; density is measured on mammograms (MG)."},
      {[](auto& d) { d.put_text(tag::BodyPartExamined, "CS", "THORAX"); },
       "m.dcm: its body part is thorax; density is measured on breasts."},
      {[](auto& d) { d.put_number(tag::NumberOfFrames, "IS", 30); },
       "m.dcm: it has 30 frames; percent density is measured on single projections, not on tomosynthesis."},
      {[](auto& d) {
         d.put_text(Tag{0x0028, 0x0300}, "CS", "YES");
       },
       "m.dcm: it is a quality control image; it shows no breast (QualityControlImage 0028,0300)."},
      {[](auto& d) {
         d.put_texts(tag::ImageType, "CS", {"DERIVED", "PRIMARY", "STEREO", "LEFT"});
       },
       "m.dcm: it is a view of a stereotactic biopsy; it shows a part of the breast."},
      {[](auto& d) {
         d.put_numbers(tag::ImagerPixelSpacing, "DS", {0.1, 0.1});
       },
       "m.dcm: its field of view is 24 mm wide; it shows a part of the breast."},
      {[](auto& d) {
         d.put_text(Tag{0x0028, 0x1300}, "CS", "YES");
       },
       "m.dcm: the breast has an implant that is not displaced; it would be counted as dense tissue "
       "(BreastImplantPresent 0028,1300)."}};
  for (const Refused& one : cases) {
    io::DicomDataset d = test::mammogram_dataset(test::drawn_mammogram());
    one.edit(d);
    const MammogramPicture picture = read(d, "m.dcm");
    ASSERT_TRUE(picture.refusal) << one.message;
    EXPECT_EQ(sentence(*picture.refusal), one.message);
    EXPECT_TRUE(picture.image.empty());
  }
}

TEST(MammogramPicture, WarnsOfViewsThatShowAPart) {
  io::DicomDataset d = test::mammogram_dataset(test::drawn_mammogram(), "L", "ML");
  d.put_number(Tag{0x0018, 0x1114}, "DS", 1.8);
  d.put_text(Tag{0x0028, 0x0301}, "CS", "YES");
  d.erase(tag::Modality);
  EXPECT_EQ(said(read(d, "m.dcm").findings),
            "m.dcm: it is magnified 1.8 times; it shows a part of the breast.\n"
            "m.dcm: text is burned into its pixels; it counts as background.\n"
            "m.dcm: it does not say its modality; the pixels were believed.\n"
            "m.dcm: its view is ML; density is compared on CC and MLO views.\n");
}

TEST(MammogramPicture, RefusesColours) {
  io::Picture photo{40, 30, 3, std::vector<std::uint8_t>(3600, 90)};
  for (std::size_t i = 0; i < 1800; i += 3) photo.pixels[i] = 200;
  const test::ScratchFolder folder;
  io::write_file(folder / "photo.png", io::encode_png(photo));
  const MammogramPicture picture = read_mammogram_picture({folder / "photo.png", "photo.png"});
  ASSERT_TRUE(picture.refusal);
  EXPECT_EQ(sentence(*picture.refusal), "photo.png: it is in colour; mammograms are grey.");
}

TEST(MammogramPicture, SaysWhyAFileCannotBeRead) {
  const test::ScratchFolder folder;
  io::write_file(folder / "text.png", "hello");
  EXPECT_EQ(
      test::message_of([&] {
        read_mammogram_picture({folder / "text.png", "text.png"});
      }),
      "text.png: it is no picture of a known format. Convert it to PNG, JPEG, JPEG XL, TIFF, PGM or PPM.");
  io::write_file(folder / "empty.dcm", "");
  EXPECT_EQ(test::message_of([&] {
              read_mammogram_picture({folder / "empty.dcm", "empty.dcm"});
            }),
            "empty.dcm: the file is empty.");
}

}  // namespace
}  // namespace lobule::exam
