// The house keeps its own rules: arrows between rooms, length of files, libraries at the edge, licences.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "core/text.h"
#include "support/test_support.h"

namespace lobule {
namespace {
namespace fs = std::filesystem;

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<fs::path> sources_under(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".cpp" || entry.path().extension() == ".h") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::map<std::string, std::set<std::string>> allowed_arrows() {
  std::map<std::string, std::set<std::string>> allowed;
  for (const std::string& line : lines_of(test::source_dir() / "docs" / "floors.txt")) {
    const auto colon = line.find(':');
    if (line.starts_with('#') || colon == std::string::npos) continue;
    auto& below = allowed[line.substr(0, colon)];
    below.insert(line.substr(0, colon));
    for (const std::string& room : split(line.substr(colon + 1), ' ')) below.insert(room);
  }
  return allowed;
}

TEST(House, ArrowsBetweenRoomsGoDownOnly) {
  const auto allowed = allowed_arrows();
  const fs::path root = test::source_dir() / "src";
  const std::regex include(R"re(^\s*#include "([a-z_]+)/.*")re");
  for (const fs::path& file : sources_under(root)) {
    const std::string room = (*fs::relative(file, root).begin()).string();
    ASSERT_TRUE(allowed.contains(room)) << room << " is missing in docs/floors.txt";
    for (const std::string& line : lines_of(file)) {
      std::smatch match;
      if (std::regex_search(line, match, include)) {
        EXPECT_TRUE(allowed.at(room).contains(match[1])) << file << ": " << line;
      }
    }
  }
}

TEST(House, BigLibrariesStayInFilesThatSaySo) {
  const std::map<std::string, std::string> edges = {
      {"<dcmtk/", "_dcmtk.cpp"}, {"<itk", "_itk.cpp"}, {"<dnnl", "_dnnl.cpp"}};
  for (const fs::path& file : sources_under(test::source_dir() / "src"))
    for (const std::string& line : lines_of(file))
      for (const auto& [library, ending] : edges) {
        if (contains(line, "#include " + library)) {
          EXPECT_TRUE(file.string().ends_with(ending)) << file << ": " << line;
        }
      }
}

// It tells how much a network learned of the simulator rather than of breasts.
TEST(House, NothingIsTrainedOnTheSecondFamilyOfDigitalPatients) {
  const fs::path root = test::source_dir() / "src";
  for (const char* room : {"learn", "train", "phantom"})
    for (const fs::path& file : sources_under(root / room)) {
      if (file.parent_path().filename() == "second") continue;
      for (const std::string& line : lines_of(file))
        EXPECT_FALSE(contains(line, "#include \"phantom/second/")) << file << ": " << line;
    }
}

TEST(House, NoFileIsLongerThanSixHundredLines) {
  for (const char* folder : {"src", "tests", "benchmark"})
    for (const fs::path& file : sources_under(test::source_dir() / folder))
      EXPECT_LE(lines_of(file).size(), 600u) << file;
}

TEST(House, NothingUnderTheGplAndNoTorchIsLinked) {
  const auto result = test::run_program({"ldd", test::lobule_program()});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  // "libz.so.1 => /lib/libz.so.1 (0x00007f84ab7c1000)": the address is another each time and may hold any
  // digits.
  for (const std::string& line : split(result.output, '\n')) {
    const std::string name_and_path = line.substr(0, line.find(" (0x"));
    for (const char* library : {"fftw", "cholmod", "spqr", "x264", "x265", "xvid", "poppler", "torch", "c10"})
      EXPECT_FALSE(contains(name_and_path, library)) << library;
  }
}

TEST(House, TheCommandsPageSaysWhatTheOptionsSay) {
  const auto result = test::run_program({test::lobule_program(), "docs"});
  ASSERT_EQ(result.exit_code, 0);
  std::ifstream page(test::source_dir() / "docs" / "commands.md");
  std::ostringstream text;
  text << page.rdbuf();
  EXPECT_EQ(text.str(), result.output) << "run: build/release/bin/lobule docs > docs/commands.md";
}

TEST(House, AnUnknownCommandNamesTheNearestOnes) {
  const auto result = test::run_program({test::lobule_program(), "dcos"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.output, "error: lobule: there is no command \"dcos\". Did you mean docs?\n");
}

}  // namespace
}  // namespace lobule
