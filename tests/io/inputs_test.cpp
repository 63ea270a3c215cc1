#include "io/inputs.h"

#include <gtest/gtest.h>

#include <fstream>

#include "io/files.h"
#include "raw_dicom.h"
#include "support/archives.h"
#include "support/test_support.h"

namespace lobule::io {
namespace {
using test::refusal;
using test::write_archive;
namespace fs = std::filesystem;

Inputs collect(const fs::path& root, const test::ScratchFolder& folder, const ArchiveLimits& limits = {}) {
  const Cancellation none;
  return collect_inputs({root}, folder / "scratch", limits, none);
}

std::vector<std::string> sentences(const Inputs& inputs) {
  std::vector<std::string> all;
  for (const Finding& finding : inputs.findings) all.push_back(sentence(finding));
  return all;
}

TEST(Inputs, FoldersAreWalkedAndFilesComeSortedByName) {
  const test::ScratchFolder folder;
  for (const char* name : {"in/b/2", "in/a", "in/b/1"}) write_file(folder / name, name);
  const Inputs inputs = collect(folder / "in", folder);
  ASSERT_EQ(inputs.files.size(), 3u);
  EXPECT_EQ(inputs.files[0].path, folder / "in/a");
  EXPECT_EQ(inputs.files[1].path, folder / "in/b/1");
  EXPECT_TRUE(inputs.findings.empty());
}

TEST(Inputs, EveryKindOfArchiveGivesItsMembers) {
  for (const char* kind : {"a.zip", "a.tar", "a.tar.gz", "a.tgz", "a.tar.xz"}) {
    const test::ScratchFolder folder;
    write_archive(folder / kind, {{"./s01/0001", "one"}, {"s01/0002", "two"}});
    const Inputs inputs = collect(folder / kind, folder);
    ASSERT_EQ(inputs.files.size(), 2u) << kind;
    EXPECT_EQ(inputs.files[0].name, (folder / kind).string() + ":s01/0001");
    EXPECT_EQ(read_file(inputs.files[1].path), "two");
    EXPECT_TRUE(inputs.findings.empty());
  }
}

TEST(Inputs, MembersThatLeadOutOfAnArchiveAreRefusedAndTheRestIsThere) {
  const test::ScratchFolder folder;
  const fs::path path = folder / "bad.tar";
  write_archive(path, {{"../evil", "x"},
                       {"a/../../evil", "x"},
                       {"/etc/evil", "x"},
                       {"C:\\evil", "x"},
                       {"..\\evil", "x"},
                       {"link", "", "/etc/passwd"},
                       {"inner.zip", "x"},
                       {"good", "g"}});
  const Inputs inputs = collect(path, folder);
  ASSERT_EQ(inputs.files.size(), 1u);
  EXPECT_EQ(read_file(inputs.files[0].path), "g");
  const std::string at = path.string() + ":";
  EXPECT_EQ(sentences(inputs),
            (std::vector<std::string>{
                at + "../evil: its path climbs out of the archive; the member was not unpacked.",
                at + "a/../../evil: its path climbs out of the archive; the member was not unpacked.",
                at + "/etc/evil: its path is absolute; the member was not unpacked.",
                at + "C:\\evil: its path is absolute; the member was not unpacked.",
                at + "..\\evil: its path climbs out of the archive; the member was not unpacked.",
                at + "link: it is a link; links in archives are not followed.",
                at + "inner.zip: an archive inside an archive is not unpacked. Unpack it and name it as an "
                     "input."}));
  EXPECT_FALSE(fs::exists(folder / "evil"));
}

TEST(Inputs, AnArchiveBombStopsAtItsRatioAndWhatCameBeforeIsThere) {
  const test::ScratchFolder folder;
  const fs::path path = folder / "bomb.tar.gz";
  write_archive(path, {{"good", "g"}, {"zeros", std::string(70 << 20, '\0')}});
  const Inputs inputs = collect(path, folder);
  ASSERT_EQ(inputs.files.size(), 1u);
  EXPECT_EQ(
      sentences(inputs),
      (std::vector<std::string>{
          path.string() + ": its members take more than 200 times its own size; it was not unpacked "
                          "further, to protect the disk. Unpack it yourself if it is what you expect."}));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "scratch" / "archive-1"), {}), 1);
}

