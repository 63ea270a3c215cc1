// Cut-points of density categories from a site's readers, and their use.

#include "pipeline/density_calibrate.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "pipeline/density.h"
#include "support/density_model.h"
#include "support/mammogram_sample.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// Two images a woman; readers cut at 12, 30 and 55.
std::string table_of(int women, const std::string& more = "") {
  std::string text = "file,patient_id,pd,reader\n";
  for (int w = 0; w < women; ++w)
    for (const int view : {0, 1}) {
      const double pd = 80.0 * (2 * w + view + 0.5) / (2 * women);
      const char category = static_cast<char>(pd < 12 ? 'a' : pd < 30 ? 'b' : pd < 55 ? 'c' : 'd');
      text += std::to_string(w) + (view == 0 ? "_L_CC.png," : "_R_CC.png,") + "," + format_fixed(pd, 2) +
              "," + category + "\n";
    }
  return text + more;
}

struct Calibrating {
  test::ScratchFolder folder;
  CalibrateOptions options;

  CalibrateOutcome run(const std::string& table) {
    io::write_file(folder / "density.csv", table);
    options.output = (folder / "calibration.json").string();
    options.repetitions = 100;
    Context context;
    return calibrate_density({(folder / "density.csv").string()}, options, context);
  }
  std::string error(const std::string& table) {
    std::string message = test::message_of([&] { run(table); });
    const std::string name = (folder / "density.csv").string();
    const auto at = message.find(name);
    if (at != std::string::npos) message.replace(at, name.size(), "TABLE");
    return message;
  }
};

TEST(DensityCalibrate, FindsThePlantedCutsAndWritesWhatTheyRestOn) {
  Calibrating c;
  io::write_file(c.folder / "density.json", R"({"method":"network density, SHA-256 0123456789ab"})");
  const CalibrateOutcome outcome = c.run(table_of(60, "x_L_CC.png,,,b\n9_L_CC.png,,41.0,\n"));
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].what, "1 readings are of images without percent density");
  const auto json = nlohmann::json::parse(io::read_file(c.folder / "calibration.json"));
  const double planted[3] = {12, 30, 55};
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(json.at("cuts").at(k).get<double>(), planted[k], 0.7);
    EXPECT_LE(json.at("cut_intervals").at(k).at(0).get<double>(), planted[k] + 0.7);
    EXPECT_GE(json.at("cut_intervals").at(k).at(1).get<double>(), planted[k] - 0.7);
  }
  EXPECT_EQ(json.at("readings"), 120);
  EXPECT_EQ(json.at("women"), 60);
  EXPECT_EQ(json.at("kappa"), 1.0);
  EXPECT_LT(json.at("kappa_before").get<double>(), 1.0);
  EXPECT_EQ(json.at("counts").at("a"), 18);
  EXPECT_EQ(json.at("network"), "network density, SHA-256 0123456789ab");
}

TEST(DensityCalibrate, SeveralReadersAndNumbersForLettersCount) {
  Calibrating c;
  c.options.readers = {"first", "second"};
  std::string table = "file,patient_id,pd,first,second\n";
  for (int n = 0; n < 80; ++n) {
    const double pd = n + 0.5;
    const int category = pd < 10 ? 1 : pd < 30 ? 2 : pd < 60 ? 3 : 4;
    table += std::to_string(n) + ".dcm,P" + std::to_string(n) + "," + format_fixed(pd, 1) + "," +
             std::to_string(category) + "," + static_cast<char>('A' + category - 1) + "\n";
  }
  EXPECT_EQ(c.run(table).evidence.readings, 160);
}

TEST(DensityCalibrate, FewReadingsOfACategoryAreWarnedAbout) {
  Calibrating c;
  const CalibrateOutcome outcome = c.run(table_of(10));
  ASSERT_FALSE(outcome.findings.empty());
  EXPECT_TRUE(
      sentence(outcome.findings[0])
          .ends_with("only 3 readings are of category a; its cut-point is uncertain. See the intervals, "
                     "and add women of that category."))
      << sentence(outcome.findings[0]);
}

