#include <gtest/gtest.h>
#include <torch/script.h>

#include "io/files.h"
#include "io/nifti.h"
#include "io/safetensors.h"
#include "support/test_support.h"
#include "train/script_predict.h"

namespace lobule::train {
namespace {
namespace fs = std::filesystem;

fs::path script(const fs::path& path, const std::string& forward) {
  torch::jit::Module module("network");
  module.define(forward);
  module.save(path.string());
  return path;
}

Image<float> ramp() {
  Grid grid;
  grid.size = {4, 3, 2};
  grid.spacing_mm = {1, 2, 3};
  Image<float> image(grid);
  for (std::size_t v = 0; v < image.voxels.size(); ++v) image.voxels[v] = static_cast<float>(v);
  return image;
}

ScriptPredictOutcome predict(const fs::path& network, const std::vector<fs::path>& inputs,
                             const fs::path& out) {
  Context context;
  return predict_by_script({network, inputs, out}, context);
}

TEST(ScriptPredict, LabelsAreTheLargestChannelOnTheImagesGrid) {
  const test::ScratchFolder scratch;
  const fs::path network =
      script(scratch / "n.pt", "def forward(self, x):\n  return torch.cat([10.5 - x, x - 10.5], 1)\n");
  io::write_nifti(scratch / "a.nii.gz", ramp());
  const auto outcome = predict(network, {scratch / "a.nii.gz"}, scratch / "out");
  EXPECT_TRUE(outcome.findings.empty());
  ASSERT_EQ(outcome.files, std::vector<fs::path>{scratch / "out/a_labels.nii.gz"});
  const Image<float> labels = io::read_nifti(outcome.files[0]);
  EXPECT_TRUE(same_grid(labels.grid, ramp().grid));
  for (std::size_t v = 0; v < labels.voxels.size(); ++v) EXPECT_EQ(labels.voxels[v], v > 10 ? 1 : 0);
}

TEST(ScriptPredict, OneChannelStaysAnImageAndOtherResultsAreTensors) {
  const test::ScratchFolder scratch;
  io::write_nifti(scratch / "a.nii.gz", ramp());
  const auto image = predict(script(scratch / "n.pt", "def forward(self, x):\n  return 2 * x\n"),
                             {scratch / "a.nii.gz"}, scratch / "image");
  ASSERT_EQ(image.files, std::vector<fs::path>{scratch / "image/a_output.nii.gz"});
  EXPECT_EQ(io::read_nifti(image.files[0]).voxels[5], 10);
  const auto sums =
      predict(script(scratch / "s.pt", "def forward(self, x):\n  return (x.sum([1, 2, 3]), x)\n"),
              {scratch / "a.nii.gz"}, scratch / "sums");
  ASSERT_EQ(sums.files, std::vector<fs::path>{scratch / "sums/a_outputs.safetensors"});
  const TensorMap tensors = io::read_safetensors(sums.files[0]);
  EXPECT_EQ(tensors.at("output.0"), Tensor({1, 4}, {60, 66, 72, 78}));
  EXPECT_EQ(tensors.at("output.1").shape, (Shape{1, 1, 2, 3, 4}));
}

TEST(ScriptPredict, TensorsAreItsArguments) {
  const test::ScratchFolder scratch;
  io::write_safetensors(scratch / "t.safetensors",
                        {{"input.0", Tensor({2}, {1, 2})}, {"input.1", Tensor({2}, {10, 20})}});
  const auto outcome = predict(script(scratch / "n.pt", "def forward(self, x, y):\n  return x + y\n"),
                               {scratch / "t.safetensors"}, scratch / "out");
  ASSERT_EQ(outcome.files.size(), 1u);
  EXPECT_EQ(io::read_safetensors(outcome.files[0]).at("output.0").values, (std::vector<float>{11, 22}));
}

TEST(ScriptPredict, OneBadInputStopsNoOtherAndABadNetworkStopsAll) {
  const test::ScratchFolder scratch;
  io::write_nifti(scratch / "a.nii.gz", ramp());
  io::write_file(scratch / "b.nii.gz", "no image");
  io::write_safetensors(scratch / "c.safetensors", {{"x", Tensor({1}, {1})}});
  const fs::path network = script(scratch / "n.pt", "def forward(self, x):\n  return x\n");
  const auto outcome = predict(
      network, {scratch / "a.nii.gz", scratch / "b.nii.gz", scratch / "c.safetensors", scratch / "d.nii"},
      scratch / "out");
  EXPECT_EQ(outcome.files.size(), 1u);
  ASSERT_EQ(outcome.findings.size(), 3u);
  EXPECT_EQ(sentence(outcome.findings[1]), "c.safetensors: it holds no tensor \"input.0\".");
  EXPECT_EQ(sentence(outcome.findings[2]), "d.nii: it does not exist. Check the path.");

  io::write_file(scratch / "bad.pt", "no network");
  const std::string message =
      test::message_of([&] { predict(scratch / "bad.pt", {scratch / "a.nii.gz"}, scratch / "out"); });
  EXPECT_TRUE(message.starts_with("bad.pt: it is no TorchScript network; ")) << message;
  EXPECT_EQ(test::message_of([&] { predict(scratch / "none.pt", {scratch / "a.nii.gz"}, scratch / "out"); }),
            "none.pt: it does not exist. Check the path.");
}

TEST(ScriptPredict, AnInputOfAnotherShapeIsRefused) {
  const test::ScratchFolder scratch;
  io::write_nifti(scratch / "a.nii.gz", ramp());
  const auto outcome = predict(
      script(scratch / "n.pt", "def forward(self, x):\n  return torch.matmul(x, torch.ones([7, 7]))\n"),
      {scratch / "a.nii.gz"}, scratch / "out");
  EXPECT_TRUE(outcome.files.empty());
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(
      sentence(outcome.findings[0]),
      "a.nii.gz: network: it refuses the input; mat1 and mat2 shapes cannot be multiplied (6x4 and 7x7).");
}

}  // namespace
}  // namespace lobule::train
