// `lobule phantom` as a user runs it: repeatable, from label maps, and of the second family.

#include <gtest/gtest.h>

#include <map>

#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "support/test_support.h"

namespace lobule {
namespace {

namespace fs = std::filesystem;

test::ProgramResult make(const fs::path& out, std::vector<std::string> words) {
  std::vector<std::string> command = {test::lobule_program(), "phantom", "-o", out.string()};
  command.insert(command.end(), words.begin(), words.end());
  return test::run_program(command);
}

std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), folder).string()] = io::read_file(entry.path());
  return files;
}

Table table_of(const fs::path& file) {
  return from_csv(io::read_file(file), file.filename().string());
}

double number(const Table& table, std::size_t row, const char* column) {
  return parse_number(table.cell(row, column)).value_or(-1);
}

TEST(PhantomCommand, SameBytesForOneAndTwoThreadsAndAloneOrAmongOthers) {
  test::ScratchFolder folder;
  const std::vector<std::string> quick = {"--spacing-mm", "10", "--seed", "5", "--lesion", "mixed"};
  const auto with = [&](std::initializer_list<std::string> more) {
    std::vector<std::string> words = quick;
    words.insert(words.end(), more);
    return words;
  };
  ASSERT_EQ(make(folder / "two", with({"--patients", "2", "--threads", "2"})).exit_code, 0);
  ASSERT_EQ(make(folder / "one", with({"--patients", "2", "--threads", "1"})).exit_code, 0);
  ASSERT_EQ(make(folder / "alone", with({"--patients", "1"})).exit_code, 0);
  const auto two = files_of(folder / "two"), one = files_of(folder / "one"),
             alone = files_of(folder / "alone");
  EXPECT_GT(two.size(), 100u);
  ASSERT_EQ(two.size(), one.size());
  for (const auto& [name, bytes] : two) EXPECT_TRUE(one.at(name) == bytes) << name;
  for (const auto& [name, bytes] : alone) {
    if (name == "truth/phantom.json") continue;  // says how many were asked for
    // Tables over all patients begin with the first one's rows.
    const bool table = name.starts_with("truth/") && name.ends_with(".csv");
    EXPECT_TRUE(table ? two.at(name).starts_with(bytes) : two.at(name) == bytes) << name;
  }
}

// The volumes of the map's README: 760.3 ml of breast without its skin, 13.0 ml of gland.
TEST(PhantomCommand, AMeasuredBreastGivesAnExamWithItsVolumes) {
  LOBULE_NEEDS_DATA(map, "breast_label_maps/uwm2_left_breast_0.5mm_labels.nii.gz");
  test::ScratchFolder folder;
  const auto run =
      make(folder / "out", {"--from-labels", map.string(), "--spacing-mm", "4", "--vendor", "ge"});
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const Table breasts = table_of(folder / "out/truth/breasts.csv");
  ASSERT_EQ(breasts.rows.size(), 2u);
  EXPECT_EQ(breasts.cell(1, "side"), "L");
  EXPECT_EQ(number(breasts, 0, "breast_ml"), 0);
  EXPECT_NEAR(number(breasts, 1, "breast_ml"), 760.3, 7.6);
  EXPECT_NEAR(number(breasts, 1, "fgt_ml"), 13.0, 1.3);
  EXPECT_TRUE(fs::exists(folder / "out/truth/P0001/labels.nii.gz"));
  EXPECT_GT(table_of(folder / "out/truth/series.csv").rows.size(), 8u);
  const auto sorted = test::run_program({test::lobule_program(), "info", (folder / "out/dicom").string()});
  EXPECT_EQ(sorted.exit_code, 0) << sorted.output;
}

TEST(PhantomCommand, TheSecondFamilyMakesMammogramsWithoutAnMriExam) {
  test::ScratchFolder folder;
  const auto run = make(folder / "out", {"--family", "second", "--modality", "mg", "--vendor", "hologic"});
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const Table views = table_of(folder / "out/truth/mammograms.csv"),
              breasts = table_of(folder / "out/truth/breasts.csv");
  ASSERT_EQ(views.rows.size(), 4u);
  ASSERT_EQ(breasts.rows.size(), 2u);
  for (std::size_t r = 0; r < 4; ++r) {
    const std::size_t breast = views.cell(r, "side") == "R" ? 0 : 1;
    // Both count the gland of one breast, the view its ligaments and vessels, too.
    const double gland = number(breasts, breast, "percent_density");
    EXPECT_GT(number(views, r, "volumetric_density"), gland + 10);
    EXPECT_LT(number(views, r, "volumetric_density"), gland + 20);
    const fs::path labels =
        folder / "out/truth/P0001" / (views.cell(r, "side") + "_" + views.cell(r, "view") + "_labels.png");
    EXPECT_TRUE(fs::exists(labels)) << labels;
  }
  EXPECT_EQ(files_of(folder / "out/dicom").size(), 8u);  // for processing and for presentation
}

}  // namespace
}  // namespace lobule
