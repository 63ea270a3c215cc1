// lobule density as a user runs it: exit codes and what it says.

#include <gtest/gtest.h>

#include <algorithm>

#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "support/density_model.h"
#include "support/mammogram_sample.h"
#include "support/test_support.h"

namespace lobule {
namespace {
namespace fs = std::filesystem;

test::ProgramResult density(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {test::lobule_program(), "density"});
  return test::run_program(arguments);
}

TEST(DensityCommand, ItsExitCodeSaysWhetherAllSomeOrNoneWereMeasured) {
  const test::ScratchFolder folder;
  test::write_density_model(folder.path());
  fs::create_directories(folder / "good");
  io::write_dicom(folder / "good/view.dcm", test::mammogram_dataset(test::drawn_mammogram()));
  io::DicomDataset ct = test::mammogram_dataset(test::drawn_mammogram());
  ct.put_text(io::tag::Modality, "CS", "CT");
  fs::create_directories(folder / "bad");
  io::write_dicom(folder / "bad/slice.dcm", ct);
  const std::string out = (folder / "out").string(), model = (folder / "density").string();
  const auto run = [&](std::vector<std::string> inputs) {
    inputs.insert(inputs.end(), {"-o", out, "--model", model, "--regions", "none"});
    return density(inputs);
  };
  const auto all = run({(folder / "good").string()});
  EXPECT_EQ(all.exit_code, 0) << all.output;
  EXPECT_TRUE(contains(all.output, "1 images measured, 0 refused; open " + out + "/report.html"))
      << all.output;
  const auto some = run({(folder / "good").string(), (folder / "bad").string()});
  EXPECT_EQ(some.exit_code, 1) << some.output;
  EXPECT_TRUE(
      contains(some.output, "slice.dcm: refused: its modality is CT; density is measured on mammograms (MG)"))
      << some.output;
  const auto none = run({(folder / "bad").string()});
  EXPECT_EQ(none.exit_code, 3) << none.output;
  EXPECT_FALSE(contains(none.output, "LOBULE-TEST")) << "no patient's ID is printed";
}

TEST(DensityCommand, SaysWhatIsMissing) {
  const test::ScratchFolder folder;
  const auto nowhere = density({(folder / "absent").string(), "-o", (folder / "out").string()});
  EXPECT_NE(nowhere.exit_code, 0);
  const auto no_output = density({folder.path().string()});
  EXPECT_TRUE(contains(no_output.output, "lobule density: no folder for results is given. Name one with -o"))
      << no_output.output;
}

TEST(DensityCommand, RealMammogramsAreMeasuredAndOtherImagesRefused) {
  LOBULE_NEEDS_DATA(samples, "dicom_samples");
  const test::ScratchFolder folder;
  test::write_density_model(folder.path());
  std::vector<std::string> arguments;
  for (const char* name : {"mg", "us", "derived/dx_mono1_rle.dcm", "ts/CT_small.dcm",
                           "synthetic/mg_lcc_for_processing.dcm", "synthetic/mg_rmlo_for_presentation.dcm",
                           "synthetic/pixel_data_too_short.dcm", "synthetic/empty.dcm"})
    arguments.push_back((samples / name).string());
  arguments.insert(arguments.end(),
                   {"-o", (folder / "out").string(), "--model", (folder / "density").string(), "--regions", "none"});
  EXPECT_EQ(density(arguments).exit_code, 1);
  const Table table = from_csv(io::read_file(folder / "out/density.csv"), "density.csv");
  std::vector<std::string> measured;
  for (std::size_t r = 0; r < table.rows.size(); ++r)
    if (table.cell(r, "status") != "refused")
      measured.push_back(fs::path(table.cell(r, "file")).stem().string());
    else
      EXPECT_EQ(table.cell(r, "pd"), "") << table.cell(r, "file");
  std::sort(measured.begin(), measured.end());
  EXPECT_EQ(measured, (std::vector<std::string>{"mg_ge_essential_rmlo_presentation_jpll",
                                                "mg_lcc_for_processing", "mg_rmlo_for_presentation"}));
}

}  // namespace
}  // namespace lobule
