// Real mammograms in one form: film of three digitisers and of MIAS, digital images of several vendors. What
// is counted here stands in docs/methods/density.md.

#include <gtest/gtest.h>

#include <map>

#include "core/table.h"
#include "exam/mammogram_picture.h"
#include "io/files.h"
#include "support/test_support.h"

namespace lobule::exam {
namespace {

struct Count {
  int images = 0, chest = 0, polarity = 0, view = 0, warned = 0;
};

std::string stem_of(const std::string& name) {
  const std::string last = name.substr(name.find_last_of("/:") + 1);
  return last.substr(0, last.rfind('.'));
}

// Rows by the stem of the file that a column names.
std::map<std::string, std::size_t> rows_of(const Table& table, const std::string& column) {
  std::map<std::string, std::size_t> rows;
  for (std::size_t r = 0; r < table.rows.size(); ++r) rows[stem_of(table.cell(r, column))] = r;
  return rows;
}

std::vector<io::InputFile> files_in(const std::vector<std::filesystem::path>& roots,
                                    const test::ScratchFolder& scratch) {
  const Context context;
  return io::collect_inputs(roots, scratch.path(), {}, context.cancellation).files;
}

// Counts what is right of each file that a table has a row for. `inverted` and `view` say what the row means.
template <class Inverted, class View>
Count count(const std::vector<io::InputFile>& files, const Table& table, const std::string& column,
            const Inverted& inverted, const View& view) {
  const auto rows = rows_of(table, column);
  Count counted;
  for (const io::InputFile& file : files) {
    const auto row = rows.find(stem_of(file.name));
    if (row == rows.end() || file.name.find("labels") != std::string::npos) continue;
    // Under a name that says nothing.
    const MammogramPicture picture = read_mammogram_picture({file.path, "picture"});
    ++counted.images;
    counted.polarity += picture.turned_over == inverted(row->second) ? 1 : 0;
    counted.chest +=
        picture.breast.found && picture.mirrored == (table.cell(row->second, "chest_side") == "right") ? 1
                                                                                                       : 0;
    counted.view += picture.view == view(row->second) ? 1 : 0;
    for (const Finding& finding : picture.findings)
      if (finding.severity == Severity::warning) {
        ++counted.warned;
        break;
      }
  }
  return counted;
}

TEST(MammogramReal, FilmOfThreeDigitisers) {
  LOBULE_NEEDS_DATA(folder, "ddsm_tissue");
  const test::ScratchFolder scratch;
  const Table table = from_csv(io::read_file(folder / "cases.csv"), "cases.csv");
  const Count counted = count(
      files_in({folder / "ddsm_tissue.tar"}, scratch), table, "image", [](std::size_t) { return false; },
      [](std::size_t) { return "MLO"; });
  EXPECT_EQ(counted.images, 66);
  EXPECT_EQ(counted.chest, 66);
  EXPECT_EQ(counted.polarity, 66);
  EXPECT_EQ(counted.view, 66);
  EXPECT_EQ(counted.warned, 0);
}

Count count_mias(const std::filesystem::path& folder, const std::vector<std::string>& archives) {
  const test::ScratchFolder scratch;
  const Table table = from_csv(io::read_file(folder / "labels.csv"), "labels.csv");
  std::vector<std::filesystem::path> roots;
  for (const std::string& archive : archives) roots.push_back(folder / archive);
  return count(
      files_in(roots, scratch), table, "file", [](std::size_t) { return false; },
      [](std::size_t) { return "MLO"; });
}

TEST(MammogramReal, FilmOfMias) {
  LOBULE_NEEDS_DATA(folder, "mini_mias");
  const Count counted = count_mias(folder, {"mini_mias_512.tar"});
  EXPECT_EQ(counted.images, 48);
  EXPECT_EQ(counted.chest, 48);
  EXPECT_EQ(counted.polarity, 48);
  EXPECT_EQ(counted.view, 48);
  EXPECT_EQ(counted.warned, 0);
}

// A minute and a half; run it with --gtest_also_run_disabled_tests.
TEST(MammogramReal, DISABLED_FilmOfMiasInFull) {
  LOBULE_NEEDS_DATA(folder, "mini_mias");
  const Count counted = count_mias(folder, {"mini_mias_1024.tar", "mini_mias_512.tar"});
  EXPECT_EQ(counted.images, 322);
  EXPECT_EQ(counted.chest, 321) << "mdb151 is clipped by its frame on both sides, and warned about";
  EXPECT_EQ(counted.polarity, 322);
  EXPECT_EQ(counted.view, 319);
  EXPECT_EQ(counted.warned, 2);
}

TEST(MammogramReal, DigitalImagesOfSeveralVendors) {
  LOBULE_NEEDS_DATA(folder, "mammogram_16bit");
  const test::ScratchFolder scratch;
  const Table table = from_csv(io::read_file(folder / "labels.csv"), "labels.csv");
  const Count counted = count(
      files_in({folder / "half"}, scratch), table, "file",
      [&](std::size_t row) { return table.cell(row, "photometric") == "MONOCHROME1"; },
      [&](std::size_t row) {
        // The outline tells oblique views from others, no more.
        return table.cell(row, "view") == "MLO" ? "MLO" : "CC";
      });
  EXPECT_EQ(counted.images, 15);
  EXPECT_EQ(counted.chest, 15);
  EXPECT_EQ(counted.polarity, 15);
  EXPECT_EQ(counted.view, 15);
  EXPECT_EQ(counted.warned, 0);
}

}  // namespace
}  // namespace lobule::exam
