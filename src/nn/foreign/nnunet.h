#pragma once
// Models of nnU-Net v2 (Isensee et al. 2021; MIC-DKFZ/nnUNet): its plain and residual-encoder U-Nets, as the
// plans describe them, with the weights of a checkpoint.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nn/model.h"
#include "nn/networks/unet.h"

namespace lobule::nn {

// The names of the plans' configurations ("2d", "3d_fullres").
std::vector<std::string> nnunet_configurations(std::string_view plans_json);

// plans.json and dataset.json as texts, one of the configurations, and the tensors of a checkpoint
// ("network_weights"). Axes are brought to our order. Throws Error with the reason for what is not supported:
// other architectures, regions instead of labels, cascades, z-scores within a mask, several schemes of
// normalization in one model, and weights of another network.
Model nnunet_model(std::string_view plans_json, std::string_view dataset_json,
                   const std::string& configuration, const TensorMap& checkpoint);

// Our name of each parameter → nnU-Net's (dynamic_network_architectures, commit 24d174f):
// "encoder.0.1.conv.weight" → "encoder.stages.0.0.convs.1.conv.weight".
std::map<std::string, std::string> nnunet_names(const UNetOptions& options);

}  // namespace lobule::nn
