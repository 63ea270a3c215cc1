#include "pipeline/density.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "io/picture_read.h"
#include "io/png.h"
#include "pipeline/density_network.h"
#include "support/density_model.h"
#include "support/json_schema.h"
#include "support/mammogram_sample.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;
namespace tag = io::tag;

// Inputs, a model and results in one scratch folder.
struct Measuring {
  test::ScratchFolder folder;
  DensityOutcome outcome;
  Table table;

  void add(const std::string& name, const io::DicomDataset& dataset) {
    fs::create_directories(folder / "in");
    io::write_dicom(folder / "in" / name, dataset);
  }
  void run(bool finds_nothing = false) {
    test::write_density_model(folder.path(), finds_nothing);
    DensityOptions options;
    options.output = (folder / "out").string();
    options.model = (folder / "density").string();
    options.regions = "none";
    Context context;
    outcome = measure_density({(folder / "in").string()}, options, context);
    table = from_csv(io::read_file(folder / "out/density.csv"), "density.csv");
  }
  std::string cell(std::size_t row, const std::string& column) const { return table.cell(row, column); }
  double number(std::size_t row, const std::string& column) const { return *parse_number(cell(row, column)); }
};

// Percent density of the drawing, by the thresholds of its pixels.
double drawn_percent() {
  double dense = 0, breast = 0;
  for (const float v : test::drawn_mammogram().voxels) breast += v > 400 ? 1 : 0, dense += v > 1750 ? 1 : 0;
  return 100 * dense / breast;
}

TEST(Density, MeasuresAWholeExamInHangingOrder) {
  const Image<float> left = test::drawn_mammogram(), right = test::mirrored(left);
  Measuring run;
  run.add("a.dcm", test::mammogram_dataset(left, "L", "MLO"));
  run.add("b.dcm", test::mammogram_dataset(right, "R", "MLO"));
  run.add("c.dcm", test::mammogram_dataset(left, "L", "CC"));
  run.add("d.dcm", test::mammogram_dataset(right, "R", "CC"));
  run.run();
  EXPECT_EQ(run.outcome.measured, 4);
  EXPECT_EQ(run.outcome.refused, 0);
  ASSERT_EQ(run.table.rows.size(), 4U);
  EXPECT_EQ(
      join(run.table.columns, ","),
      "file,patient_id,side,view,breast_cm2,dense_cm2,pd,pd_low,pd_high,vbd,birads4,birads5,dense,masking,"
      "status,reason");
  std::string order;
  for (std::size_t r = 0; r < 4; ++r) order += run.cell(r, "side") + " " + run.cell(r, "view") + ", ";
  EXPECT_EQ(order, "R CC, L CC, R MLO, L MLO, ");
  for (std::size_t r = 0; r < 4; ++r) {
    EXPECT_EQ(run.cell(r, "status"), "ok") << run.cell(r, "reason");
    EXPECT_NEAR(run.number(r, "pd"), drawn_percent(), 1.5);
    EXPECT_LE(run.number(r, "pd_low"), run.number(r, "pd"));
    EXPECT_GE(run.number(r, "pd_high"), run.number(r, "pd"));
    EXPECT_NEAR(run.number(r, "dense_cm2") / run.number(r, "breast_cm2") * 100, run.number(r, "pd"), 0.1);
    EXPECT_EQ(run.cell(r, "patient_id"), "LOBULE-TEST");
    EXPECT_EQ(run.cell(r, "vbd"), "");
  }
  // The same pixels mirrored give the same numbers.
  EXPECT_EQ(run.cell(0, "pd"), run.cell(1, "pd"));
}

// Archives hold a view raw and as it is shown.
TEST(Density, ARawImageBesideItsShownOneDoesNotCountTwice) {
  const Image<float> drawn = test::drawn_mammogram();
  Image<float> raw = drawn;
  for (float& v : raw.voxels) v = static_cast<float>(std::round(4000 * std::exp(-0.4 * v / 1000)));
  io::DicomDataset d = test::mammogram_dataset(raw);
  d.put_text(io::tag::PresentationIntentType, "CS", "FOR PROCESSING");
  d.put_text(io::tag::PhotometricInterpretation, "CS", "MONOCHROME1");
  Measuring run;
  run.add("a.dcm", test::mammogram_dataset(drawn));
  run.add("b.dcm", d);
  run.run();
  ASSERT_EQ(run.outcome.measured, 2);
  const auto json = nlohmann::json::parse(io::read_file(run.folder / "out/density.json"));
  ASSERT_EQ(json["exams"].size(), 1U);
  const auto& images = json["exams"][0]["images"];
  const std::size_t shown = images[0]["mask"] == "masks/a_labels.png" ? 0 : 1;
  EXPECT_EQ(json["exams"][0]["pd"], images[shown]["pd"]);
}

