// From mammograms to labels that people correct, and back into a study.

#include <gtest/gtest.h>

#include <algorithm>

#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "io/nifti.h"
#include "io/picture_read.h"
#include "io/png.h"
#include "pipeline/annotate_export.h"
#include "pipeline/annotate_import.h"
#include "pipeline/density.h"
#include "pipeline/label_files.h"
#include "pipeline/mammogram_study.h"
#include "support/density_model.h"
#include "support/mammogram_sample.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;
namespace tag = io::tag;

// Two views of one woman in DICOM, a model, and what is made of them.
struct Annotating {
  test::ScratchFolder folder;

  Annotating() {
    test::write_density_model(folder.path());
    fs::create_directories(folder / "in");
    io::DicomDataset left = test::mammogram_dataset(test::drawn_mammogram(), "L"),
                     right = test::mammogram_dataset(test::mirrored(test::drawn_mammogram()), "R");
    right.put_text(tag::SOPInstanceUID, "UI", "1.2.826.0.1.3680043.10.9");
    io::write_dicom(folder / "in/1_L.dcm", left);
    io::write_dicom(folder / "in/2_R.dcm", right);
  }
  std::string place(const char* name) const { return (folder / name).string(); }

  AnnotateExportOutcome write(const std::string& format, const std::string& pixels = "original",
                              const std::string& labels = "network", const char* out = "out") {
    AnnotateExportOptions options;
    options.output = place(out), options.format = format, options.pixels = pixels, options.labels = labels;
    options.model = place("density");
    Context context;
    return annotate_export({place("in")}, options, context);
  }
  AnnotateImportOutcome read(const std::vector<std::string>& inputs,
                             const std::vector<std::string>& images = {}, const std::string& reader = "") {
    AnnotateImportOptions options;
    options.output = place("study"), options.images = images, options.reader = reader;
    Context context;
    return annotate_import(inputs, options, context);
  }
  std::string only_finding(const std::vector<std::string>& inputs,
                           const std::vector<std::string>& images = {}) {
    const AnnotateImportOutcome outcome = read(inputs, images);
    EXPECT_EQ(outcome.imported, 0);
    std::string said;
    for (const Finding& finding : outcome.findings)
      if (finding.severity == Severity::error) said += (said.empty() ? "" : "\n") + sentence(finding);
    return said;
  }
  Mask labels(const std::string& file) const { return read_labels(*label_file(folder / file)).labels; }
};

TEST(AnnotateExport, LabelsAreThoseOfLobuleDensityOnTheInputsPixels) {
  Annotating a;
  DensityOptions options;
  options.output = a.place("measured"), options.model = a.place("density");
  Context context;
  measure_density({a.place("in")}, options, context);
  for (const std::string& format : label_format_names()) {
    const AnnotateExportOutcome outcome = a.write(format, "original", "network", format.c_str());
    EXPECT_EQ(outcome.exported, 2);
    for (const std::string stem : {"1_L", "2_R"})
      EXPECT_EQ(a.labels(format + "/labels/" + stem + label_ending(label_format(format))).voxels,
                a.labels("measured/masks/" + stem + "_labels.png").voxels)
          << format << " " << stem;
  }
  EXPECT_EQ(io::read_file(a.folder / "seg/labels/1_L_seg.dcm"),
            io::read_file(a.folder / "measured/dicom/1_L_seg.dcm"))
      << "the same object, not a second one";
  const Image<float> volume = io::read_nifti(a.folder / "nifti/volumes/1_L.nii.gz"),
                     labels = io::read_nifti(a.folder / "nifti/labels/1_L_labels.nii.gz");
  EXPECT_EQ(volume.grid.size, labels.grid.size);
  EXPECT_NEAR(norm(volume.grid.spacing_mm - labels.grid.spacing_mm), 0, 1e-6);
}

