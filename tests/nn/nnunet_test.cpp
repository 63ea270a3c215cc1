#include "nn/foreign/nnunet.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "nn/fixed_weights.h"
#include "nn/plain_interpreter.h"

namespace lobule::nn {
namespace {
using nlohmann::json;

json plain_architecture() {
  return {{"network_class_name", "dynamic_network_architectures.architectures.unet.PlainConvUNet"},
          {"arch_kwargs",
           {{"n_stages", 3},
            {"features_per_stage", {4, 6, 8}},
            {"conv_op", "torch.nn.modules.conv.Conv3d"},
            {"kernel_sizes", {{1, 3, 3}, {3, 3, 3}, {3, 3, 3}}},
            {"strides", {{1, 1, 1}, {1, 2, 2}, {2, 2, 2}}},
            {"n_conv_per_stage", {2, 2, 2}},
            {"n_conv_per_stage_decoder", {2, 1}},
            {"conv_bias", true},
            {"norm_op", "torch.nn.modules.instancenorm.InstanceNorm3d"},
            {"norm_op_kwargs", {{"eps", 1e-5}, {"affine", true}}},
            {"dropout_op", nullptr},
            {"nonlin", "torch.nn.LeakyReLU"},
            {"nonlin_kwargs", {{"inplace", true}}}}}};
}

json plans_of(const json& architecture) {
  return {{"dataset_name", "Dataset001_Breast"},
          {"transpose_forward", {0, 1, 2}},
          {"foreground_intensity_properties_per_channel",
           {{"0", {{"mean", 90.0}, {"std", 40.0}, {"percentile_00_5", -20.0}, {"percentile_99_5", 300.0}}}}},
          {"configurations",
           {{"3d_fullres",
             {{"patch_size", {16, 32, 48}},
              {"spacing", {3.0, 0.8, 0.7}},
              {"normalization_schemes", {"ZScoreNormalization"}},
              {"use_mask_for_norm", {false}},
              {"architecture", architecture}}}}}};
}

const json kDataset = {{"channel_names", {{"0", "T1"}}},
                       {"labels", {{"background", 0}, {"gland", 2}, {"fat", 1}}}};

// Tensors under nnU-Net's names and those that its state dicts hold on top: each module of a unit twice, and
// the encoder once more below the decoder.
TensorMap checkpoint_of(const UNetOptions& options) {
  TensorMap checkpoint;
  std::map<std::string, Shape> shapes;
  for (const Parameter& parameter : parameters(unet(options))) shapes[parameter.name] = parameter.shape;
  for (const auto& [ours, theirs] : nnunet_names(options)) {
    checkpoint.emplace(theirs, test::fixed_weight(ours, shapes.at(ours)));
    if (theirs.starts_with("encoder.")) checkpoint.emplace("decoder." + theirs, checkpoint.at(theirs));
  }
  return checkpoint;
}

UNetOptions plain_options() {
  UNetOptions options;
  options.levels = unet_levels({4, 6, 8});
  options.levels[0].kernel = {1, 3, 3};
  options.levels[1].stride = {1, 2, 2};
  options.levels[1].decoder_depth = 2;
  options.levels[0].decoder_depth = 1;
  options.style.bias = true;
  options.decoders = {{"decoder", {{"labels", 3}}}};
  return options;
}

Model model_of(const json& plans, const TensorMap& checkpoint, const json& dataset = kDataset) {
  return nnunet_model(plans.dump(), dataset.dump(), "3d_fullres", checkpoint);
}

std::string message_of(const json& plans, const json& dataset = kDataset,
                       const std::string& name = "3d_fullres") {
  try {
    nnunet_model(plans.dump(), dataset.dump(), name, {});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// From the sources of MIC-DKFZ/dynamic-network-architectures: unet.py (commit 24d174f), plain_conv_encoder.py
// (040435b), simple_conv_blocks.py and residual.py (39ac6ec), unet_decoder.py (04fbfaf).
TEST(NnUNet, NamesOfThePlainUNetAreTheirs) {
  const std::map<std::string, std::string> names = nnunet_names(plain_options());
  EXPECT_EQ(names.at("encoder.0.0.conv.weight"), "encoder.stages.0.0.convs.0.conv.weight");
  EXPECT_EQ(names.at("encoder.2.1.norm.bias"), "encoder.stages.2.0.convs.1.norm.bias");
  EXPECT_EQ(names.at("decoder.1.up.weight"), "decoder.transpconvs.0.weight");
  EXPECT_EQ(names.at("decoder.0.up.bias"), "decoder.transpconvs.1.bias");
  EXPECT_EQ(names.at("decoder.1.1.conv.weight"), "decoder.stages.0.convs.1.conv.weight");
  EXPECT_EQ(names.at("decoder.0.0.norm.weight"), "decoder.stages.1.convs.0.norm.weight");
  EXPECT_EQ(names.at("decoder.out.labels.bias"), "decoder.seg_layers.1.bias");
}

TEST(NnUNet, NamesOfTheResidualEncoderAreTheirs) {
  UNetOptions options = plain_options();
  options.encoder_block = BlockKind::residual;
  options.stem_channels = 4;
  options.levels[1].stride =
      1;  // changes channels only: the shortcut has no pooling ahead of its convolution
  const std::map<std::string, std::string> names = nnunet_names(options);
  EXPECT_EQ(names.at("encoder.stem.conv.weight"), "encoder.stem.convs.0.conv.weight");
  EXPECT_EQ(names.at("encoder.0.1.conv2.norm.weight"), "encoder.stages.0.blocks.1.conv2.norm.weight");
  EXPECT_EQ(names.at("encoder.1.0.shortcut.conv.weight"), "encoder.stages.1.blocks.0.skip.0.conv.weight");
  EXPECT_EQ(names.at("encoder.2.0.shortcut.norm.bias"), "encoder.stages.2.blocks.0.skip.1.norm.bias");
  EXPECT_FALSE(names.contains("encoder.0.0.shortcut.conv.weight"));
}

TEST(NnUNet, PlansAndCheckpointBecomeAModel) {
  const Model model = model_of(plans_of(plain_architecture()), checkpoint_of(plain_options()));
  EXPECT_EQ(model.name, "Dataset001_Breast");
  EXPECT_EQ(model.labels, (std::vector<std::string>{"background", "fat", "gland"}));
  EXPECT_EQ(model.preprocessing.window, (std::array<int, 3>{48, 32, 16}));
  EXPECT_EQ(model.preprocessing.spacing_mm, (std::array<double, 3>{0.7, 0.8, 3.0}));
  EXPECT_EQ(model.preprocessing.multiple, (std::array<int, 3>{4, 4, 2}));
  EXPECT_EQ(model.preprocessing.intensity, IntensityRule::z_score);
  const Graph expected = unet(plain_options());
  const TensorMap weights = test::fixed_weights(expected);
  EXPECT_EQ(model.weights, weights);
  const Tensor image = test::fixed_image({1, 1, 4, 8, 8});
  const auto result = [&](const Graph& graph, const TensorMap& of) {
    return plain::run(graph, of, {image})[static_cast<std::size_t>(graph.outputs[0].node)];
  };
  EXPECT_EQ(result(model.graph, model.weights), result(expected, weights));
}

// Plans of before 2.4 say the same in other words.
TEST(NnUNet, OlderPlansAreRead) {
  json plans = plans_of(plain_architecture());
  json& configuration = plans["configurations"]["3d_fullres"];
  configuration.erase("architecture");
  configuration.update({{"UNet_class_name", "PlainConvUNet"},
                        {"UNet_base_num_features", 4},
                        {"unet_max_num_features", 6},
                        {"n_conv_per_stage_encoder", {2, 2, 2}},
                        {"n_conv_per_stage_decoder", {2, 1}},
                        {"conv_kernel_sizes", {{1, 3, 3}, {3, 3, 3}, {3, 3, 3}}},
                        {"pool_op_kernel_sizes", {{1, 1, 1}, {1, 2, 2}, {2, 2, 2}}}});
  UNetOptions options = plain_options();
  options.levels[1].channels = options.levels[2].channels = 6;
  const Model model = model_of(plans, checkpoint_of(options));
  EXPECT_EQ(parameter_count(model.graph), parameter_count(unet(options)));
}

TEST(NnUNet, AConfigurationMayInheritFromAnother) {
  json plans = plans_of(plain_architecture());
  plans["configurations"]["small"] = {{"inherits_from", "3d_fullres"}, {"patch_size", {8, 16, 16}}};
  const Model model = nnunet_model(plans.dump(), kDataset.dump(), "small", checkpoint_of(plain_options()));
  EXPECT_EQ(model.preprocessing.window, (std::array<int, 3>{16, 16, 8}));
  EXPECT_EQ(nnunet_configurations(plans.dump()), (std::vector<std::string>{"3d_fullres", "small"}));
}

Tensor exchanged_zy(const Tensor& image) {
  Tensor out({image.shape[0], image.shape[1], image.shape[3], image.shape[2], image.shape[4]});
  const auto [channels, z, y, x] = std::array{image.shape[1], image.shape[2], image.shape[3], image.shape[4]};
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t k = 0; k < z; ++k)
      for (std::int64_t j = 0; j < y; ++j)
        for (std::int64_t i = 0; i < x; ++i)
          out.values[static_cast<std::size_t>(((c * y + j) * z + k) * x + i)] =
              image.values[static_cast<std::size_t>(((c * z + k) * y + j) * x + i)];
  return out;
}

// A network that was trained on images whose y came first gives the exchanged result of the exchanged image.
TEST(NnUNet, TransposedPlansAreBroughtToOurAxes) {
  json plans = plans_of(plain_architecture());
  plans["transpose_forward"] = {1, 0, 2};
  const TensorMap checkpoint = checkpoint_of(plain_options());
  const Model model = model_of(plans, checkpoint);
  EXPECT_EQ(model.preprocessing.window, (std::array<int, 3>{48, 16, 32}));
  EXPECT_EQ(model.preprocessing.spacing_mm, (std::array<double, 3>{0.7, 3.0, 0.8}));
  EXPECT_EQ(model.preprocessing.multiple, (std::array<int, 3>{4, 2, 4}));
  const Model same = model_of(plans_of(plain_architecture()), checkpoint);
  const Tensor image = test::fixed_image({1, 1, 8, 4, 8});  // ours: z, y, x
  const auto result = [](const Model& of, const Tensor& in) {
    return plain::run(of.graph, of.weights, {in})[static_cast<std::size_t>(of.graph.outputs[0].node)];
  };
  const Tensor ours = result(model, image), theirs = exchanged_zy(result(same, exchanged_zy(image)));
  ASSERT_EQ(ours.shape, theirs.shape);
  for (std::size_t i = 0; i < ours.values.size(); ++i) ASSERT_NEAR(ours.values[i], theirs.values[i], 1e-5);
}

TEST(NnUNet, ComputedTomographyIsClippedAndScaled) {
  json plans = plans_of(plain_architecture());
  plans["configurations"]["3d_fullres"]["normalization_schemes"] = {"CTNormalization"};
  const Preprocessing p = model_of(plans, checkpoint_of(plain_options())).preprocessing;
  EXPECT_EQ(p.intensity, IntensityRule::fixed_clipped);
  EXPECT_EQ(p.mean, std::vector<double>{90});
  EXPECT_EQ(p.deviation, std::vector<double>{40});
  EXPECT_EQ(p.lowest_value, std::vector<double>{-20});
  EXPECT_EQ(p.highest_value, std::vector<double>{300});
}

// What nnU-Net plans for one channel and two classes in patches of 128³ (six stages of 32 to 320 channels,
// two convolutions each), counted from its layers: units of (27 in + 3) out, (8 in + 1) out for what
// enlarges.
TEST(NnUNet, TheDefaultNetworkHasItsNumberOfParameters) {
  UNetOptions options;
  options.levels = unet_levels({32, 64, 128, 256, 320, 320});
  options.style.bias = true;
  options.decoders = {{"decoder", {{"labels", 2}}}};
  const std::vector<std::size_t> c{32, 64, 128, 256, 320, 320};
  const auto unit = [](std::size_t in, std::size_t out) { return (27 * in + 3) * out; };
  std::size_t count = unit(1, 32) + unit(32, 32) + 32 * 2 + 2;
  for (std::size_t s = 1; s < 6; ++s)
    count += unit(c[s - 1], c[s]) + unit(c[s], c[s]) + (8 * c[s] + 1) * c[s - 1] +
             unit(2 * c[s - 1], c[s - 1]) + unit(c[s - 1], c[s - 1]);
  EXPECT_EQ(parameter_count(unet(options)), count);
  EXPECT_EQ(count, 31194050U);
}

TEST(NnUNet, RefusesWhatItCannotRunWithTheReason) {
  json plans = plans_of(plain_architecture());
  EXPECT_EQ(message_of(plans, kDataset, "2d"),
            "plans.json: it has no configuration \"2d\". It has 3d_fullres.");
  EXPECT_EQ(message_of(plans).substr(0, 21), "nnU-Net's weights: de");
  plans["configurations"]["3d_fullres"]["use_mask_for_norm"] = {true};
  EXPECT_EQ(message_of(plans),
            "nnU-Net's plans: values are normalized within a mask (use_mask_for_norm); only whole images are "
            "supported.");
  plans = plans_of(plain_architecture());
  plans["configurations"]["3d_fullres"]["previous_stage"] = "3d_lowres";
  EXPECT_EQ(message_of(plans),
            "nnU-Net's plans: the configuration 3d_fullres takes the labels of another one as input; "
            "cascades are not "
            "supported.");
  json architecture = plain_architecture();
  architecture["network_class_name"] = "dynamic_network_architectures.architectures.primus.Primus";
  EXPECT_EQ(message_of(plans_of(architecture)),
            "nnU-Net's plans: the network is \"dynamic_network_architectures.architectures.primus.Primus\"; "
            "PlainConvUNet and ResidualEncoderUNet are known.");
  architecture = plain_architecture();
  architecture["arch_kwargs"]["n_stages"] = 1000000;
  EXPECT_EQ(message_of(plans_of(architecture)), "arch_kwargs: it has 1000000 stages, and 2 to 16 are known.");
  json regions = kDataset;
  regions["labels"]["whole"] = {1, 2};
  EXPECT_EQ(message_of(plans_of(plain_architecture()), regions),
            "dataset.json: the label \"whole\" is a region of several labels; models of regions, whose "
            "outputs overlap, "
            "are not supported.");
}

TEST(NnUNet, WeightsOfAnotherNetworkAreRefused) {
  UNetOptions wider = plain_options();
  wider.levels[2].channels = 10;
  try {
    model_of(plans_of(plain_architecture()), checkpoint_of(wider));
    FAIL();
  } catch (const Error& error) {
    EXPECT_TRUE(std::string(error.what())
                    .starts_with("weights: encoder.2.0.conv.weight is 10×6×3×3×3 and should be 8×6×3×3×3, "))
        << error.what();
  }
}

}  // namespace
}  // namespace lobule::nn
