#pragma once
// What tests share: where things lie, scratch folders, programs run as a user would run them.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace lobule::test {

std::filesystem::path source_dir();

// The folder of real data: LOBULE_TEST_DATA, else ../shared/data beside the repository.
std::filesystem::path data_dir();

// Skips the running test with a clear line when a file or folder of the data is absent:
//   LOBULE_NEEDS_DATA(exam, "breast_mri_exam/exam.tar.xz");
#define LOBULE_NEEDS_DATA(variable, relative)                                   \
  const std::filesystem::path variable = lobule::test::data_dir() / (relative); \
  if (!std::filesystem::exists(variable))                                       \
  GTEST_SKIP() << "needs the test data " << (relative)                          \
               << " (set LOBULE_TEST_DATA to the folder that holds it)"

// An empty folder that goes away with the object.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& part) const { return path_ / part; }

 private:
  std::filesystem::path path_;
};

// What the Error says that `action` throws; "no error" where it throws none.
std::string message_of(const std::function<void()>& action);

struct ProgramResult {
  int exit_code = 0;
  std::string output;  // stdout and stderr together
};

// Runs a program with arguments (no shell) and waits for it.
ProgramResult run_program(const std::vector<std::string>& command);

// The path of the lobule program of this build.
std::string lobule_program();

}  // namespace lobule::test