TEST(AnnotateExport, ReadingOrderTurnsPicturesAndLabelsAlike) {
  Annotating a;
  // An archive that stored the left breast mirrored.
  io::write_dicom(a.folder / "in/3_L.dcm",
                  test::mammogram_dataset(test::mirrored(test::drawn_mammogram()), "L"));
  a.write("png", "reading");
  for (const auto& [stem, chest_at_right] :
       {std::pair("1_L", false), std::pair("2_R", true), std::pair("3_L", false)}) {
    const io::PictureValues picture =
        io::read_picture(a.folder / "out/images" / (std::string(stem) + ".png"));
    const Mask labels = a.labels("out/labels/" + std::string(stem) + "_labels.png");
    ASSERT_EQ(picture.width, labels.grid.size[0]);
    const int middle = picture.height * 48 / 100, edge = chest_at_right ? picture.width - 1 : 0;
    EXPECT_NE(labels.at(edge, middle, 0), 0) << stem;
    EXPECT_EQ(labels.at(picture.width - 1 - edge, middle, 0), 0) << stem;
    // Dense tissue is bright where it is labelled.
    double dense = 0, adipose = 0, of_dense = 0, of_adipose = 0;
    for (std::size_t v = 0; v < labels.voxels.size(); ++v) {
      if (labels.voxels[v] == 2) dense += static_cast<double>(picture.values[v]), ++of_dense;
      if (labels.voxels[v] == 1) adipose += static_cast<double>(picture.values[v]), ++of_adipose;
    }
    EXPECT_GT(dense / of_dense, adipose / of_adipose + 40) << stem;
  }
}

TEST(AnnotateExport, NoHeaderGoesAlongWithPictures) {
  Annotating a;
  a.write("nifti");
  for (const auto& entry : fs::recursive_directory_iterator(a.folder / "out"))
    if (entry.is_regular_file()) {
      EXPECT_FALSE(contains(io::read_file(entry.path()), "LOBULE-TEST")) << entry.path();
    }
}

TEST(AnnotateExport, EmptyLabelsNeedNoNetworkAndRefusedImagesStopNoOther) {
  Annotating a;
  fs::remove_all(a.folder / "density");
  io::DicomDataset ct = test::mammogram_dataset(test::drawn_mammogram());
  ct.put_text(tag::Modality, "CS", "CT");
  io::write_dicom(a.folder / "in/ct.dcm", ct);
  const AnnotateExportOutcome outcome = a.write("png", "original", "empty");
  EXPECT_EQ(outcome.exported, 2);
  EXPECT_EQ(outcome.refused, 1);
  const Mask labels = a.labels("out/labels/1_L_labels.png");
  EXPECT_EQ(std::count(labels.voxels.begin(), labels.voxels.end(), 0),
            static_cast<std::ptrdiff_t>(labels.voxels.size()));
  const Table table = from_csv(io::read_file(a.folder / "out/images.csv"), "images.csv");
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.cell(0, "image"), "1_L");
  EXPECT_EQ(table.cell(0, "labels"), "empty");
  EXPECT_TRUE(contains(table.cell(2, "reason"), "its modality is CT"));
}

TEST(AnnotateExport, SegmentationsNeedDicomAndTheSourcesPixels) {
  Annotating a;
  EXPECT_EQ(test::message_of([&] { a.write("seg", "reading"); }),
            "lobule annotate export: segmentations lie on the pixels of their source; --pixels reading gives "
            "others. Leave out --pixels, or take another --format.");
  fs::remove_all(a.folder / "in");
  const Image<float> drawn = test::drawn_mammogram();
  io::Picture picture{drawn.grid.size[0], drawn.grid.size[1], 1, {}};
  for (const float v : drawn.voxels)
    picture.pixels.push_back(static_cast<std::uint8_t>(std::min(255.0F, v / 12)));
  io::write_file(a.folder / "in/x.png", io::encode_png(picture));
  const AnnotateExportOutcome outcome = a.write("seg");
  EXPECT_EQ(outcome.refused, 1);
  EXPECT_EQ(
      sentence(outcome.findings.back()),
      a.place("in/x.png") + ": it gets no DICOM segmentation; it is no DICOM object. Take another --format.");
}