TEST(Density, MasksHaveTheInputsSizeAndLieOnItsPixels) {
  const Image<float> right = test::mirrored(test::drawn_mammogram());
  Measuring run;
  run.add("view.dcm", test::mammogram_dataset(right, "R"));
  run.run();
  const io::PictureValues mask = io::read_picture(run.folder / "out/masks/view_labels.png");
  ASSERT_EQ(mask.width, right.grid.size[0]);
  ASSERT_EQ(mask.height, right.grid.size[1]);
  double wrong = 0;
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    const float drawn = right.voxels[i];
    const int label = drawn > 1750 ? 2 : drawn > 400 ? 1 : 0;
    wrong += mask.values[i] != static_cast<float>(label) ? 1 : 0;
  }
  EXPECT_LT(wrong / static_cast<double>(mask.values.size()), 0.02);
}

TEST(Density, HowMuchAirThePictureShowsChangesNothing) {
  const Image<float> drawn = test::drawn_mammogram();
  Image<float> wider;
  wider.grid.size = {330, 400, 1};
  wider.voxels.assign(wider.grid.voxel_count(), 0);
  for (int y = 0; y < 320; ++y)
    for (int x = 0; x < 240; ++x) wider.at(x, y + 50, 0) = drawn.at(x, y, 0);
  Measuring run;
  run.add("a.dcm", test::mammogram_dataset(drawn));
  run.add("b.dcm", test::mammogram_dataset(wider));
  run.run();
  ASSERT_EQ(run.outcome.measured, 2);
  EXPECT_NEAR(run.number(0, "pd"), run.number(1, "pd"), 0.5);
  EXPECT_NEAR(run.number(0, "breast_cm2"), run.number(1, "breast_cm2"), 0.01 * run.number(0, "breast_cm2"));
}

TEST(Density, JsonFollowsItsSchemaAndThePageNamesNoPatient) {
  Measuring run;
  run.add("view.dcm", test::mammogram_dataset(test::drawn_mammogram()));
  io::DicomDataset ct = test::mammogram_dataset(test::drawn_mammogram());
  ct.put_text(tag::Modality, "CS", "CT");
  run.add("ct.dcm", ct);
  run.run();
  const auto schema =
      nlohmann::json::parse(io::read_file(test::source_dir() / "docs/schemas/density.schema.json"));
  const auto json = nlohmann::json::parse(io::read_file(run.folder / "out/density.json"));
  EXPECT_EQ(test::schema_errors(schema, json), std::vector<std::string>{});
  const std::string page = io::read_file(run.folder / "out/report.html");
  EXPECT_EQ(page.find("LOBULE-TEST"), std::string::npos);
  EXPECT_NE(page.find("Research use only"), std::string::npos);
}

TEST(Density, PicturesOfOneNameAreOneExamAndTheirViewsAreCompared) {
  const auto write = [](const fs::path& path, const Image<float>& image) {
    io::Picture picture{image.grid.size[0], image.grid.size[1], 1, {}};
    for (const float v : image.voxels)
      picture.pixels.push_back(static_cast<std::uint8_t>(std::min(255.0F, v / 10)));
    io::write_file(path, io::encode_png(picture));
  };
  Image<float> denser = test::drawn_mammogram();
  for (float& v : denser.voxels)
    if (v > 1300 && v < 1750) v += 600;
  Measuring run;
  write(run.folder / "in/7_L_CC.png", test::drawn_mammogram());
  write(run.folder / "in/7_R_CC.png", test::mirrored(denser));
  write(run.folder / "in/8_R_CC.png", test::mirrored(denser));
  io::write_file(run.folder / "in/readme.txt", "no image");
  run.run();
  EXPECT_EQ(run.outcome.measured, 3);
  for (std::size_t r = 0; r < run.table.rows.size(); ++r)
    EXPECT_NE(run.cell(r, "status"), "refused") << run.cell(r, "reason");
  const auto json = nlohmann::json::parse(io::read_file(run.folder / "out/density.json"));
  ASSERT_EQ(json.at("exams").size(), 2U);
  const std::string warning = json.at("exams").at(0).at("findings").at(0).at("text");
  EXPECT_TRUE(warning.starts_with("exam 1: percent density of right CC and left CC differs: ")) << warning;
  EXPECT_EQ(run.cell(0, "breast_cm2"), "") << "pictures have no spacing";
  EXPECT_EQ(sentence(run.outcome.findings.back()), "1 file: neither pictures nor DICOM objects; left out.");
}

struct Refused {
  std::function<void(Image<float>&)> draw;
  std::string reason;
};

