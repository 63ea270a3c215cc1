// Networks that outline, by lobule predict.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "io/files.h"
#include "io/nifti.h"
#include "io/picture_read.h"
#include "io/png.h"
#include "learn/model_folder.h"
#include "nn/builder.h"
#include "pipeline/predict.h"
#include "support/archives.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// Class 1 where the mean of the channels is above 0.5, by one convolution of a single place.
fs::path threshold_model(const fs::path& folder, int dimensions, int channels, double spacing_mm = 0,
                         float threshold = 0.5F) {
  nn::Builder b(dimensions);
  nn::Value x = b.input(channels);
  x = b.convolution("conv", x, 2, {.kernel = 1});
  nn::Model model;
  model.name = "threshold";
  model.task = "segmentation";
  model.graph = b.finish({{"logits", x}});
  model.weights = nn::initial_weights(model.graph, 1);
  auto& weight = model.weights.at("conv.weight").values;
  for (std::size_t c = 0; c < weight.size(); ++c)
    weight[c] = c < weight.size() / 2 ? 0.0F : 100.0F / static_cast<float>(channels);
  model.weights.at("conv.bias").values = {0, -100 * threshold};
  model.labels = {"background", "bright"};
  model.preprocessing.channels = channels;
  model.preprocessing.spacing_mm = {spacing_mm, spacing_mm, 0};
  model.preprocessing.window = {8, 8, dimensions == 3 ? 8 : 1};
  model.licence = "Apache-2.0";
  learn::write_model(folder, model);
  return folder;
}

// Bright in a box, on axes that go to the right, to the front and downwards.
Image<float> bright_box() {
  Grid grid;
  grid.size = {20, 14, 11};
  grid.spacing_mm = {1, 2, 3};
  grid.direction.column = {Vec3{-1, 0, 0}, Vec3{0, -1, 0}, Vec3{0, 0, -1}};
  Image<float> image(grid, 0.0F);
  for (int k = 2; k < 9; ++k)
    for (int j = 3; j < 9; ++j)
      for (int i = 4; i < 15; ++i) image.at(i, j, k) = 1;
  return image;
}

PredictOptions to(const fs::path& folder) {
  PredictOptions options;
  options.output = folder.string();
  return options;
}

TEST(PredictSegmentation, LabelsLieOnTheImagesGridInTwoDimensionsAndThreeMirroredOrNot) {
  const test::ScratchFolder scratch;
  const Image<float> image = bright_box();
  io::write_nifti(scratch / "in/case.nii.gz", image);
  for (const int dimensions : {2, 3})
    for (const bool mirror : {false, true}) {
      const std::string name = std::to_string(dimensions) + (mirror ? "m" : "");
      PredictOptions options = to(scratch / ("out" + name));
      options.mirror = mirror;
      options.memory = "64MiB";
      Context context;
      const PredictOutcome outcome =
          predict(threshold_model(scratch / ("model" + name), dimensions, 1).string(),
                  {(scratch / "in").string()}, options, context);
      EXPECT_EQ(outcome.images, 1);
      EXPECT_TRUE(outcome.findings.empty());
      const Image<float> labels = io::read_nifti(scratch / ("out" + name) / "case_labels.nii.gz");
      ASSERT_TRUE(same_grid(labels.grid, image.grid));
      EXPECT_EQ(labels.voxels, image.voxels) << name;
    }
}

TEST(PredictSegmentation, ChannelsOfACaseAreFoundByTheirNumbers) {
  const test::ScratchFolder scratch;
  const Image<float> image = bright_box();
  for (const char* name : {"a_0000", "a_0001", "b_0000"})
    io::write_nifti(scratch / "in" / (std::string(name) + ".nii.gz"), image);
  Context context;
  const PredictOutcome outcome = predict(threshold_model(scratch / "model", 3, 2).string(),
                                         {(scratch / "in").string()}, to(scratch / "out"), context);
  EXPECT_EQ(outcome.images, 1);
  EXPECT_EQ(io::read_nifti(scratch / "out/a_labels.nii.gz").voxels, image.voxels);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(
      sentence(outcome.findings[0]),
      "b: the 2 images that the network takes are not there. Name them b_0000.nii.gz, b_0001.nii.gz and "
      "so on.");
}

TEST(PredictSegmentation, PicturesGivePicturesUnlessTheNetworkWantsMillimetres) {
  const test::ScratchFolder scratch;
  std::vector<std::uint8_t> pixels(12 * 9, 0);
  std::fill(pixels.begin() + 40, pixels.end(), std::uint8_t{1});
  io::write_file(scratch / "a.png", io::encode_png({12, 9, 1, pixels}));
  Context context;
  const PredictOutcome outcome = predict(threshold_model(scratch / "model", 2, 1).string(),
                                         {(scratch / "a.png").string()}, to(scratch / "out"), context);
  EXPECT_EQ(outcome.images, 1);
  const io::PictureValues labels = io::read_picture(scratch / "out/a_labels.png");
  EXPECT_EQ(labels.values, std::vector<float>(pixels.begin(), pixels.end()));

  const PredictOutcome refused = predict(threshold_model(scratch / "mm", 2, 1, 0.5).string(),
                                         {(scratch / "a.png").string()}, to(scratch / "none"), context);
  EXPECT_EQ(refused.images, 0);
  ASSERT_EQ(refused.findings.size(), 1U);
  EXPECT_EQ(
      sentence(refused.findings[0]),
      (scratch / "a.png").string() +
          ": a picture does not say how large its pixels are; the network was trained on pixels of 0.5 mm. "
          "Give it the DICOM or NIfTI image.");
}

