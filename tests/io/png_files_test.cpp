#include <gtest/gtest.h>
#include <png.h>

#include <filesystem>

#include "io/files.h"
#include "io/png.h"
#include "raw_dicom.h"
#include "support/test_support.h"

namespace lobule::io {
namespace {
using test::refusal;

Picture gradient(int width, int height, int channels) {
  Picture picture{width, height, channels, {}};
  for (int i = 0; i < width * height * channels; ++i)
    picture.pixels.push_back(static_cast<std::uint8_t>(i * 7 + i * i / 50));
  return picture;
}

Picture decoded(const std::string& bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()), 0);
  const int channels = (image.format & PNG_FORMAT_FLAG_COLOR) != 0 ? 3 : 1;
  Picture picture{static_cast<int>(image.width), static_cast<int>(image.height), channels, {}};
  picture.pixels.resize(PNG_IMAGE_SIZE(image));
  EXPECT_NE(png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr), 0);
  return picture;
}

TEST(Png, LibpngReadsBackThePixels) {
  for (const int channels : {1, 3}) {
    const Picture picture = gradient(37, 23, channels);
    const Picture back = decoded(encode_png(picture));
    EXPECT_EQ(back.width, 37);
    EXPECT_EQ(back.height, 23);
    EXPECT_EQ(back.pixels, picture.pixels);
  }
}

TEST(Png, TheSamePictureGivesTheSameBytes) {
  EXPECT_EQ(encode_png(gradient(50, 50, 3)), encode_png(gradient(50, 50, 3)));
}

TEST(Png, ADataUriIsBase64OfTheFile) {
  const std::string uri = png_data_uri(gradient(1, 1, 1));
  EXPECT_TRUE(uri.starts_with("data:image/png;base64,iVBORw0KGgo"));
  EXPECT_EQ((uri.size() - 22) % 4, 0u);
}

TEST(Png, APictureWhosePixelsDoNotFillItIsRefused) {
  Picture picture = gradient(4, 4, 1);
  picture.pixels.pop_back();
  EXPECT_EQ(refusal([&] { encode_png(picture); }),
            "picture: its pixels do not fill its width, height and channels.");
}

TEST(Files, WhatIsWrittenReadsBackAndNoPartialFileStays) {
  const test::ScratchFolder folder;
  const std::string bytes("a\0b\n", 4);
  write_file(folder / "new" / "file", bytes);
  EXPECT_EQ(read_file(folder / "new" / "file"), bytes);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "new"), {}), 1);
}

TEST(Files, AMissingFileAndAFolderCannotBeRead) {
  const test::ScratchFolder folder;
  const std::string missing = (folder / "missing").string();
  EXPECT_EQ(refusal([&] { read_file(missing); }), missing + ": cannot be read; No such file or directory.");
  EXPECT_EQ(refusal([&] { read_file(folder.path()); }),
            folder.path().string() + ": cannot be read; Is a directory.");
}

TEST(Files, AFullDiskIsSaidAndLeavesNothing) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  const test::ScratchFolder folder;
  std::filesystem::create_symlink("/dev/full", folder / "out.partial");
  const std::string path = (folder / "out").string();
  EXPECT_EQ(refusal([&] { write_file(path, "x"); }),
            path +
                ": cannot be written; No space left on device. Free space there, or choose another place for "
                "results.");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Files, AFolderThatCannotBeMadeIsSaid) {
  const test::ScratchFolder folder;
  write_file(folder / "file", "x");
  const std::string path = (folder / "file" / "results").string();
  EXPECT_EQ(
      refusal([&] { prepare_output_folder(path); }),
      path + ": cannot be written; Not a directory. Free space there, or choose another place for results.");
}

}  // namespace
}  // namespace lobule::io
