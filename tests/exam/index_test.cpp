#include "exam/index.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/parallel.h"
#include "io/dicom_tags.h"
#include "io/dicom_write.h"
#include "io/files.h"
#include "support/test_support.h"

namespace lobule::exam {
namespace {
namespace tag = io::tag;

io::DicomDataset image(const std::string& uid, const std::string& patient, int number) {
  io::DicomDataset dataset;
  dataset.put_text(tag::SOPClassUID, "UI", "1.2.840.10008.5.1.4.1.1.4");
  dataset.put_text(tag::SOPInstanceUID, "UI", uid);
  dataset.put_text(tag::PatientID, "LO", patient);
  dataset.put_number(tag::InstanceNumber, "IS", number);
  return dataset;
}

std::vector<io::InputFile> named(const test::ScratchFolder& folder, const std::vector<std::string>& names) {
  std::vector<io::InputFile> files;
  for (const std::string& name : names) files.push_back({folder / name, name});
  return files;
}

DicomIndex index(const std::vector<io::InputFile>& files) {
  Progress progress;
  const Cancellation none;
  return index_files(files, progress, none);
}

std::vector<std::string> sentences(const DicomIndex& index) {
  std::vector<std::string> all;
  for (const Finding& finding : index.findings)
    all.push_back(name(finding.severity) + ": " + sentence(finding));
  return all;
}

TEST(Index, EntriesAreSortedByUidWhateverTheOrderOfFilesAndThreads) {
  const test::ScratchFolder folder;
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) {
    names.push_back("f" + std::to_string(i));
    io::write_dicom(folder / names.back(), image("1.2." + std::to_string(i * 37 % 100), "P", i));
  }
  const DicomIndex one = index(named(folder, names));
  set_thread_count(1);
  const DicomIndex other = index(named(folder, {names.rbegin(), names.rend()}));
  set_thread_count(0);
  ASSERT_EQ(one.entries.size(), 100u);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(one.entries[i].file.name, other.entries[i].file.name);
  EXPECT_TRUE(
      std::is_sorted(one.entries.begin(), one.entries.end(), [](const IndexEntry& a, const IndexEntry& b) {
        return a.header.dataset.text(tag::SOPInstanceUID) < b.header.dataset.text(tag::SOPInstanceUID);
      }));
}

TEST(Index, AnIdenticalCopyIsUsedOnceAndTheSameUidWithAnotherContentTwice) {
  const test::ScratchFolder folder;
  io::write_dicom(folder / "a", image("1.2", "P", 1));
  io::write_dicom(folder / "b", image("1.2", "P", 1));
  io::write_dicom(folder / "c", image("1.2", "P", 2));
  io::write_dicom(folder / "d", image("1.2", "Q", 1));
  const DicomIndex result = index(named(folder, {"a", "b", "c", "d"}));
  EXPECT_EQ(result.entries.size(), 3u);
  EXPECT_EQ(sentences(result),
            (std::vector<std::string>{
                "note: b: the same object with the same bytes is there twice; it is used once, from a.",
                "warning: c: the same SOPInstanceUID as in a holds another content; a UID names one object "
                "only; both "
                "are kept. Check which of the two is meant.",
                "warning: d: the same SOPInstanceUID as in a belongs to another patient; a UID names one "
                "object only; "
                "both are kept. Check which of the two is meant."}));
}

TEST(Index, BadFilesAreReportedAndStopNothing) {
  const test::ScratchFolder folder;
  io::write_dicom(folder / "good", image("1.2", "P", 1));
  io::write_file(folder / "empty", "");
  io::write_file(folder / "letter.dcm", "Dear colleague, this is no image.");
  io::write_file(folder / "notes.txt", "Dear colleague, this is no image.");
  const DicomIndex result = index(named(folder, {"good", "empty", "letter.dcm", "notes.txt"}));
  EXPECT_EQ(result.entries.size(), 1u);
  EXPECT_EQ(result.files_seen, 4u);
  EXPECT_EQ(result.files_not_dicom, 2u);
  EXPECT_EQ(
      sentences(result),
      (std::vector<std::string>{
          "error: empty: the file is empty.",
          "note: letter.dcm: not DICOM (no DICM at byte 128, and the bytes do not begin a data set)."}));
}

}  // namespace
}  // namespace lobule::exam
