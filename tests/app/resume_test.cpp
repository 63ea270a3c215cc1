// A run that is killed in the middle and taken up again ends with the bytes of an unbroken one, and runs no
// finished stage twice.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/text.h"
#include "pipeline/phantom_dicom.h"
#include "support/small_phantom.h"
#include "support/test_support.h"

namespace lobule {
namespace {
namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The bytes that must agree between runs: without the provenance.
std::string comparable(const fs::path& file) {
  std::string bytes = bytes_of(file);
  if (file.extension() == ".json") {
    auto json = nlohmann::ordered_json::parse(bytes);
    json.erase("provenance");
    return json.dump();
  }
  if (file.extension() == ".html") {
    const auto begin = bytes.find("<section id=\"provenance\"");
    const auto end = bytes.find("</section>", begin);
    if (begin != std::string::npos) bytes.erase(begin, end - begin);
  }
  return bytes;
}

std::map<std::string, std::string> results_of(const fs::path& out) {
  std::map<std::string, std::string> results;
  for (const auto& entry : fs::recursive_directory_iterator(out)) {
    const std::string name = fs::relative(entry.path(), out).string();
    if (name.starts_with(".cache") || !entry.is_regular_file()) continue;
    results[name] = entry.path().filename() == "provenance.json" ? "" : comparable(entry.path());
  }
  return results;
}

std::map<std::string, bool> cached_stages(const fs::path& out) {
  std::map<std::string, bool> cached;
  for (const auto& entry : fs::recursive_directory_iterator(out)) {
    if (entry.path().filename() != "provenance.json") continue;
    const auto provenance = nlohmann::json::parse(bytes_of(entry.path()));
    for (const auto& stage : provenance["stages"]) cached[stage["name"]] = stage["cached"];
  }
  return cached;
}

bool has_cached_stage(const fs::path& out, const std::string& stage) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(out / ".cache", ignored)) {
    const std::string name = entry.path().filename().string();
    if (contains(name, stage) && name.ends_with(".bin")) return true;
  }
  return false;
}

// Starts the program and kills it (SIGKILL) as soon as a stage stands in its cache.
void kill_after_stage(const std::vector<std::string>& command, const fs::path& out,
                      const std::string& stage) {
  const pid_t child = fork();
  if (child == 0) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    close(STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0)
    if (has_cached_stage(out, stage)) kill(child, SIGKILL);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the run ended before it could be killed";
}

TEST(Resume, AKilledRunGoesOnAndEndsWithTheSameBytes) {
  const test::ScratchFolder folder;
  pipeline::write_phantom_dicom(phantom::make_exam(test::small_patient()), folder / "dicom");
  const auto command = [&](const char* out) {
    return std::vector<std::string>{test::lobule_program(), "analyze", (folder / "dicom").string(), "-o",
                                    (folder / out).string()};
  };
  const auto unbroken = test::run_program(command("unbroken"));
  ASSERT_EQ(unbroken.exit_code, 0) << unbroken.output;
  kill_after_stage(command("broken"), folder / "broken", "align_phase_1");
  const auto resumed = test::run_program(command("broken"));
  ASSERT_EQ(resumed.exit_code, 0) << resumed.output;

  const auto expected = results_of(folder / "unbroken");
  const auto found = results_of(folder / "broken");
  EXPECT_GT(expected.size(), 10u);
  for (const auto& [name, bytes] : expected) {
    ASSERT_TRUE(found.contains(name)) << name;
    EXPECT_TRUE(found.at(name) == bytes) << name << " differs";
  }
  EXPECT_EQ(found.size(), expected.size());

  const auto stages = cached_stages(folder / "broken");
  EXPECT_TRUE(stages.at("exam 1: outline the breasts"));
  EXPECT_TRUE(stages.at("exam 1: align phase 1"));
  for (const auto& [name, cached] : cached_stages(folder / "unbroken")) EXPECT_FALSE(cached) << name;
}

}  // namespace
}  // namespace lobule