TEST(Density, RefusesWhatIsNoMammogramByItsPixels) {
  const auto says = [](const std::string& score, const std::string& reason) {
    return "it does not look like a mammogram of one whole breast (score " + score +
           ", at least 0.50 is needed): " + reason;
  };
  const auto each = [](Image<float>& image, const auto& value) {
    for (int y = 0; y < image.grid.size[1]; ++y)
      for (int x = 0; x < image.grid.size[0]; ++x) image.at(x, y, 0) = static_cast<float>(value(x, y));
  };
  const std::vector<Refused> cases{
      {[&](auto& i) { each(i, [](int, int) { return 100; }); }, says("0.00", "no breast was found")},
      {[&](auto& i) {
         each(i, [](int x, int y) {
           std::uint32_t h = static_cast<std::uint32_t>(x * 7919 + y * 104729);
           h = (h ^ (h >> 13)) * 2654435761U;
           return (h >> 8) % 2000;
         });
       },
       says("0.00", "no breast was found")},
      {[&](auto& i) {  // a body in the middle, as on a slice
         each(i, [](int x, int y) {
           return std::hypot((x - 120) / 90.0, (y - 160) / 110.0) < 1 ? 1500 + 10 * ((x * y) % 17)
                                                                      : (x + y) % 5;
         });
       },
       says("0.43", "the outline at the chest wall is not straight")},
      {[&](auto& i) {
         each(i, [](int x, int y) { return y > 40 ? 1500 + 10 * ((x * y) % 17) : (x + y) % 5; });
       },
       says("0.00", "no edge looks like a chest wall")}};
  for (const Refused& one : cases) {
    Image<float> image = test::drawn_mammogram();
    one.draw(image);
    Measuring run;
    run.add("image.dcm", test::mammogram_dataset(image));
    run.run();
    EXPECT_EQ(run.outcome.measured, 0);
    EXPECT_EQ(run.cell(0, "status"), "refused");
    EXPECT_EQ(run.cell(0, "reason"), one.reason);
    EXPECT_EQ(run.cell(0, "pd"), "");
    EXPECT_FALSE(fs::exists(run.folder / "out/masks/image_labels.png"));
  }
}

TEST(Density, TheNextExaminationFollowsWhatIsKnownOfTheWoman) {
  const test::ScratchFolder folder;
  test::write_density_model(folder.path());
  fs::create_directories(folder / "in");
  io::DicomDataset d = test::mammogram_dataset(test::drawn_mammogram());
  d.put_text(io::Tag{0x0010, 0x1010}, "AS", "061Y");
  io::write_dicom(folder / "in/view.dcm", d);
  io::write_file(folder / "women.csv", "patient_id,genes\nLOBULE-TEST,BRCA1\n");
  const auto next = [&](const std::string& women, const std::string& rules) {
    DensityOptions options;
    options.output = (folder / "out").string();
    options.model = (folder / "density").string();
    options.regions = "none";
    options.women = women, options.rules = rules;
    Context context;
    measure_density({(folder / "in").string()}, options, context);
    return nlohmann::json::parse(io::read_file(folder / "out/density.json")).at("exams").at(0).at("next");
  };
  EXPECT_EQ(next("", "").at("modality"), "DBT");
  EXPECT_EQ(next((folder / "women.csv").string(), "").at("rule"), "genes");
  io::write_file(
      folder / "rules.json",
      R"([{"name":"old","min_age_years":60,"modality":"ultrasound","advice":"Look.","source":"ours"}])");
  const auto own = next("", (folder / "rules.json").string());
  EXPECT_EQ(own.at("modality"), "ultrasound");
  EXPECT_EQ(own.at("reasons").at(0), "age 61");
}

TEST(Density, OneBadFileStopsNoOther) {
  Measuring run;
  run.add("good.dcm", test::mammogram_dataset(test::drawn_mammogram()));
  const std::string whole = io::read_file(run.folder / "in/good.dcm");
  io::write_file(run.folder / "in/cut.dcm", whole.substr(0, whole.size() / 2));
  io::DicomDataset tomo = test::mammogram_dataset(test::drawn_mammogram());
  tomo.put_number(tag::NumberOfFrames, "IS", 9);
  run.add("tomo.dcm", tomo);
  run.run();
  EXPECT_EQ(run.outcome.measured, 1);
  EXPECT_EQ(run.outcome.refused, 2);
  EXPECT_TRUE(fs::exists(run.folder / "out/masks/good_labels.png"));
}

TEST(Density, SaysWhereTheNetworkFindsNothing) {
  Measuring run;
  run.add("image.dcm", test::mammogram_dataset(test::drawn_mammogram()));
  run.run(true);
  EXPECT_EQ(run.cell(0, "reason"), "the network found no breast");
}

TEST(Density, SaysWhatIsMissingWithoutAModel) {
  const test::ScratchFolder folder;
  DensityOptions options;
  options.output = (folder / "out").string();
  options.model = (folder / "nowhere").string();
  Context context;
  const std::string message =
      test::message_of([&] { measure_density({folder.path().string()}, options, context); });
  EXPECT_NE(message.find("it is no model folder and no shipped model"), std::string::npos) << message;
}

TEST(DensityNetwork, RefusesAModelOfAnotherTask) {
  const test::ScratchFolder folder;
  test::write_density_model(folder.path());
  nn::Model model = learn::read_model(folder / "density");
  model.labels = {"background", "adipose", "dense", "muscle"};
  learn::write_model(folder / "other", model);
  EXPECT_EQ(
      test::message_of([&] { DensityNetwork::open((folder / "other").string()); }),
      "model density: it does not tell background, adipose, dense and pectoral apart; it is no model of the "
      "task density.");
}

}  // namespace
}  // namespace lobule::pipeline