TEST(DensityCalibrate, SaysWhatIsWrongWithATable) {
  Calibrating c;
  EXPECT_EQ(c.error("file,patient_id,pd,reeder\n"),
            "table: there is no column \"reader\". Did you mean reeder?");
  EXPECT_EQ(
      c.error("file,patient_id,pd,reader\na.png,,20,e\n"),
      "TABLE, row 1, column \"reader\": \"e\" is no category; categories are a, b, c, d or 1, 2, 3, 4.");
  EXPECT_EQ(c.error("file,patient_id,pd,reader\na.png,,many,a\n"),
            "TABLE, row 1: \"many\" is no percent density.");
  EXPECT_EQ(c.error("file,patient_id,pd,reader\na.png,,20,\n"),
            "TABLE: no row has both percent density and a reader's category.");
  EXPECT_EQ(
      c.error("file,patient_id,pd,reader\na.png,,20,a\nb.png,,40,b\nc.png,,60,d\n"),
      "TABLE: no reader gave category c; its cut-point cannot be estimated. Add women of that category.");
  EXPECT_EQ(
      c.error("file,patient_id,pd,reader\na.png,,20,a\nb.png,,20,b\nc.png,,20,c\nd.png,,60,d\n"),
      "TABLE: it has too few different percent densities; three cut-points need at least four of them.");
}

TEST(DensityCalibrate, TablesOfTwoNetworksAreRefused) {
  const test::ScratchFolder folder;
  for (const std::string name : {"one", "two"}) {
    io::write_file(folder / name / "density.json", "{\"method\":\"network " + name + "\"}");
    io::write_file(folder / name / "density.csv", table_of(30));
  }
  CalibrateOptions options;
  options.output = (folder / "calibration.json").string();
  Context context;
  const std::string two = (folder / "two/density.csv").string();
  EXPECT_EQ(test::message_of([&] {
              calibrate_density({(folder / "one/density.csv").string(), two}, options, context);
            }),
            two +
                ": it was measured by the network two, another table by the network one; a calibration "
                "serves one network.");
}

TEST(DensityCalibration, SaysWhatIsNoCalibration) {
  const auto error = [](const std::string& text) {
    return test::message_of([&] { density_calibration_from_json(text, "c.json"); });
  };
  EXPECT_EQ(error("{"),
            "c.json: it is no calibration; it is not JSON. Make one with lobule density calibrate.");
  EXPECT_EQ(error("[]"),
            "c.json: it is no calibration; it is no object. Make one with lobule density calibrate.");
  EXPECT_EQ(error(R"({"version":2,"cuts":[1,2,3]})"),
            "c.json: its version is not 1. Make it with lobule density calibrate of this version of lobule.");
  for (const char* cuts : {"[1,2]", "[1,2,3,4]", "[3,2,1]", "[0,2,3]", "[1,2,100]", "[1,2,\"x\"]", "7"})
    EXPECT_EQ(error(std::string(R"({"version":1,"cuts":)") + cuts + "}"),
              "c.json: its cuts are not three increasing numbers between 0 and 100.");
}

TEST(DensityCalibration, MeasuringWithItMarksCategoriesAsCalibrated) {
  const test::ScratchFolder folder;
  test::write_density_model(folder.path());
  fs::create_directories(folder / "in");
  io::write_dicom(folder / "in/view.dcm", test::mammogram_dataset(test::drawn_mammogram()));
  io::write_file(
      folder / "c.json",
      R"({"version":1,"cuts":[2,4,6],"readings":30,"women":1,"readers":["r"],"network":"network x"})");
  DensityOptions options;
  options.output = (folder / "out").string();
  options.model = (folder / "density").string();
  options.calibration = (folder / "c.json").string();
  Context context;
  const DensityOutcome outcome = measure_density({(folder / "in").string()}, options, context);
  const Table table = from_csv(io::read_file(folder / "out/density.csv"), "density.csv");
  EXPECT_EQ(table.cell(0, "birads5"), "d");
  EXPECT_EQ(table.cell(0, "dense"), "yes");
  const auto json = nlohmann::json::parse(io::read_file(folder / "out/density.json"));
  EXPECT_EQ(json.at("categories").at("calibrated"), true);
  EXPECT_EQ(json.at("categories").at("source"), "calibrated on 30 readings of 1 woman by 1 reader");
  EXPECT_EQ(json.at("exams").at(0).at("next").at("reasons").at(0), "density category d")
      << "what follows rests on the same cuts";
  EXPECT_TRUE(contains(io::read_file(folder / "out/report.html"),
                       "extremely dense; calibrated on 30 readings of 1 woman by 1 reader"));
  EXPECT_TRUE(contains(io::read_file(folder / "out/dicom/exam_1_sr.dcm"),
                       "estimated from percent density, calibrated on 30 readings"));
  ASSERT_FALSE(outcome.findings.empty());
  EXPECT_TRUE(sentence(outcome.findings.back())
                  .starts_with(options.calibration +
                               ": it was made with the network x, and here measures the "
                               "network density, SHA-256 "))
      << sentence(outcome.findings.back());
}

}  // namespace
}  // namespace lobule::pipeline