// A zip of one member of a thousand zeros, packed by LZMA with a dictionary of 3.75 GiB.
TEST(Inputs, AZipMemberThatAsksForGigabytesIsRefusedByItsPacking) {
  const test::ScratchFolder folder;
  const fs::path path = folder / "lzma.zip";
  const auto u16 = [](unsigned value) {
    return std::string{static_cast<char>(value & 255), static_cast<char>(value >> 8)};
  };
  const auto u32 = [&](std::uint32_t value) { return u16(value & 65535) + u16(value >> 16); };
  const std::string data = u16(0x0509) + u16(5) + "\x5D" + u32(0xF0000000) + std::string(20, '\0');
  const std::string sizes =
      u32(0) + u32(static_cast<std::uint32_t>(data.size())) + u32(1000) + u16(5) + u16(0);
  const std::string member = "PK\x03\x04" + u16(63) + u16(2) + u16(14) + u32(0) + sizes + "x.dcm" + data;
  const std::string entry =
      "PK\x01\x02" + u16(63) + u16(63) + u16(2) + u16(14) + u32(0) + sizes + std::string(14, '\0') + "x.dcm";
  const std::string end = "PK\x05\x06" + u32(0) + u16(1) + u16(1) +
                          u32(static_cast<std::uint32_t>(entry.size())) +
                          u32(static_cast<std::uint32_t>(member.size())) + u16(0);
  write_file(path, member + entry + end);
  EXPECT_EQ(sentences(collect(path, folder)),
            (std::vector<std::string>{path.string() +
                                      ":x.dcm: it is packed as \"lzma\", which is not read; the member was "
                                      "not unpacked. Unpack it yourself."}));
}