// Thresholds of 0.1 and 1.5 are together one of 0.8.
TEST(PredictSegmentation, ModelsOfAnEnsembleAreAveraged) {
  const test::ScratchFolder scratch;
  Image<float> image = bright_box();
  image.voxels[0] = 0.7F;
  io::write_nifti(scratch / "in/a.nii.gz", image);
  PredictOptions options = to(scratch / "out");
  options.ensemble = {threshold_model(scratch / "high", 3, 1, 0, 1.5F).string()};
  Context context;
  const std::string low = threshold_model(scratch / "low", 3, 1, 0, 0.1F).string();
  predict(low, {(scratch / "in").string()}, options, context);
  EXPECT_EQ(io::read_nifti(scratch / "out/a_labels.nii.gz").voxels, bright_box().voxels);

  options.ensemble = {threshold_model(scratch / "mm", 3, 1, 2).string()};
  EXPECT_EQ(test::message_of([&] { predict(low, {(scratch / "in").string()}, options, context); }),
            "--ensemble: " + options.ensemble[0] + " is of another task than " + low +
                "; models that are averaged see images alike and have the same labels.");
}

TEST(PredictSegmentation, OneBadImageStopsNoOther) {
  const test::ScratchFolder scratch;
  io::write_nifti(scratch / "in/a.nii.gz", bright_box());
  io::write_file(scratch / "in/b.nii.gz", "no image");
  Context context;
  const PredictOutcome outcome = predict(threshold_model(scratch / "model", 3, 1).string(),
                                         {(scratch / "in").string()}, to(scratch / "out"), context);
  EXPECT_EQ(outcome.images, 1);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].where, (scratch / "in/b.nii.gz").string());
}

TEST(PredictSegmentation, ImagesOfOneNameDoNotOverwriteEachOtherAndResultsAreNoImages) {
  const test::ScratchFolder scratch;
  const Image<float> dark(bright_box().grid, 0.0F);
  io::write_nifti(scratch / "in/p1/t1.nii.gz", bright_box());
  io::write_nifti(scratch / "in/p2/t1.nii.gz", dark);
  const std::string model = threshold_model(scratch / "model", 3, 1).string();
  for (int run = 0; run < 2; ++run) {
    Context context;
    const PredictOutcome outcome =
        predict(model, {(scratch / "in").string()}, to(scratch / "in/out"), context);
    EXPECT_EQ(outcome.images, 2);
  }
  EXPECT_EQ(io::read_nifti(scratch / "in/out/t1_labels.nii.gz").voxels, bright_box().voxels);
  EXPECT_EQ(io::read_nifti(scratch / "in/out/t1_2_labels.nii.gz").voxels, dark.voxels);
}

TEST(PredictSegmentation, ArchivesHoldImages) {
  const test::ScratchFolder scratch;
  io::write_nifti(scratch / "a.nii.gz", bright_box());
  test::write_archive(scratch / "in.zip",
                      {{"s/a.nii.gz", io::read_file(scratch / "a.nii.gz")}, {"notes.txt", "no"}});
  Context context;
  const PredictOutcome outcome = predict(threshold_model(scratch / "model", 3, 1).string(),
                                         {(scratch / "in.zip").string()}, to(scratch / "out"), context);
  EXPECT_EQ(outcome.images, 1);
  EXPECT_EQ(io::read_nifti(scratch / "out/a_labels.nii.gz").voxels, bright_box().voxels);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(sentence(outcome.findings[0]),
            "1 files: they are neither NIfTI, nor pictures, nor DICOM; they are left out.");
}

TEST(PredictSegmentation, AbsurdVoxelsAreRefused) {
  const test::ScratchFolder scratch;
  Image<float> image = bright_box();
  image.grid.spacing_mm = {1e5, 1e5, 1};
  io::write_nifti(scratch / "a.nii.gz", image);
  Context context;
  const PredictOutcome outcome = predict(threshold_model(scratch / "model", 3, 1, 1).string(),
                                         {(scratch / "a.nii.gz").string()}, to(scratch / "out"), context);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(sentence(outcome.findings[0]),
            "a: image: its voxels are 1e+05 mm along an axis; the network was trained on a stated size, and "
            "voxels "
            "of 0.005 to 100 mm are brought to it.");
}

TEST(PredictSegmentation, MemoryIsAnAmount) {
  EXPECT_EQ(memory_bytes(""), 0U);
  EXPECT_EQ(memory_bytes("2GiB"), std::size_t{2} << 30);
  EXPECT_EQ(memory_bytes("1.5 MiB"), std::size_t{3} << 19);
  for (const char* word : {"2", "GiB", "-1GiB", "2GB", "x GiB"})
    EXPECT_EQ(test::message_of([&] { memory_bytes(word); }),
              std::string("--memory: \"") + word + "\" is no amount of memory. Write it as 2GiB or 500MiB.");
}

}  // namespace
}  // namespace lobule::pipeline
