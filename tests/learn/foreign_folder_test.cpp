#include "learn/foreign_folder.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "io/files.h"
#include "io/safetensors.h"
#include "nn/foreign/monai.h"
#include "nn/foreign/nnunet.h"
#include "support/test_support.h"

namespace lobule::learn {
namespace {
namespace fs = std::filesystem;

constexpr const char* kConfiguration = R"({"patch_size": [64, 64], "spacing": [1, 1],
  "normalization_schemes": ["ZScoreNormalization"], "architecture": {
  "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
  "arch_kwargs": {"n_stages": 2, "features_per_stage": [3, 4], "kernel_sizes": [[3, 3], [3, 3]],
  "strides": [[1, 1], [2, 2]], "n_conv_per_stage": 1, "n_conv_per_stage_decoder": 1, "conv_bias": true,
  "norm_op": "torch.nn.modules.instancenorm.InstanceNorm2d", "norm_op_kwargs": {"affine": true},
  "nonlin": "torch.nn.LeakyReLU"}}})";

void write_fold(const fs::path& checkpoint, std::uint64_t seed) {
  nn::UNetOptions options;
  options.dimensions = 2;
  options.levels = nn::unet_levels({3, 4}, 1);
  options.style.bias = true;
  options.decoders = {{"decoder", {{"labels", 2}}}};
  const TensorMap ours = nn::initial_weights(nn::unet(options), seed);
  TensorMap theirs;
  for (const auto& [name, foreign] : nn::nnunet_names(options)) theirs.emplace(foreign, ours.at(name));
  // A file of weights is known by its bytes, not by its name.
  io::write_safetensors(checkpoint, theirs);
}

void write_nnunet(const fs::path& folder, const std::string& configurations) {
  io::write_file(folder / "plans.json",
                 R"({"dataset_name": "D", "configurations": {)" + configurations + "}}");
  io::write_file(folder / "dataset.json",
                 R"({"channel_names": {"0": "T1"}, "labels": {"background": 0, "breast": 1}})");
  write_fold(folder / "fold_0/checkpoint_final.pth", 1);
}

std::string message_of(const fs::path& folder, const ForeignChoice& choice = {}) {
  try {
    read_foreign_models(folder, choice);
  } catch (const Error& error) {
    return error.finding().what + "; " + error.finding().why;
  }
  return "no error";
}

TEST(ForeignFolder, TheFoldersNameSaysWhichConfigurationIsMeant) {
  const test::ScratchFolder scratch;
  const fs::path folder = scratch / "nnUNetTrainer__nnUNetPlans__2d";
  const std::string two = std::string(R"("2d": )") + kConfiguration + R"(, "3d_fullres": {})";
  write_nnunet(folder, two);
  ASSERT_TRUE(is_foreign_model(folder));
  const nn::Model model = read_foreign_models(folder).at(0);
  EXPECT_EQ(model.labels, (std::vector<std::string>{"background", "breast"}));
  EXPECT_EQ(model.graph.dimensions, 2);
  write_nnunet(scratch / "elsewhere", two);
  EXPECT_EQ(
      message_of(scratch / "elsewhere"),
      "its plans have the configurations 2d, 3d_fullres; the folder's name does not say which is meant");
  write_nnunet(scratch / "one", std::string(R"("2d": )") + kConfiguration);
  EXPECT_EQ(message_of(scratch / "one"), "no error");
  fs::remove_all(scratch / "one/fold_0");
  EXPECT_EQ(message_of(scratch / "one"), "it has no fold_0/checkpoint_final.pth; ");
}

// The seeds of the folds that are read, told by the weights that each fold alone has.
std::vector<int> folds_read(const fs::path& folder, const ForeignChoice& choice = {}) {
  std::vector<int> seeds;
  for (const nn::Model& model : read_foreign_models(folder, choice))
    for (int seed = 0; seed < 20; ++seed)
      if (model.weights == nn::initial_weights(model.graph, static_cast<std::uint64_t>(seed)))
        seeds.push_back(seed);
  return seeds;
}

TEST(ForeignFolder, AllFoldsAreReadInTheOrderOfTheirNumbers) {
  const test::ScratchFolder scratch;
  write_nnunet(scratch.path(), std::string(R"("2d": )") + kConfiguration);
  write_fold(scratch / "fold_10/checkpoint_final.pth", 10);
  write_fold(scratch / "fold_2/checkpoint_best.pth", 2);
  write_fold(scratch / "fold_3/checkpoint_best.pth", 3);
  write_fold(scratch / "fold_3/checkpoint_final.pth", 13);
  write_fold(scratch / "fold_all/checkpoint_final.pth", 5);
  fs::create_directories(scratch / "fold_4");  // a training that never came to a checkpoint
  fs::create_directories(scratch / "fold_x");
  EXPECT_EQ(folds_read(scratch.path()), (std::vector<int>{1, 2, 13, 10}));
  EXPECT_EQ(folds_read(scratch.path(), {"", {"3", "0"}}), (std::vector<int>{13, 1}));
  EXPECT_EQ(folds_read(scratch.path(), {"", {"all"}}), (std::vector<int>{5}));
  EXPECT_EQ(folds_read(scratch.path(), {scratch / "fold_2/checkpoint_best.pth", {}}), (std::vector<int>{2}));
  EXPECT_EQ(message_of(scratch.path(), {"", {"0", "4"}}),
            "it has no fold_4/checkpoint_final.pth; the folds with weights are 0, 2, 3, 10");
  EXPECT_EQ(message_of(scratch.path(), {"w.pth", {"0"}}), "--weights names one file of weights; ");
  for (const int fold : {0, 2, 3, 10}) fs::remove_all(scratch / ("fold_" + std::to_string(fold)));
  EXPECT_EQ(folds_read(scratch.path()), (std::vector<int>{5}));
}

TEST(ForeignFolder, ABundleIsReadWithItsWeights) {
  const test::ScratchFolder scratch;
  EXPECT_FALSE(is_foreign_model(scratch.path()));
  io::write_file(
      scratch / "configs/inference.json",
      R"({"network_def": {"_target_": "UNet", "spatial_dims": 2, "in_channels": 1, "out_channels": 2,
                     "channels": [3, 4], "strides": [2]}})");
  io::write_safetensors(
      scratch / "models/model.pt",
      nn::initial_weights(nn::monai_unet({.dimensions = 2, .channels = {3, 4}, .strides = {2}}), 1));
  ASSERT_TRUE(is_foreign_model(scratch.path()));
  EXPECT_EQ(read_foreign_models(scratch.path()).at(0).labels,
            (std::vector<std::string>{"class 0", "class 1"}));
  EXPECT_EQ(message_of(scratch.path(), {"", {"0"}}),
            scratch.path().string() + " has no folds; only folders of nnU-Net have");
}

}  // namespace
}  // namespace lobule::learn
