// Regions of interest of `lobule density`, by a network whose answer is known.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "pipeline/density.h"
#include "pipeline/region_network.h"
#include "support/density_model.h"
#include "support/json_schema.h"
#include "support/mammogram_sample.h"
#include "support/region_model.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

constexpr double kX = 70, kY = 110, kRadius = 14;

// The drawn breast with a white disc in it, and one beside it in the air.
Image<float> with_mass() {
  Image<float> image = test::drawn_mammogram();
  for (int y = 0; y < image.grid.size[1]; ++y)
    for (int x = 0; x < image.grid.size[0]; ++x)
      if (std::hypot(x + 0.5 - kX, y + 0.5 - kY) < kRadius || std::hypot(x - 215, y - 20) < 8)
        image.at(x, y, 0) = 4000;
  return image;
}

struct Pointing {
  test::ScratchFolder folder;
  DensityOutcome outcome;
  Table table;

  void add(const std::string& name, const io::DicomDataset& dataset) {
    fs::create_directories(folder / "in");
    io::write_dicom(folder / "in" / name, dataset);
  }
  void run(const std::string& regions) {
    test::write_density_model(folder.path());
    DensityOptions options;
    options.output = (folder / "out").string();
    options.model = (folder / "density").string();
    options.regions = regions;
    Context context;
    outcome = measure_density({(folder / "in").string()}, options, context);
    if (fs::exists(folder / "out/regions.csv"))
      table = from_csv(io::read_file(folder / "out/regions.csv"), "regions.csv");
  }
  void run() {
    test::write_region_model(folder.path());
    run((folder / "regions").string());
  }
  double number(std::size_t row, const std::string& column) const {
    return *parse_number(table.cell(row, column));
  }
};

TEST(Regions, AMassIsBoxedWhereItIsAndMirroredPicturesGiveTheMirroredBox) {
  const Image<float> left = with_mass();
  Pointing run;
  run.add("a.dcm", test::mammogram_dataset(left, "L"));
  run.add("b.dcm", test::mammogram_dataset(test::mirrored(left), "R"));
  run.run();
  EXPECT_EQ(join(run.table.columns, ","), "file,rank,score,x,y,width,height,type,malignancy");
  ASSERT_EQ(run.table.rows.size(), 2U) << "what is white in the air is no region";
  // Right breasts hang first.
  const std::size_t of_left = contains(run.table.cell(0, "file"), "a.dcm") ? 0 : 1, of_right = 1 - of_left;
  EXPECT_EQ(run.table.cell(of_left, "rank"), "1");
  EXPECT_EQ(run.table.cell(of_left, "type"), "mass");
  EXPECT_GT(run.number(of_left, "score"), 0.9);
  EXPECT_GT(run.number(of_left, "malignancy"), 0.6);
  EXPECT_NEAR(run.number(of_left, "x") + run.number(of_left, "width") / 2, kX, 3);
  EXPECT_NEAR(run.number(of_left, "y") + run.number(of_left, "height") / 2, kY, 3);
  // Places are of four pixels, and smoothed.
  EXPECT_NEAR(run.number(of_left, "width"), 2 * kRadius, 9);
  EXPECT_NEAR(run.number(of_left, "height"), 2 * kRadius, 9);
  EXPECT_NEAR(run.number(of_right, "x"), 240 - run.number(of_left, "x") - run.number(of_left, "width"), 0.11);
  for (const char* same : {"score", "y", "width", "height", "malignancy"})
    EXPECT_EQ(run.table.cell(of_right, same), run.table.cell(of_left, same)) << same;
}