// The header of an xz stream and of a block that asks for a dictionary of 4 GiB (the xz file format, 3.1).
TEST(Inputs, AnXzFileThatAsksForGigabytesIsRefused) {
  const test::ScratchFolder folder;
  const fs::path path = folder / "greedy.tar.xz";
  const unsigned char bytes[] = {0xFD, '7',  'z',  'X',  'Z',  0x00, 0x00, 0x01, 0x69, 0x22, 0xDE, 0x36,
                                 0x02, 0x00, 0x21, 0x01, 0x28, 0x00, 0x00, 0x00, 0xE6, 0xA0, 0x11, 0xB3,
                                 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
  write_file(path, {reinterpret_cast<const char*>(bytes), sizeof bytes});
  EXPECT_EQ(sentences(collect(path, folder)),
            (std::vector<std::string>{path.string() +
                                      ": the archive cannot be read on; it asks for more memory than a file "
                                      "of its size may have."}));
}

TEST(Inputs, TotalSizeAndMemberCountAreBounded) {
  const test::ScratchFolder folder;
  const fs::path path = folder / "many.tar";
  write_archive(path, {{"1", std::string(1 << 20, 'a')}, {"2", std::string(1 << 20, 'b')}});
  ArchiveLimits small;
  small.largest_total_bytes = 1 << 20;
  EXPECT_EQ(sentences(collect(path, folder, small)).front(),
            path.string() +
                ": its members take more than 1 MiB; it was not unpacked further, to protect the disk. "
                "Unpack it yourself if it is what you expect.");
  ArchiveLimits few;
  few.largest_member_count = 1;
  EXPECT_EQ(sentences(collect(path, folder, few)).front(),
            path.string() +
                ": it has more than 1 members; it was not unpacked further, to protect the disk. Unpack "
                "it yourself if it is what you expect.");
}

TEST(Inputs, ABrokenArchiveGivesWhatCanBeRead) {
  const test::ScratchFolder folder;
  const fs::path path = folder / "cut.tar";
  write_archive(path, {{"1", std::string(4096, 'a')}, {"2", std::string(4096, 'b')}});
  fs::resize_file(path, 6000);
  const Inputs inputs = collect(path, folder);
  ASSERT_EQ(inputs.files.size(), 1u);
  EXPECT_EQ(sentences(inputs),
            (std::vector<std::string>{path.string() +
                                      ":2: the member cannot be unpacked; Truncated tar archive."}));
}

TEST(Inputs, ATextFileNamedAsAnArchiveIsAFileLikeAnyOther) {
  const test::ScratchFolder folder;
  write_file(folder / "in/notes.zip", "no archive");
  EXPECT_EQ(collect(folder / "in", folder).files.size(), 1u);
}

// It begins as an archive of one file does, and is an image.
TEST(Inputs, ACompressedNiftiImageIsAFile) {
  const test::ScratchFolder folder;
  write_file(folder / "a.nii.gz", "\x1F\x8B and more");
  const Inputs inputs = collect(folder / "a.nii.gz", folder);
  ASSERT_EQ(inputs.files.size(), 1u);
  EXPECT_EQ(inputs.files[0].path, folder / "a.nii.gz");
  EXPECT_TRUE(inputs.findings.empty());
}

TEST(Inputs, AnInputThatDoesNotExistIsAnError) {
  const test::ScratchFolder folder;
  const std::string path = (folder / "missing").string();
  EXPECT_EQ(refusal([&] { collect(path, folder); }), path + ": does not exist. Check the path.");
}

TEST(Inputs, LinksToFoldersAreNotFollowed) {
  const test::ScratchFolder folder;
  write_file(folder / "in/file", "x");
  fs::create_directory_symlink(folder / "in", folder / "in/circle");
  const Inputs inputs = collect(folder / "in", folder);
  EXPECT_EQ(inputs.files.size(), 1u);
  EXPECT_EQ(sentences(inputs),
            (std::vector<std::string>{(folder / "in/circle").string() +
                                      ": a link to a folder is not followed; it could lead in a circle."}));
}

TEST(Inputs, ADicomdirGivesTheFilesThatItListsAndSaysWhichAreMissing) {
  const test::ScratchFolder folder;
  write_file(folder / "media/IMAGES/IM1", "x");
  write_file(folder / "media/images/other", "x");
  test::RawDicom raw = test::RawDicom::file();
  raw.head(0x0004, 0x1220, "SQ", 0xFFFFFFFF);
  for (const char* id : {"IMAGES\\IM1", "IMAGES\\IM2", "..\\..\\secret"})
    raw.item(0xE000, 0xFFFFFFFF).text(0x0004, 0x1500, "CS", id).item(0xE00D, 0);
  raw.item(0xE0DD, 0);
  write_file(folder / "media/DICOMDIR", raw.bytes());
  write_file(folder / "secret", "x");
  const Inputs inputs = collect(folder / "media/DICOMDIR", folder);
  ASSERT_EQ(inputs.files.size(), 1u);
  EXPECT_EQ(inputs.files[0].path, folder / "media/IMAGES/IM1");
  EXPECT_EQ(sentences(inputs),
            (std::vector<std::string>{
                (folder / "media/DICOMDIR").string() +
                ": 2 of the files it lists are missing, the first is IMAGES/IM2; the rest is used."}));
}

TEST(Inputs, MediaOfTheSamplesGiveAllTheirImages) {
  LOBULE_NEEDS_DATA(zip, "dicom_samples/dicomdir_tree.zip");
  LOBULE_NEEDS_DATA(tiny, "dicom_samples/dicomdir_tiny_alpha.tar.xz");
  const test::ScratchFolder folder;
  EXPECT_EQ(collect(zip, folder).files.size(), 38u);
  EXPECT_EQ(collect(tiny, folder).files.size(), 51u);
}

}  // namespace
}  // namespace lobule::io