TEST(AnnotateImport, EveryFormatBecomesAStudyThatTrainingReads) {
  for (const std::string& format : label_format_names()) {
    Annotating a;
    a.write(format);
    const std::vector<std::string> images =
        format == "seg" ? std::vector<std::string>{a.place("in")} : std::vector<std::string>{};
    const AnnotateImportOutcome outcome = a.read({a.place("out")}, images);
    EXPECT_EQ(outcome.imported, 2) << format;
    for (const Finding& finding : outcome.findings) EXPECT_EQ(sentence(finding), "") << format;
    EXPECT_EQ(a.labels("study/labels/2_R_labels.png").voxels,
              a.labels("out/labels/2_R" + label_ending(label_format(format))).voxels);
    Context context;
    const StudyData data = prepare_mammogram_study(a.folder / "study", a.folder / "samples",
                                                   learn::make_task("density"), context);
    EXPECT_EQ(data.cases, 2u) << format;
    EXPECT_TRUE(data.findings.empty()) << format;
  }
}

TEST(AnnotateImport, LabelsInReadingOrderFitTheExportedPictures) {
  Annotating a;
  a.write("contours", "reading");
  EXPECT_EQ(a.read({a.place("out")}).imported, 2);
  EXPECT_TRUE(fs::exists(a.folder / "study/images/2_R.png"));
}

TEST(AnnotateImport, SegmentationsFindTheirImageByItsUid) {
  Annotating a;
  a.write("seg");
  fs::rename(a.folder / "out/labels/1_L_seg.dcm", a.folder / "out/labels/exported-by-another_seg.dcm");
  EXPECT_EQ(a.read({a.place("out/labels")}, {a.place("in")}).imported, 2);
  EXPECT_TRUE(fs::exists(a.folder / "study/labels/1_L_labels.png"));
}

TEST(AnnotateImport, SeveralReadersLabelsAreSamplesOfOneCase) {
  Annotating a;
  a.write("png");
  a.read({a.place("out")}, {}, "anna");
  Mask other = a.labels("out/labels/1_L_labels.png");
  for (std::uint8_t& v : other.voxels) v = v == 2 ? 1 : v;
  write_labels(a.folder / "out/labels/1_L_labels.png", other, LabelFormat::png, "1_L", {});
  a.read({a.place("out")}, {}, "berta");
  Context context;
  const StudyData data =
      prepare_mammogram_study(a.folder / "study", a.folder / "samples", learn::make_task("density"), context);
  EXPECT_EQ(data.cases, 2u);
  // Whole and breast, by two readers: four samples a case, where one reader gives two.
  const auto bytes = [](const fs::path& file) { return fs::file_size(file); };
  Annotating b;
  b.write("png");
  b.read({b.place("out")});
  prepare_mammogram_study(b.folder / "study", b.folder / "samples", learn::make_task("density"), context);
  const double ratio = static_cast<double>(bytes(a.folder / "samples/1_L.safetensors")) /
                       static_cast<double>(bytes(b.folder / "samples/1_L.safetensors"));
  EXPECT_NEAR(ratio, 2, 0.01);
  // One reader's bad labels leave the other's.
  io::write_file(a.folder / "study/labels/berta/2_R_labels.png", "no picture");
  const StudyData rest =
      prepare_mammogram_study(a.folder / "study", a.folder / "samples", learn::make_task("density"), context);
  EXPECT_EQ(rest.cases, 2u);
  ASSERT_EQ(rest.findings.size(), 1u);
  EXPECT_TRUE(rest.findings[0].where.starts_with("2_R, berta: ")) << rest.findings[0].where;
}

