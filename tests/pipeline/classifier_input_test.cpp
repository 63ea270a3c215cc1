#include "pipeline/classifier_input.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/error.h"
#include "io/files.h"
#include "io/nifti.h"
#include "nn/networks/named_network.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {

using io::PictureValues;

const nn::Preprocessing kImageNet = nn::named_network_preprocessing();

// Values of 0 to 1, no window.
nn::Preprocessing plain(int channels) {
  nn::Preprocessing preprocessing;
  preprocessing.channels = channels;
  preprocessing.before_scale = 255;
  return preprocessing;
}

PictureValues ramp(int width, int height, int channels) {
  PictureValues picture{width, height, channels, 255, {}};
  for (int i = 0; i < width * height * channels; ++i)
    picture.values.push_back(static_cast<float>(i * 37 % 256));
  return picture;
}

TEST(ClassifierInput, ResizingToTheSameSizeChangesNothing) {
  const PictureValues picture = ramp(7, 5, 3);
  EXPECT_EQ(resized(picture, 7, 5).values, picture.values);
}

TEST(ClassifierInput, ResizingKeepsAConstantAndTheMean) {
  PictureValues picture{30, 20, 1, 255, std::vector<float>(600, 77)};
  for (const float value : resized(picture, 13, 9).values) EXPECT_EQ(value, 77);
  picture = ramp(40, 40, 1);
  picture.largest = 0;  // not rounded
  const std::vector<float> half = resized(picture, 10, 10).values;
  const auto mean = [](const std::vector<float>& v) {
    return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
  };
  EXPECT_NEAR(mean(half), mean(picture.values), 4);
}

// Pillow 9.4: Image.fromarray of 0, 50, 100, 200, 250 (uint8) resized to three pixels with BILINEAR gives
// 21, 111, 229; to seven it gives 0, 29, 64, 100, 171, 221, 250.
TEST(ClassifierInput, ResizesAsPillow) {
  const PictureValues line{5, 1, 1, 255, {0, 50, 100, 200, 250}};
  EXPECT_EQ(resized(line, 3, 1).values, (std::vector<float>{21, 111, 229}));
  EXPECT_EQ(resized(line, 7, 1).values, (std::vector<float>{0, 29, 64, 100, 171, 221, 250}));
}

// From the photographs themselves to what the README of the data calls preprocessing A, to the last bit.
TEST(ClassifierInput, CutsThePhotographsAsPillowDoes) {
  LOBULE_NEEDS_DATA(data, "pretrained");
  for (const char* name : {"chelsea", "coffee", "camera", "brick"}) {
    const Tensor whole =
        classifier_input(io::read_picture(data / "images" / (std::string(name) + ".png")), kImageNet);
    const Tensor crop =
        classifier_input(io::read_picture(data / "crops224" / (std::string(name) + "_224.png")), kImageNet);
    EXPECT_EQ(whole.shape, (Shape{1, 3, 224, 224}));
    EXPECT_EQ(whole, crop) << name;
  }
}

TEST(ClassifierInput, DecodesTheJpegNearlyAsPillowDoes) {
  LOBULE_NEEDS_DATA(data, "pretrained");
  const Tensor whole = classifier_input(io::read_picture(data / "images/rocket.jpg"), kImageNet);
  const Tensor crop = classifier_input(io::read_picture(data / "crops224/rocket_224.png"), kImageNet);
  double difference = 0;
  for (std::size_t i = 0; i < crop.values.size(); ++i)
    difference += std::abs(whole.values[i] - crop.values[i]);
  // One step of 255 is 0.0175 of these units: decoders differ in how they enlarge the colours.
  EXPECT_LT(difference / static_cast<double>(crop.values.size()), 0.01);
}

TEST(ClassifierInput, GreyRepeatsAndColourBecomesLuma) {
  const Tensor grey = classifier_input({1, 1, 1, 255, {51}}, plain(3));
  EXPECT_EQ(grey.values, (std::vector<float>{0.2F, 0.2F, 0.2F}));
  EXPECT_EQ(classifier_input({1, 1, 1, 65535, {13107}}, plain(3)).values, grey.values);
  const Tensor luma = classifier_input({1, 1, 3, 255, {255, 0, 0}}, plain(1));
  EXPECT_EQ(luma.shape, (Shape{1, 1, 1, 1}));
  EXPECT_NEAR(luma.values[0], 0.299, 1e-6);
}

TEST(ClassifierInput, ANiftiSliceCountsFromItsSmallestToItsLargestValue) {
  const test::ScratchFolder scratch;
  Grid grid;
  grid.size = {2, 1, 1};
  Image<float> slice(grid);
  slice.voxels = {-100, 300};
  io::write_nifti(scratch / "slice.nii.gz", slice);
  const PictureValues read = read_image_for_classifier(scratch / "slice.nii.gz", "slice.nii.gz");
  EXPECT_EQ(classifier_input(read, plain(1)).values, (std::vector<float>{0, 1}));
  grid.size = {2, 1, 3};
  io::write_nifti(scratch / "volume.nii.gz", Image<float>(grid));
  try {
    read_image_for_classifier(scratch / "volume.nii.gz", "volume.nii.gz");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "volume.nii.gz: it has 3 slices; a classifier takes single slices.");
  }
}

TEST(ClassifierInput, OtherFilesAreRefused) {
  const test::ScratchFolder scratch;
  io::write_file(scratch / "note.txt", "hello");
  try {
    read_image_for_classifier(scratch / "note.txt", "note.txt");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "note.txt: it is no picture of a known format. Convert it to PNG, JPEG, JPEG XL, TIFF, PGM or PPM.");
  }
}

}  // namespace
}  // namespace lobule::pipeline