// One breast of two has a dense place that the other lacks; no network is needed to see it.
TEST(Regions, WhatOnlyOneBreastHasIsAnAsymmetryOnItsOwnPixels) {
  constexpr double kAwayX = 60, kAwayY = 70, kWide = 26;
  const Image<float> left = test::drawn_mammogram();
  Image<float> right = left;
  for (int y = 0; y < right.grid.size[1]; ++y)
    for (int x = 0; x < right.grid.size[0]; ++x)
      if (std::hypot(x + 0.5 - kAwayX, y + 0.5 - kAwayY) < kWide) right.at(x, y, 0) = 2400;
  Pointing run;
  run.add("a.dcm", test::mammogram_dataset(left, "L", "CC"));
  run.add("b.dcm", test::mammogram_dataset(test::mirrored(right), "R", "CC"));
  run.run();
  std::vector<std::size_t> rows;
  for (std::size_t r = 0; r < run.table.rows.size(); ++r)
    if (run.table.cell(r, "type") == "asymmetry") rows.push_back(r);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(contains(run.table.cell(rows[0], "file"), "b.dcm"));
  EXPECT_EQ(run.table.cell(rows[0], "malignancy"), "");
  EXPECT_NEAR(run.number(rows[0], "x") + run.number(rows[0], "width") / 2, 240 - kAwayX, 8);
  EXPECT_NEAR(run.number(rows[0], "y") + run.number(rows[0], "height") / 2, kAwayY, 8);
  const auto schema =
      nlohmann::json::parse(io::read_file(test::source_dir() / "docs/schemas/density.schema.json"));
  const auto json = nlohmann::json::parse(io::read_file(run.folder / "out/density.json"));
  EXPECT_EQ(test::schema_errors(schema, json), std::vector<std::string>{});
}

TEST(Regions, ThePageSaysWhatTheyAreNotAndJsonFollowsItsSchema) {
  Pointing run;
  run.add("view.dcm", test::mammogram_dataset(with_mass()));
  run.run();
  const std::string page = io::read_file(run.folder / "out/report.html");
  EXPECT_TRUE(contains(page, "Regions of interest: research use only. "));
  const auto schema =
      nlohmann::json::parse(io::read_file(test::source_dir() / "docs/schemas/density.schema.json"));
  const auto json = nlohmann::json::parse(io::read_file(run.folder / "out/density.json"));
  EXPECT_EQ(test::schema_errors(schema, json), std::vector<std::string>{});
  EXPECT_TRUE(json.at("region_method").get<std::string>().starts_with("network regions, SHA-256 "));
  EXPECT_EQ(json.at("exams").at(0).at("images").at(0).at("regions").size(), 1U);
}

TEST(Regions, AreLeftOutWhereNobodyWantsThemAndSaidToBeWhereTheModelIsMissing) {
  Pointing run;
  run.add("view.dcm", test::mammogram_dataset(with_mass()));
  run.run("none");
  EXPECT_FALSE(fs::exists(run.folder / "out/regions.csv"));
  EXPECT_FALSE(contains(io::read_file(run.folder / "out/report.html"), "Regions of interest"));
  EXPECT_TRUE(run.outcome.findings.empty());

  fs::create_directories(run.folder / "no models");
  setenv("LOBULE_MODELS", (run.folder / "no models").c_str(), 1);
  run.run("regions");
  unsetenv("LOBULE_MODELS");
  EXPECT_TRUE(run.table.rows.empty());
  ASSERT_EQ(run.outcome.findings.size(), 1U);
  EXPECT_EQ(run.outcome.findings[0].severity, Severity::note);
  EXPECT_EQ(
      sentence(run.outcome.findings[0]),
      "regions of interest: only asymmetries were looked for; the model regions is not among the shipped "
      "models. Name a model folder with --regions, or make one with lobule-train regions.");
}

TEST(Regions, ModelsOfOtherTasksAreRefused) {
  const test::ScratchFolder folder;
  test::write_density_model(folder.path());
  EXPECT_EQ(
      test::message_of([&] { RegionNetwork::open((folder / "density").string()); }),
      "model density: it does not find masses, calcifications and distortions; it is no model of the task "
      "regions.");
}

TEST(Regions, NothingIsFoundWhereNoTissueIsLabelled) {
  const test::ScratchFolder folder;
  test::write_region_model(folder.path());
  const RegionNetwork network = RegionNetwork::open((folder / "regions").string());
  Context context;
  const Image<float> picture = with_mass();
  EXPECT_TRUE(network.find(picture, Mask(picture.grid), context).regions.empty());
}

}  // namespace
}  // namespace lobule::pipeline
