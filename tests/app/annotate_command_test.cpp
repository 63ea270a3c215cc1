// lobule annotate and lobule density calibrate as a user runs them: commands of two words.

#include <gtest/gtest.h>

#include <filesystem>

#include "core/text.h"
#include "io/files.h"
#include "support/density_model.h"
#include "support/mammogram_sample.h"
#include "support/test_support.h"

namespace lobule {
namespace {
namespace fs = std::filesystem;

test::ProgramResult lobule_says(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), test::lobule_program());
  return test::run_program(arguments);
}

struct Inputs {
  test::ScratchFolder folder;
  Inputs() {
    test::write_density_model(folder.path());
    fs::create_directories(folder / "in");
    io::write_dicom(folder / "in/1_L_CC.dcm", test::mammogram_dataset(test::drawn_mammogram()));
  }
  std::string place(const std::string& name) const { return (folder / name).string(); }
};

TEST(AnnotateCommand, GoesRoundFromImagesToAgreement) {
  const Inputs inputs;
  const auto exported = lobule_says({"annotate", "export", inputs.place("in"), "-o", inputs.place("out"),
                                     "--model", inputs.place("density")});
  EXPECT_EQ(exported.exit_code, 0) << exported.output;
  EXPECT_TRUE(contains(exported.output, "1 images exported, 0 refused; labels to correct lie in "))
      << exported.output;
  for (const char* reader : {"anna", "berta"}) {
    const auto imported = lobule_says(
        {"annotate", "import", inputs.place("out"), "-o", inputs.place("study"), "--reader", reader});
    EXPECT_EQ(imported.exit_code, 0) << imported.output;
    EXPECT_TRUE(contains(imported.output, "labels of 1 images imported, 0 files refused")) << imported.output;
  }
  const auto again = lobule_says(
      {"annotate", "import", inputs.place("out"), "-o", inputs.place("study"), "--reader", "anna"});
  EXPECT_EQ(again.exit_code, 3) << again.output;
  const auto agreement = lobule_says({"annotate", "agreement", inputs.place("study/labels/anna"),
                                      inputs.place("study/labels/berta"), "-o", inputs.place("agreement")});
  EXPECT_EQ(agreement.exit_code, 0) << agreement.output;
  EXPECT_TRUE(contains(agreement.output, "anna and berta: 1 images, dense Dice 1.000\n")) << agreement.output;
  EXPECT_FALSE(contains(exported.output + agreement.output, "LOBULE-TEST")) << "no patient's ID is printed";
}

TEST(AnnotateCommand, AloneItSaysWhatHasToStandBehindIt) {
  const auto alone = lobule_says({"annotate"});
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_TRUE(contains(alone.output,
                       "lobule annotate: it needs one of export, import, agreement behind it. See lobule "
                       "annotate export --help"))
      << alone.output;
  EXPECT_EQ(lobule_says({"annotate", "exprot", "x"}).exit_code, 2);
  EXPECT_TRUE(contains(lobule_says({"annotate", "export", "--help"}).output,
                       "Usage: lobule annotate export INPUT... [options]"));
}

TEST(AnnotateCommand, EachSaysWhereResultsGoIsMissing) {
  const Inputs inputs;
  EXPECT_TRUE(contains(lobule_says({"annotate", "export", inputs.place("in")}).output,
                       "lobule annotate export: no folder for results is given. Name one with -o"));
  EXPECT_TRUE(contains(lobule_says({"annotate", "import", inputs.place("in")}).output,
                       "lobule annotate import: no folder for the study is given. Name one with -o"));
  EXPECT_TRUE(contains(lobule_says({"annotate", "agreement", inputs.place("in")}).output,
                       "lobule annotate agreement: no folder for results is given. Name one with -o"));
  EXPECT_TRUE(contains(lobule_says({"density", "calibrate", inputs.place("in")}).output,
                       "lobule density calibrate: no file for the calibration is given. Name one with -o"));
}

TEST(DensityCalibrateCommand, PrintsCutsThatMeasuringThenUses) {
  const Inputs inputs;
  std::string table = "file,patient_id,pd,reader\n";
  for (int n = 0; n < 60; ++n)
    table += std::to_string(n) + ".png,," + format_fixed(n + 0.5, 1) + "," + "aabbccdddddd"[n / 5] + "\n";
  io::write_file(inputs.folder / "read.csv", table);
  const auto calibrated =
      lobule_says({"density", "calibrate", inputs.place("read.csv"), "-o", inputs.place("c.json")});
  EXPECT_EQ(calibrated.exit_code, 0) << calibrated.output;
  EXPECT_TRUE(contains(calibrated.output, "60 readings of 60 women\na|b  10.0 %")) << calibrated.output;
  const auto measured = lobule_says({"density", inputs.place("in"), "-o", inputs.place("out"), "--model",
                                     inputs.place("density"), "--calibration", inputs.place("c.json")});
  EXPECT_EQ(measured.exit_code, 0) << measured.output;
  EXPECT_TRUE(contains(io::read_file(inputs.folder / "out/report.html"),
                       "calibrated on 60 readings of 60 women by 1 reader"));
}

TEST(DensityCalibrateCommand, AFolderOfThatNameIsMeasuredByItsPath) {
  const Inputs inputs;
  fs::rename(inputs.folder / "in", inputs.folder / "calibrate");
  const auto result = lobule_says(
      {"density", inputs.place("calibrate"), "-o", inputs.place("out"), "--model", inputs.place("density")});
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

}  // namespace
}  // namespace lobule