TEST(AnnotateImport, SaysWhatDoesNotFit) {
  Annotating a;
  a.write("png");
  fs::remove(a.folder / "out/labels/2_R_labels.png");
  const fs::path labels = a.folder / "out/labels/1_L_labels.png";
  const std::string good = io::read_file(labels);
  io::write_file(labels, io::encode_png({3, 2, 1, {0, 1, 2, 3, 0, 1}}));
  EXPECT_EQ(
      a.only_finding({a.place("out")}),
      "1_L_labels.png: it has another size than its image; 3 × 2 against 240 × 320. Were they drawn on the "
      "exported picture? Then name its folder with --images.");
  io::write_file(labels, io::encode_png({240, 320, 1, std::vector<std::uint8_t>(240 * 320, 9)}));
  EXPECT_EQ(a.only_finding({a.place("out")}),
            "1_L_labels.png: the pixel 0, 0 has the value 9; labels are 0 background, 1 adipose, 2 dense, 3 "
            "pectoral "
            "muscle. Draw without soft edges, and save without scaling.");
  io::write_file(labels, io::encode_png({240, 320, 1, std::vector<std::uint8_t>(240 * 320, 0)}));
  EXPECT_EQ(a.only_finding({a.place("out")}),
            "1_L_labels.png: it labels nothing; a study would learn that there is no breast.");
  fs::remove(labels);
  io::write_file(a.folder / "out/labels/7_labels.png", good);
  EXPECT_EQ(a.only_finding({a.place("out")}),
            "7_labels.png: its image is not there; no image is named 7. Add it to the images, or give the "
            "labels its "
            "name.");
  fs::remove(a.folder / "out/labels/7_labels.png");
  io::write_file(labels, good);
  write_labels(a.folder / "out/labels/1_L_contours.json", a.labels("out/labels/1_L_labels.png"),
               LabelFormat::contours, "1_L", {});
  const std::string two =
      ": its image 1_L has 2 files of labels; one reader's labels of an image are one file. Import each "
      "reader's by "
      "themselves, with --reader.";
  EXPECT_EQ(a.only_finding({a.place("out")}), "1_L_contours.json" + two + "\n1_L_labels.png" + two);
  fs::remove(a.folder / "out/labels/1_L_contours.json");
  fs::create_directories(a.folder / "more");
  fs::copy_file(a.folder / "out/images/1_L.png", a.folder / "more/1_L.png");
  EXPECT_EQ(a.only_finding({a.place("out")}, {a.place("out/images"), a.place("more")}),
            a.place("out/images/1_L.png") + ": another image has the same name; " + a.place("more/1_L.png") +
                ". Rename one of them, and its labels.\n1_L_labels.png: two images have its name; 1_L.");
  EXPECT_EQ(a.read({a.place("out")}).imported, 1);
  EXPECT_EQ(a.only_finding({a.place("out")}),
            "1_L_labels.png: the study has labels of this image already; labels/1_L_labels.png. Remove them "
            "first, or "
            "name another --reader.");
  fs::remove(a.folder / "study/labels/1_L_labels.png");
  io::write_file(a.folder / "study/images/1_L.png", io::encode_png({1, 1, 1, {0}}));
  EXPECT_EQ(
      a.only_finding({a.place("out")}),
      "1_L_labels.png: the study has another image of this name; images/1_L.png. Rename the image and its "
      "labels.");
}

TEST(AnnotateImport, SaysWhatIsMissing) {
  Annotating a;
  a.write("png");
  EXPECT_EQ(
      test::message_of([&] { a.read({a.place("out/labels")}); }),
      "lobule annotate import: no images are named; none of the inputs has a folder images. Name the images "
      "that the labels belong to with --images.");
  EXPECT_EQ(
      test::message_of([&] { a.read({a.place("out")}, {}, "../x"); }),
      "lobule annotate import: \"../x\" cannot be a reader's name; it becomes a folder's name. Take letters, "
      "digits, dots, - and _.");
}

}  // namespace
}  // namespace lobule::pipeline
