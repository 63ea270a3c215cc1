#pragma once
// Networks of MONAI (Project-MONAI/MONAI) under its own names of parameters, so that its state dicts load as
// they are, and its bundles' configurations. Sources: monai/networks/nets/{unet,basic_unet,segresnet}.py and
// blocks/{convolutions,acti_norm,upsample,segresnet_block}.py of 0.8 and later.

#include <string>
#include <string_view>
#include <vector>

#include "nn/model.h"

namespace lobule::nn {

// How MONAI writes normalizations and activations: a word, with options.
struct MonaiStyle {
  Normalization normalization{.affine = false};  // MONAI's "instance" has no weights unless it is asked to
  Activation activation{ActivationKind::prelu};
  bool bias = true;
};

// monai.networks.nets.UNet.
struct MonaiUNetOptions {
  int dimensions = 3, in_channels = 1, out_channels = 2;
  std::vector<int> channels, strides;  // strides are one fewer
  int kernel = 3, up_kernel = 3;
  int residual_units = 0;
  MonaiStyle style{};
};
Graph monai_unet(const MonaiUNetOptions& options);

// monai.networks.nets.BasicUNet with upsample "deconv". Six features: of the five levels, and of the last
// block.
struct MonaiBasicUNetOptions {
  int dimensions = 3, in_channels = 1, out_channels = 2;
  std::vector<int> features{32, 32, 64, 128, 256, 32};
  MonaiStyle style{{}, {ActivationKind::leaky_relu, 0.1}, true};
};
Graph monai_basic_unet(const MonaiBasicUNetOptions& options);

// monai.networks.nets.SegResNet (Myronenko 2018) with upsample_mode "nontrainable" or "deconv".
struct MonaiSegResNetOptions {
  int dimensions = 3, in_channels = 1, out_channels = 2, init_filters = 8;
  std::vector<int> blocks_down{1, 2, 2, 4}, blocks_up{1, 1, 1};
  Normalization normalization{.kind = NormalizationKind::group, .groups = 8};
  Activation activation{ActivationKind::relu};
  bool transposed_up = false;
};
Graph monai_segresnet(const MonaiSegResNetOptions& options);

// A bundle: configs/inference.json and configs/metadata.json as texts, and its state dict. MONAI's images
// have the axes x, y, z: kernels are exchanged to our z, y, x. Throws Error with the reason: networks,
// normalizations or transforms that are not known, values that only Python can compute ("$…"), weights of
// another network.
Model monai_model(std::string_view inference_json, std::string_view metadata_json,
                  const TensorMap& state_dict);

}  // namespace lobule::nn
