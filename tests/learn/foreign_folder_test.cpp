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

void write_nnunet(const fs::path& folder, const std::string& configurations) {
  io::write_file(folder / "plans.json",
                 R"({"dataset_name": "D", "configurations": {)" + configurations + "}}");
  io::write_file(folder / "dataset.json",
                 R"({"channel_names": {"0": "T1"}, "labels": {"background": 0, "breast": 1}})");
  nn::UNetOptions options;
  options.dimensions = 2;
  options.levels = nn::unet_levels({3, 4}, 1);
  options.style.bias = true;
  options.decoders = {{"decoder", {{"labels", 2}}}};
  const TensorMap ours = nn::initial_weights(nn::unet(options), 1);
  TensorMap theirs;
  for (const auto& [name, foreign] : nn::nnunet_names(options)) theirs.emplace(foreign, ours.at(name));
  // A file of weights is known by its bytes, not by its name.
  io::write_safetensors(folder / "fold_0/checkpoint_final.pth", theirs);
}

std::string message_of(const fs::path& folder) {
  try {
    read_foreign_model(folder);
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
  const nn::Model model = read_foreign_model(folder);
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
  EXPECT_EQ(read_foreign_model(scratch.path()).labels, (std::vector<std::string>{"class 0", "class 1"}));
}

}  // namespace
}  // namespace lobule::learn
