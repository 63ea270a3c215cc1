#include "io/nifti.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "io/files.h"
#include "support/test_support.h"

namespace lobule::io {
namespace {

using Bytes = std::vector<std::uint8_t>;

Grid oblique_grid() {
  Grid grid;
  grid.size = {7, 5, 4};
  grid.spacing_mm = {0.7, 1.3, 3.3};
  grid.origin_mm = {-173.947, 103.68, -100.243};
  const double c = std::cos(0.4), s = std::sin(0.4);
  grid.direction = Mat3{{Vec3{c, s, 0}, Vec3{-s, c, 0}, Vec3{0, 0, 1}}} *
                   Mat3{{Vec3{1, 0, 0}, Vec3{0, c, s}, Vec3{0, -s, c}}};
  return grid;
}

Grid plain_grid(Index3 size) {
  Grid grid;
  grid.size = size;
  return grid;
}

Image<float> ramp(const Grid& grid) {
  Image<float> image(grid);
  for (std::size_t i = 0; i < image.voxels.size(); ++i) image.voxels[i] = 0.5F * static_cast<float>(i) - 3;
  return image;
}

Bytes file_bytes(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  return {text.begin(), text.end()};
}

// An uncompressed file of `image` as bytes, to be changed by a test.
Bytes plain_file(const Image<float>& image) {
  const test::ScratchFolder folder;
  write_nifti(folder / "a.nii", image);
  return file_bytes(folder / "a.nii");
}

template <class T>
void put(Bytes& bytes, std::size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

template <class T>
T get(const Bytes& bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::string refusal(const Bytes& bytes) {
  try {
    read_nifti(bytes, "x.nii");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Nifti, AnImageComesBackWithItsGridAndVoxels) {
  const test::ScratchFolder folder;
  for (const char* name : {"a.nii", "a.nii.gz"}) {
    write_nifti(folder / name, ramp(oblique_grid()));
    const Image<float> back = read_nifti(folder / name);
    EXPECT_LT(corner_distance_mm(back.grid, oblique_grid()), 1e-4) << name;
    EXPECT_EQ(back.voxels, ramp(oblique_grid()).voxels) << name;
  }
}

TEST(Nifti, MasksAndIntegersComeBackAsTheirValues) {
  const test::ScratchFolder folder;
  Mask mask(oblique_grid());
  mask.at(1, 2, 3) = 2;
  write_nifti(folder / "m.nii.gz", mask);
  EXPECT_EQ(read_nifti(folder / "m.nii.gz").at(1, 2, 3), 2);
  Image<std::int16_t> integers(oblique_grid(), std::int16_t{-2048});
  write_nifti(folder / "i.nii.gz", integers);
  EXPECT_EQ(read_nifti(folder / "i.nii.gz").at(0, 0, 0), -2048);
}

TEST(Nifti, HeaderSaysTheSamePlaceInRasBySformAndByQform) {
  Bytes bytes = plain_file(ramp(oblique_grid()));
  EXPECT_EQ(get<std::int16_t>(bytes, 252), 1);
  EXPECT_EQ(get<std::int16_t>(bytes, 254), 1);
  EXPECT_FLOAT_EQ(get<float>(bytes, 280 + 12), 173.947F);   // +x is right → left turns round
  EXPECT_FLOAT_EQ(get<float>(bytes, 280 + 28), -103.68F);   // and so does y
  EXPECT_FLOAT_EQ(get<float>(bytes, 280 + 44), -100.243F);  // z stays
  put<std::int16_t>(bytes, 254, 0);
  EXPECT_LT(corner_distance_mm(read_nifti(bytes, "q").grid, oblique_grid()), 1e-3);
}

TEST(Nifti, MirroredGridKeepsItsHandednessInBothForms) {
  Grid grid = oblique_grid();
  grid.direction.column[2] = -1.0 * grid.direction.column[2];
  Bytes bytes = plain_file(ramp(grid));
  EXPECT_LT(corner_distance_mm(read_nifti(bytes, "s").grid, grid), 1e-4);
  put<std::int16_t>(bytes, 254, 0);
  EXPECT_LT(corner_distance_mm(read_nifti(bytes, "q").grid, grid), 1e-3);
}

TEST(Nifti, QformIsRightForEveryHalfTurn) {
  for (const Mat3& turn : {Mat3{{Vec3{-1, 0, 0}, Vec3{0, -1, 0}, Vec3{0, 0, 1}}},
                           Mat3{{Vec3{1, 0, 0}, Vec3{0, -1, 0}, Vec3{0, 0, -1}}},
                           Mat3{{Vec3{-1, 0, 0}, Vec3{0, 1, 0}, Vec3{0, 0, -1}}},
                           Mat3{{Vec3{0, 1, 0}, Vec3{0, 0, -1}, Vec3{-1, 0, 0}}}, Mat3{}}) {
    Grid grid = oblique_grid();
    grid.direction = turn;
    Bytes bytes = plain_file(ramp(grid));
    put<std::int16_t>(bytes, 254, 0);
    EXPECT_LT(corner_distance_mm(read_nifti(bytes, "q").grid, grid), 1e-3);
  }
}

TEST(Nifti, TheSameImageGivesTheSameBytesForAnyThreadCount) {
  const test::ScratchFolder folder;
  Grid grid = oblique_grid();
  grid.size = {128, 96, 60};  // more than one compressed piece
  set_thread_count(1);
  write_nifti(folder / "1.nii.gz", ramp(grid));
  set_thread_count(3);
  write_nifti(folder / "3.nii.gz", ramp(grid));
  set_thread_count(0);
  EXPECT_EQ(file_bytes(folder / "1.nii.gz"), file_bytes(folder / "3.nii.gz"));
  EXPECT_EQ(read_nifti(folder / "3.nii.gz").voxels, ramp(grid).voxels);
  EXPECT_EQ(test::run_program({"gzip", "-t", (folder / "3.nii.gz").string()}).exit_code, 0);
}

TEST(Nifti, OtherByteOrderTypeAndScaleAreRead) {
  Image<float> image(plain_grid({2, 1, 1}));
  Bytes bytes = plain_file(image);
  bytes.resize(352 + 4);
  put<std::int16_t>(bytes, 70, 512);  // uint16
  put<float>(bytes, 112, 0.5F);
  put<float>(bytes, 116, -1.0F);
  put<std::uint16_t>(bytes, 352, 40000);
  EXPECT_EQ(read_nifti(bytes, "x").voxels, (std::vector<float>{19999, -1}));
  const auto swap = [&](std::size_t offset, std::size_t size) {
    std::reverse(bytes.begin() + static_cast<long>(offset), bytes.begin() + static_cast<long>(offset + size));
  };
  swap(0, 4);
  for (std::size_t offset = 40; offset < 56; offset += 2) swap(offset, 2);
  for (const std::size_t offset : {70, 72, 252, 254, 352, 354}) swap(offset, 2);
  for (std::size_t offset = 76; offset < 120; offset += 4) swap(offset, 4);
  for (std::size_t offset = 256; offset < 328; offset += 4) swap(offset, 4);
  EXPECT_EQ(read_nifti(bytes, "x").voxels, (std::vector<float>{19999, -1}));
}

TEST(Nifti, BadFilesAreRefusedWithTheirReason) {
  const Bytes good = plain_file(ramp(plain_grid({2, 2, 2})));
  const auto with = [&](auto change) {
    Bytes bytes = good;
    change(bytes);
    return refusal(bytes);
  };
  EXPECT_EQ(refusal(good), "accepted");
  EXPECT_EQ(refusal({}), "x.nii: the file is empty.");
  EXPECT_EQ(refusal(Bytes(100)), "x.nii: the file ends inside its NIfTI header; it has 100 of 348 bytes.");
  EXPECT_EQ(refusal(Bytes(400)), "x.nii: is not NIfTI; its first number is not 348.");
  EXPECT_EQ(with([](Bytes& b) { b.resize(360); }),
            "x.nii: the file ends before its voxels do; the header asks for 384 bytes, there are 360.");
  EXPECT_EQ(
      with([](Bytes& b) { put<std::int16_t>(b, 42, 32000), put<std::int16_t>(b, 44, 32000); }),
      "x.nii: the file ends before its voxels do; the header asks for 8192000352 bytes, there are 384.");
  EXPECT_EQ(with([](Bytes& b) { put<std::int16_t>(b, 42, -5); }), "x.nii: dimension 1 has size -5.");
  EXPECT_EQ(with([](Bytes& b) { put<std::int16_t>(b, 40, 9); }), "x.nii: states 9 dimensions.");
  EXPECT_EQ(with([](Bytes& b) { put<std::int16_t>(b, 40, 4), put<std::int16_t>(b, 48, 6); }),
            "x.nii: holds 6 volumes, one is read at a time. Split it into one file a volume.");
  EXPECT_EQ(with([](Bytes& b) { put<std::int16_t>(b, 70, 128); }),
            "x.nii: has voxels of NIfTI type 128, which is not read.");
  EXPECT_EQ(with([](Bytes& b) { b[345] = 'i'; }),
            "x.nii: is one half of a two-file NIfTI. Join .hdr and .img into one .nii file.");
  EXPECT_EQ(with([](Bytes& b) { put<std::int32_t>(b, 0, 540); }),
            "x.nii: is NIfTI-2, which is not read. Convert it to NIfTI-1.");
  EXPECT_EQ(with([](Bytes& b) { put<float>(b, 280, 0.0F); }),
            "x.nii: its axes do not span space; the orientation is zero, not finite or flat.");
  EXPECT_EQ(with([](Bytes& b) { put<float>(b, 108, std::numeric_limits<float>::quiet_NaN()); }),
            "x.nii: states that its voxels begin at byte nan.");
}

TEST(Nifti, DamagedAndLyingGzipIsRefusedWithItsReason) {
  const test::ScratchFolder folder;
  write_nifti(folder / "a.nii.gz", ramp(plain_grid({9, 9, 9})));
  Bytes bytes = file_bytes(folder / "a.nii.gz");
  Bytes cut(bytes.begin(), bytes.begin() + static_cast<long>(bytes.size() / 2));
  EXPECT_NE(refusal(cut).find("x.nii: the file ends before its voxels do"), std::string::npos)
      << refusal(cut);
  bytes[12] ^= 0xFF;
  EXPECT_NE(refusal(bytes).find("x.nii: "), std::string::npos);
  EXPECT_NE(refusal(bytes), "accepted");
}

TEST(Nifti, VectorFieldsKeepTheirComponentsAndPlaces) {
  const test::ScratchFolder folder;
  Image<Vec3> field(oblique_grid());
  for (std::size_t i = 0; i < field.voxels.size(); ++i) {
    const double v = static_cast<double>(i);
    field.voxels[i] = {v, -0.5 * v, 0.25};
  }
  write_nifti_vectors(folder / "u.nii.gz", field);
  const Image<Vec3> back = read_nifti_vectors(folder / "u.nii.gz");
  EXPECT_TRUE(same_grid(back.grid, field.grid, 1e-3));
  EXPECT_EQ(back.voxels, field.voxels);
  EXPECT_THROW(read_nifti(folder / "u.nii.gz"), Error);
  write_nifti(folder / "a.nii.gz", ramp(plain_grid({2, 2, 2})));
  try {
    read_nifti_vectors(folder / "a.nii.gz");
    FAIL() << "a scalar image was taken for vectors";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "a.nii.gz: is not a field of vectors; its fifth dimension must hold 3 components.");
  }
}

TEST(Nifti, ALateDiskErrorNamesTheFile) {
  EXPECT_THROW(write_nifti("/proc/nowhere/a.nii.gz", ramp(plain_grid({2, 2, 2}))), Error);
  EXPECT_THROW(read_nifti("/nonexistent/a.nii"), Error);
}

}  // namespace
}  // namespace lobule::io
