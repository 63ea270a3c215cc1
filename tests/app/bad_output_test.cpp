// Outputs that cannot be written: the program says so in one line and ends with exit code 3.

#include <gtest/gtest.h>

#include "core/text.h"
#include "pipeline/phantom_dicom.h"
#include "support/small_phantom.h"
#include "support/test_support.h"

namespace lobule {
namespace {

// Runs lobule with `mount` as an own small file system, which needs no rights beyond user namespaces.
test::ProgramResult run_on_file_system(const std::string& mount_options, const std::filesystem::path& mount,
                                       const std::string& arguments) {
  std::filesystem::create_directories(mount);
  const std::string script = "mount -t tmpfs -o " + mount_options + " none " + mount.string() + " && " +
                             test::lobule_program() + " " + arguments;
  return test::run_program({"unshare", "-rm", "sh", "-c", script});
}

bool can_mount() {
  return test::run_program({"unshare", "-rm", "true"}).exit_code == 0;
}

TEST(BadOutput, AReadOnlyFolderIsSaidBeforeAnyWork) {
  if (!can_mount()) GTEST_SKIP() << "needs user namespaces (unshare -rm)";
  const test::ScratchFolder folder;
  pipeline::write_phantom_dicom(phantom::make_exam(test::tiny_patient()), folder / "dicom");
  const auto result = run_on_file_system(
      "ro", folder / "mount",
      "analyze " + (folder / "dicom").string() + " -o " + (folder / "mount" / "out").string());
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output,
            "error: " + (folder / "mount" / "out").string() +
                ": cannot be written; Read-only file system. Free space there, or choose another "
                "place for results.\n");
}

TEST(BadOutput, AFullDiskIsSaidAndLeavesNoHalfFile) {
  if (!can_mount()) GTEST_SKIP() << "needs user namespaces (unshare -rm)";
  const test::ScratchFolder folder;
  pipeline::write_phantom_dicom(phantom::make_exam(test::tiny_patient()), folder / "dicom");
  const std::string out = (folder / "mount" / "out").string();
  const auto result = run_on_file_system("size=64k", folder / "mount",
                                         "analyze " + (folder / "dicom").string() + " -o " + out +
                                             "; code=$?; find " + out + " -name '*.partial'; exit $code");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_TRUE(contains(result.output, "No space left on device. Free space there, or choose another"))
      << result.output;
  EXPECT_FALSE(contains(result.output, ".partial")) << result.output;
}

}  // namespace
}  // namespace lobule
