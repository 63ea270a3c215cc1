// How far readers agree: planted differences come back as figures.

#include "pipeline/annotate_agreement.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "pipeline/label_files.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// A breast of 10 × 100 pixels of which so many rows of a hundred are dense, and a muscle of 10 × 10.
Mask labelled(int dense_rows) {
  Grid grid;
  grid.size = {30, 100, 1};
  Mask labels(grid);
  for (int y = 0; y < 100; ++y)
    for (int x = 0; x < 20; ++x)
      labels.at(x, y, 0) = static_cast<std::uint8_t>(x >= 10 ? (y < 10 ? 3 : 0) : y < dense_rows ? 2 : 1);
  return labels;
}

struct Reading {
  test::ScratchFolder folder;
  report::AgreementResults results;

  void label(const std::string& reader, const std::string& image, int dense_rows) {
    write_labels(folder / reader / (image + "_labels.png"), labelled(dense_rows), LabelFormat::png, image,
                 {});
  }
  void run(const std::vector<std::string>& readers) {
    AnnotateAgreementOptions options;
    options.output = (folder / "out").string();
    Context context;
    std::vector<std::string> places;
    for (const std::string& reader : readers) places.push_back((folder / reader).string());
    results = annotate_agreement(places, options, context);
  }
  std::string error(const std::vector<std::string>& readers) {
    return test::message_of([&] { run(readers); });
  }
};

TEST(AnnotateAgreement, PlantedDifferencesComeBack) {
  Reading r;
  // b calls 10 rows more dense in each image; so differences are -10 and do not vary.
  for (int n = 0; n < 6; ++n) {
    r.label("a", "image" + std::to_string(n), 10 + 12 * n);
    r.label("b", "image" + std::to_string(n), 20 + 12 * n);
  }
  r.run({"a", "b"});
  ASSERT_EQ(r.results.pairs.size(), 1u);
  const report::AgreementPair& pair = r.results.pairs[0];
  EXPECT_NEAR(pair.dice[0]->mean, 1, 1e-12) << "both outline the breast alike";
  EXPECT_EQ(pair.dice[3]->lowest, 1);
  EXPECT_NEAR(pair.dice[2]->lowest, 2.0 * 10 / (10 + 20), 1e-9);
  EXPECT_NEAR(pair.bland_altman->bias, -10, 1e-9);
  EXPECT_NEAR(pair.bland_altman->deviation, 0, 1e-9);
  // Targets vary with a variance of 12² · 3.5, readers with 10² / 2, nothing else.
  EXPECT_NEAR(pair.icc->value, 504.0 / (504 + 50), 1e-9);
  EXPECT_EQ(r.results.icc->value, pair.icc->value);
  EXPECT_EQ(r.results.images_of_all, 6);

  const Table table = from_csv(io::read_file(r.folder / "out/agreement.csv"), "agreement.csv");
  EXPECT_EQ(join(table.columns, ","),
            "image,reader_a,reader_b,dice_breast,dice_adipose,dice_dense,dice_pectoral,pd_a,pd_b,difference");
  EXPECT_EQ(join(table.rows[0], ","), "image0,a,b,1.0000,0.9412,0.6667,1.0000,10.00,20.00,-10.00");
  const auto json = nlohmann::json::parse(io::read_file(r.folder / "out/agreement.json"));
  EXPECT_EQ(json.at("pairs").at(0).at("percent_density").at("bias"), -10);
  const std::string page = io::read_file(r.folder / "out/report.html");
  EXPECT_TRUE(contains(page, "Research use only"));
  EXPECT_TRUE(contains(page, "<svg class=\"chart\""));
}

TEST(AnnotateAgreement, CategoriesOfEqualReadersHaveAKappaOfOne) {
  Reading r;
  for (int n = 0; n < 4; ++n)
    for (const char* reader : {"a", "b"}) r.label(reader, std::to_string(n), 5 + 25 * n);
  r.run({"a", "b"});
  EXPECT_EQ(r.results.pairs[0].birads4->value, 1);
  EXPECT_EQ(r.results.pairs[0].birads5->value, 1);
  EXPECT_EQ(r.results.icc->value, 1);
}

TEST(AnnotateAgreement, AnyPairOfThreeReadersIsComparedOnWhatBothHave) {
  Reading r;
  for (const char* reader : {"a", "b", "c"})
    for (int n = 0; n < 3; ++n)
      if (reader[0] != 'c' || n > 0) r.label(reader, std::to_string(n), 20 * (n + 1));
  r.run({"a", "b", "c"});
  ASSERT_EQ(r.results.pairs.size(), 3u);
  EXPECT_EQ(r.results.pairs[0].images.size(), 3u);
  EXPECT_EQ(r.results.pairs[2].images.size(), 2u);
  EXPECT_EQ(r.results.images_of_all, 2);
  EXPECT_EQ(r.results.labelled, (std::vector<int>{3, 3, 2}));
}

TEST(AnnotateAgreement, FoldersNamedLabelsTellNoReader) {
  Reading r;
  r.label("anna/labels", "1", 10), r.label("density/masks", "1", 10);
  r.run({"anna/labels", "density/masks/"});
  EXPECT_EQ(r.results.readers, (std::vector<std::string>{"anna", "density"}));
}

TEST(AnnotateAgreement, WhatCannotBeComparedIsSaidAndTheRestCounts) {
  Reading r;
  for (const char* reader : {"a", "b"})
    for (int n = 0; n < 3; ++n) r.label(reader, std::to_string(n), 20 * (n + 1));
  Grid small;
  small.size = {2, 2, 1};
  write_labels(r.folder / "b/1_labels.png", Mask(small), LabelFormat::png, "1", {});
  io::write_file(r.folder / "b/2_labels.png", "no picture");
  r.run({"a", "b"});
  EXPECT_EQ(r.results.pairs[0].images.size(), 1u);
  ASSERT_EQ(r.results.findings.size(), 2u);
  EXPECT_EQ(sentence(r.results.findings[0]),
            "1: the labels of a and b have different sizes; 30 × 100 against 2 × 2. Export the image for "
            "both in the "
            "same way.");
  EXPECT_EQ(sentence(r.results.findings[1]),
            "reader b: " + (r.folder / "b/2_labels.png").string() +
                ": it is no picture of a known format. Convert it to PNG, JPEG, JPEG XL, TIFF, PGM or PPM.");
}

TEST(AnnotateAgreement, SaysWhatIsMissing) {
  Reading r;
  r.label("a", "1", 10), r.label("b", "2", 10), r.label("x/a", "1", 10);
  EXPECT_EQ(
      r.error({"a"}),
      "lobule annotate agreement: one reader is given; agreement is between two or more. Name a folder of "
      "labels for each reader.");
  EXPECT_EQ(r.error({"a", "x/a"}),
            "lobule annotate agreement: two readers are called a; readers are called as their folders. "
            "Rename one of "
            "the folders.");
  EXPECT_EQ(r.error({"a", "b"}),
            "lobule annotate agreement: no two readers have labels of one image; images are matched by the "
            "names of "
            "their files.");
  write_labels(r.folder / "a/1_contours.json", labelled(3), LabelFormat::contours, "1", {});
  EXPECT_EQ(r.error({"a", "b"}),
            "reader a: the image 1 has two files of labels; 1_contours.json and 1_labels.png. Name the "
            "folder of one "
            "reader's labels alone.");
}

}  // namespace
}  // namespace lobule::pipeline
