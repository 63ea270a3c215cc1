#include "nn/foreign/monai.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "nn/fixed_weights.h"
#include "nn/plain_interpreter.h"

namespace lobule::nn {
namespace {
using nlohmann::json;

json unet_definition() {
  return {{"_target_", "monai.networks.nets.UNet"},
          {"spatial_dims", 3},
          {"in_channels", 1},
          {"out_channels", "@classes"},
          {"channels", {4, 6, 8}},
          {"strides", {2, 2}},
          {"num_res_units", 2},
          {"norm", "batch"}};
}

json bundle_of(const json& network) {
  return {{"classes", 2},
          {"network_def", network},
          {"preprocessing",
           {{"_target_", "Compose"},
            {"transforms",
             {{{"_target_", "LoadImaged"}, {"keys", "image"}},
              {{"_target_", "Orientationd"}, {"keys", "image"}, {"axcodes", "RAS"}},
              {{"_target_", "Spacingd"}, {"keys", "image"}, {"pixdim", {0.7, 0.8, 3.0}}},
              {{"_target_", "ScaleIntensityRanged"},
               {"keys", "image"},
               {"a_min", -57},
               {"a_max", 164},
               {"b_min", 0},
               {"b_max", 1},
               {"clip", true}}}}}},
          {"inferer", {{"_target_", "SlidingWindowInferer"}, {"roi_size", {16, 32, 48}}, {"overlap", 0.5}}}};
}

const json kMetadata = {
    {"name", "Breast segmentation"},
    {"network_data_format",
     {{"outputs", {{"pred", {{"channel_def", {{"0", "background"}, {"1", "breast"}}}}}}}}}};

MonaiUNetOptions unet_options() {
  MonaiUNetOptions options{
      .in_channels = 1, .out_channels = 2, .channels = {4, 6, 8}, .strides = {2, 2}, .residual_units = 2};
  options.style.normalization = {.kind = NormalizationKind::batch};
  return options;
}

std::string message_of(const json& inference, const TensorMap& weights = {}) {
  try {
    monai_model(inference.dump(), kMetadata.dump(), weights);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::string> names_of(const Graph& graph) {
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters(graph)) names.push_back(parameter.name);
  return names;
}

// As state dicts of MONAI's UNet list them (its nets/unet.py at commit 303afd6, and acti_norm.py's N, D and
// A, which convolutions.py uses from 0.7 on).
TEST(Monai, NamesOfTheUNetAreTheirs) {
  MonaiUNetOptions options = unet_options();
  options.channels = {4, 8};
  options.strides = {2};
  options.style.normalization = {.affine = false};
  const std::vector<std::string> wanted{"model.0.residual.weight",
                                        "model.0.residual.bias",
                                        "model.0.conv.unit0.conv.weight",
                                        "model.0.conv.unit0.conv.bias",
                                        "model.0.conv.unit0.adn.A.weight",
                                        "model.0.conv.unit1.conv.weight",
                                        "model.0.conv.unit1.conv.bias",
                                        "model.0.conv.unit1.adn.A.weight",
                                        "model.1.submodule.residual.weight",
                                        "model.1.submodule.residual.bias",
                                        "model.1.submodule.conv.unit0.conv.weight",
                                        "model.1.submodule.conv.unit0.conv.bias",
                                        "model.1.submodule.conv.unit0.adn.A.weight",
                                        "model.1.submodule.conv.unit1.conv.weight",
                                        "model.1.submodule.conv.unit1.conv.bias",
                                        "model.1.submodule.conv.unit1.adn.A.weight",
                                        "model.2.0.conv.weight",
                                        "model.2.0.conv.bias",
                                        "model.2.0.adn.A.weight",
                                        "model.2.1.conv.unit0.conv.weight",
                                        "model.2.1.conv.unit0.conv.bias"};
  EXPECT_EQ(names_of(monai_unet(options)), wanted);
}

TEST(Monai, NamesOfTheOthersAreTheirs) {
  const std::vector<std::string> basic = names_of(monai_basic_unet({}));
  for (const char* name :
       {"conv_0.conv_0.conv.weight", "down_1.convs.conv_1.adn.N.bias", "upcat_4.upsample.deconv.weight",
        "upcat_1.convs.conv_0.conv.bias", "final_conv.bias"})
    EXPECT_NE(std::find(basic.begin(), basic.end(), name), basic.end()) << name;
  MonaiSegResNetOptions options;
  options.transposed_up = true;
  const std::vector<std::string> residual = names_of(monai_segresnet(options));
  for (const char* name :
       {"convInit.conv.weight", "down_layers.0.1.norm1.weight", "down_layers.1.0.conv.weight",
        "down_layers.3.4.conv2.conv.weight", "up_layers.1.0.conv1.conv.weight", "up_samples.0.0.conv.weight",
        "up_samples.0.1.deconv.weight", "up_samples.0.1.deconv.bias", "conv_final.0.weight",
        "conv_final.2.conv.bias"})
    EXPECT_NE(std::find(residual.begin(), residual.end(), name), residual.end()) << name;
}

// The network of MONAI's model zoo, spleen_ct_segmentation: 4 808 917 parameters.
TEST(Monai, TheSpleenTutorialsNetworkHasItsNumberOfParameters) {
  MonaiUNetOptions options = unet_options();
  options.channels = {16, 32, 64, 128, 256};
  options.strides = {2, 2, 2, 2};
  EXPECT_EQ(parameter_count(monai_unet(options)), 4808917U);
}

TEST(Monai, ABundleBecomesAModel) {
  const TensorMap weights = test::fixed_weights(monai_unet(unet_options()));
  const Model model = monai_model(bundle_of(unet_definition()).dump(), kMetadata.dump(), weights);
  EXPECT_EQ(model.name, "Breast segmentation");
  EXPECT_EQ(model.labels, (std::vector<std::string>{"background", "breast"}));
  const Preprocessing& p = model.preprocessing;
  EXPECT_EQ(p.spacing_mm, (std::array<double, 3>{0.7, 0.8, 3.0}));
  EXPECT_EQ(p.window, (std::array<int, 3>{16, 32, 48}));
  EXPECT_EQ(p.multiple, (std::array<int, 3>{4, 4, 4}));
  EXPECT_EQ(p.intensity, IntensityRule::fixed_clipped);
  EXPECT_EQ(p.lowest_value, std::vector<double>{-57});
  EXPECT_EQ(p.highest_value, std::vector<double>{164});
  EXPECT_EQ(p.mean, std::vector<double>{-57});
  EXPECT_EQ(p.deviation, std::vector<double>{221});
}

TEST(Monai, NormalizationMayLeaveZerosOut) {
  json bundle = bundle_of(unet_definition());
  bundle["preprocessing"]["transforms"] = json::array(
      {{{"_target_", "NormalizeIntensityd"}, {"keys", "image"}, {"nonzero", true}, {"channel_wise", true}}});
  const TensorMap weights = test::fixed_weights(monai_unet(unet_options()));
  const Model model = monai_model(bundle.dump(), kMetadata.dump(), weights);
  EXPECT_EQ(model.preprocessing.intensity, IntensityRule::z_score_nonzero);
}

Tensor reversed_axes(const Tensor& image) {
  const auto [channels, first, second, third] =
      std::array{image.shape[1], image.shape[2], image.shape[3], image.shape[4]};
  Tensor out({1, channels, third, second, first});
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t i = 0; i < first; ++i)
      for (std::int64_t j = 0; j < second; ++j)
        for (std::int64_t k = 0; k < third; ++k)
          out.values[static_cast<std::size_t>(((c * third + k) * second + j) * first + i)] =
              image.values[static_cast<std::size_t>(((c * first + i) * second + j) * third + k)];
  return out;
}

// MONAI runs x, y, z; the model here z, y, x: with the same result.
TEST(Monai, AxesAreBroughtToOurs) {
  const Graph theirs = monai_unet(unet_options());
  const TensorMap weights = test::fixed_weights(theirs);
  const Model model = monai_model(bundle_of(unet_definition()).dump(), kMetadata.dump(), weights);
  const Tensor image = test::fixed_image({1, 1, 4, 8, 12});  // x, y, z
  const auto last = static_cast<std::size_t>(theirs.outputs[0].node);
  const Tensor wanted = plain::run(theirs, weights, {image})[last];
  const Tensor given = reversed_axes(plain::run(model.graph, model.weights, {reversed_axes(image)})[last]);
  ASSERT_EQ(given.shape, wanted.shape);
  for (std::size_t i = 0; i < wanted.values.size(); ++i) ASSERT_NEAR(given.values[i], wanted.values[i], 1e-5);
}

TEST(Monai, RefusesWhatItCannotRunWithTheReason) {
  json network = unet_definition();
  network["_target_"] = "SwinUNETR";
  EXPECT_EQ(
      message_of(bundle_of(network)),
      "network_def: the network is \"SwinUNETR\"; UNet, BasicUNet and SegResNet are known. Run the bundle's "
      "TorchScript by lobule-train predict.");
  network = unet_definition();
  network["out_channels"] = "$len(@labels)";
  EXPECT_EQ(
      message_of(bundle_of(network)),
      "configs/inference.json: network_def's out_channels is \"$len(@labels)\"; only Python can compute it. "
      "Write its value there, or run the bundle's TorchScript by lobule-train predict.");
  network = unet_definition();
  network["surprise"] = 1;
  EXPECT_EQ(message_of(bundle_of(network)), "network_def: the key \"surprise\" is not known.");
  network = unet_definition();
  network["norm"] = "layer";
  EXPECT_EQ(message_of(bundle_of(network)),
            "configs/inference.json: the normalization is \"layer\"; instance, batch and group are known.");
  EXPECT_EQ(message_of(bundle_of(unet_definition())).substr(0, 43),
            "weights: model.0.residual.weight is missing");
  json bundle = bundle_of(unet_definition());
  bundle["preprocessing"]["transforms"].push_back({{"_target_", "HistogramNormalized"}});
  const TensorMap weights = test::fixed_weights(monai_unet(unet_options()));
  EXPECT_EQ(message_of(bundle, weights), "preprocessing: intensities are scaled twice; once is supported.");
  bundle = bundle_of(unet_definition());
  bundle["postprocessing"] = {
      {"_target_", "Compose"},
      {"transforms", {{{"_target_", "Activationsd"}, {"keys", "pred"}, {"sigmoid", true}}}}};
  EXPECT_EQ(message_of(bundle, weights),
            "configs/inference.json: its outputs go through a sigmoid; channels that may overlap are not "
            "supported. "
            "Run the bundle's TorchScript by lobule-train predict.");
}

}  // namespace
}  // namespace lobule::nn
