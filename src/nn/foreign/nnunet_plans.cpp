#include "nn/foreign/nnunet_plans.h"

#include <algorithm>

#include "core/options.h"
#include "nn/foreign/nnunet.h"
#include "nn/json_object.h"

namespace lobule::nn {
namespace {

using nlohmann::json;
using IntLists = std::vector<std::vector<int>>;

constexpr const char* kPlans = "plans.json";
constexpr int kMostStages = 16;

[[noreturn]] void refuse(const std::string& what, const std::string& why) {
  throw Error("nnU-Net's plans", what, why);
}

// A configuration with what it inherits.
json configuration_of(const json& plans, const std::string& name, int depth = 0) {
  JsonObject root(plans, kPlans);
  const json& all = root.at("configurations");
  const auto found = all.find(name);
  if (found == all.end()) {
    std::vector<std::string> known;
    for (const auto& [key, ignored] : all.items()) known.push_back(key);
    throw Error(kPlans, "it has no configuration " + quote(name), "", "It has " + join(known, ", "));
  }
  json own = *found;
  JsonObject object(*found, std::string(kPlans) + ", configuration " + name);
  if (!object.has("inherits_from")) return own;
  if (depth > 8) refuse("configurations inherit from each other in a circle", "");
  json merged = configuration_of(plans, object.get<std::string>("inherits_from"), depth + 1);
  merged.update(own);
  return merged;
}

// A number for every stage, written as one number or as a list.
std::vector<int> per_stage(JsonObject& object, const char* key, int stages) {
  if (object.at(key).is_number_integer())
    return std::vector<int>(static_cast<std::size_t>(stages), object.get<int>(key));
  const auto list = object.get<std::vector<int>>(key);
  if (static_cast<int>(list.size()) != stages)
    object.refuse("\"" + std::string(key) + "\" has " + std::to_string(list.size()) + " numbers for " +
                  std::to_string(stages) + " stages");
  return list;
}

Extents extents(const std::vector<int>& list, JsonObject& object) {
  if (list.size() == 2) return {1, list[0], list[1]};
  if (list.size() != 3) object.refuse("a kernel or stride does not have 2 or 3 extents");
  return {list[0], list[1], list[2]};
}

void set_style(UNetOptions& network, JsonObject& kwargs) {
  network.style.bias = true;
  kwargs.get_if_present("conv_bias", network.style.bias);
  const auto norm = kwargs.get<std::string>("norm_op");
  if (contains(norm, "InstanceNorm"))
    network.style.normalization.affine = false;  // torch's default, which "affine" mostly changes
  else if (contains(norm, "BatchNorm"))
    network.style.normalization.kind = NormalizationKind::batch;
  else
    refuse("the normalization is " + norm, "InstanceNorm and BatchNorm are known");
  if (kwargs.has("norm_op_kwargs") && kwargs.at("norm_op_kwargs").is_object()) {
    JsonObject options(kwargs.at("norm_op_kwargs"), "norm_op_kwargs");
    options.get_if_present("eps", network.style.normalization.epsilon);
    options.get_if_present("affine", network.style.normalization.affine);
  }
  const auto activation = kwargs.get<std::string>("nonlin");
  if (activation.ends_with("LeakyReLU")) {
    if (kwargs.has("nonlin_kwargs") && kwargs.at("nonlin_kwargs").is_object())
      JsonObject(kwargs.at("nonlin_kwargs"), "nonlin_kwargs")
          .get_if_present("negative_slope", network.style.activation.slope);
  } else if (activation.ends_with(".ReLU")) {
    network.style.activation = {ActivationKind::relu};
  } else {
    refuse("the activation is " + activation, "LeakyReLU and ReLU are known");
  }
}

void set_block(UNetOptions& network, const std::string& class_name) {
  const std::string name = class_name.substr(class_name.rfind('.') + 1);
  if (name == "ResidualEncoderUNet")
    network.encoder_block = BlockKind::residual;
  else if (name != "PlainConvUNet")
    refuse("the network is " + quote(class_name), "PlainConvUNet and ResidualEncoderUNet are known");
}

struct Stages {
  std::vector<int> channels, depth, decoder_depth;
  IntLists kernels, strides;
};

void set_levels(UNetOptions& network, const Stages& stages, JsonObject& object) {
  const std::size_t count = stages.channels.size();
  if (stages.kernels.size() != count || stages.strides.size() != count)
    object.refuse("kernels or strides are not given for each of " + std::to_string(count) + " stages");
  network.dimensions = stages.kernels[0].size() == 2 ? 2 : 3;
  for (std::size_t s = 0; s < count; ++s) {
    if (stages.kernels[s].size() != stages.kernels[0].size() ||
        stages.strides[s].size() != stages.kernels[0].size())
      object.refuse("kernels and strides differ in their number of dimensions");
    UNetLevel level{stages.channels[s], extents(stages.strides[s], object),
                    extents(stages.kernels[s], object), stages.depth[s], 0};
    // Their decoder's list begins at its coarsest stage.
    if (s + 1 < count) level.decoder_depth = stages.decoder_depth[count - 2 - s];
    network.levels.push_back(level);
  }
  if (network.encoder_block == BlockKind::residual) network.stem_channels = stages.channels[0];
}

int stage_count(JsonObject& object, int stages) {
  if (stages < 2 || stages > kMostStages)
    object.refuse("it has " + std::to_string(stages) + " stages, and 2 to " + std::to_string(kMostStages) +
                  " are known");
  return stages;
}

UNetOptions network_of(const json& architecture) {
  UNetOptions network;
  JsonObject object(architecture, "architecture");
  set_block(network, object.get<std::string>("network_class_name"));
  JsonObject kwargs(object.at("arch_kwargs"), "arch_kwargs");
  const int count = stage_count(kwargs, kwargs.get<int>("n_stages"));
  const bool residual = network.encoder_block == BlockKind::residual;
  Stages stages;
  stages.channels = per_stage(kwargs, "features_per_stage", count);
  stages.depth = per_stage(kwargs, residual ? "n_blocks_per_stage" : "n_conv_per_stage", count);
  stages.decoder_depth = per_stage(kwargs, "n_conv_per_stage_decoder", count - 1);
  stages.kernels = kwargs.get<IntLists>("kernel_sizes");
  stages.strides = kwargs.get<IntLists>("strides");
  set_style(network, kwargs);
  set_levels(network, stages, kwargs);
  return network;
}

// Before 2.4 (nnunetv2/utilities/get_network_from_plans.py of 2.2): InstanceNorm with weights, biases,
// LeakyReLU.
UNetOptions old_network_of(const json& configuration) {
  UNetOptions network;
  JsonObject object(configuration, "configuration");
  set_block(network, object.get<std::string>("UNet_class_name"));
  network.style.bias = true;
  Stages stages;
  stages.kernels = object.get<IntLists>("conv_kernel_sizes");
  stages.strides = object.get<IntLists>("pool_op_kernel_sizes");
  const int count = stage_count(object, static_cast<int>(stages.kernels.size()));
  stages.depth = per_stage(object, "n_conv_per_stage_encoder", count);
  stages.decoder_depth = per_stage(object, "n_conv_per_stage_decoder", count - 1);
  const int base = object.get<int>("UNet_base_num_features"), most = object.get<int>("unet_max_num_features");
  for (int s = 0; s < count; ++s) stages.channels.push_back(std::min(base << s, most));
  set_levels(network, stages, object);
  return network;
}

std::vector<std::string> labels_of(const json& dataset) {
  JsonObject object(dataset, "dataset.json");
  std::map<int, std::string> by_number;
  for (const auto& [name, value] : object.at("labels").items()) {
    if (!value.is_number_integer())
      throw Error("dataset.json", "the label " + quote(name) + " is a region of several labels",
                  "models of regions, whose outputs overlap, are not supported");
    if (name != "ignore") by_number[value.get<int>()] = name;
  }
  std::vector<std::string> labels;
  for (const auto& [number, name] : by_number) {
    if (number != static_cast<int>(labels.size()))
      throw Error("dataset.json", "the labels are not numbered from 0 without gaps");
    labels.push_back(name);
  }
  if (labels.size() < 2) throw Error("dataset.json", "it has fewer than two labels");
  return labels;
}

void set_intensities(Preprocessing& p, const json& plans, JsonObject& configuration) {
  const auto schemes = configuration.get<std::vector<std::string>>("normalization_schemes");
  if (schemes.empty()) refuse("no normalization is named", "");
  if (std::adjacent_find(schemes.begin(), schemes.end(), std::not_equal_to<>()) != schemes.end())
    refuse("channels are normalized in different ways: " + join(schemes, ", "),
           "one way for all is supported");
  if (configuration.has("use_mask_for_norm") &&
      configuration.at("use_mask_for_norm") != json(std::vector<bool>(schemes.size(), false)))
    refuse("values are normalized within a mask (use_mask_for_norm)", "only whole images are supported");
  if (schemes[0] == "ZScoreNormalization") {
    p.intensity = IntensityRule::z_score;
  } else if (schemes[0] == "RescaleTo01Normalization") {
    p.intensity = IntensityRule::percentiles;
  } else if (schemes[0] == "RGBTo01Normalization") {
    p.before_scale = 255;
  } else if (schemes[0] == "CTNormalization") {
    p.intensity = IntensityRule::fixed_clipped;
    JsonObject root(plans, kPlans);
    JsonObject all(root.at("foreground_intensity_properties_per_channel"), "foreground intensities");
    for (int channel = 0; channel < p.channels; ++channel) {
      JsonObject values(all.at(std::to_string(channel).c_str()), "foreground intensities");
      p.mean.push_back(values.get<double>("mean"));
      p.deviation.push_back(std::max(values.get<double>("std"), 1e-8));
      p.lowest_value.push_back(values.get<double>("percentile_00_5"));
      p.highest_value.push_back(values.get<double>("percentile_99_5"));
    }
  } else if (schemes[0] != "NoNormalization") {
    refuse(
        "values are normalized by " + quote(schemes[0]),
        "known are ZScoreNormalization, CTNormalization, RescaleTo01Normalization, RGBTo01Normalization and "
        "NoNormalization");
  }
}

// Which axis of z, y, x each axis of the network is.
AxisOrder axes_of(const json& plans, int dimensions) {
  JsonObject root(plans, kPlans);
  std::vector<int> forward{0, 1, 2};
  root.get_if_present("transpose_forward", forward);
  std::vector<int> sorted = forward;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != std::vector<int>{0, 1, 2}) root.refuse("\"transpose_forward\" is no order of three axes");
  if (dimensions == 3) return {forward[0], forward[1], forward[2]};
  if (forward[0] != 0)
    refuse("the network sees slices across another axis than z (transpose_forward)",
           "transversal slices are supported");
  return {forward[1] - 1, forward[2] - 1, 2};
}

// Lists in the network's order become x, y, z.
template <class T>
void set_xyz(std::array<T, 3>& xyz, const std::vector<T>& theirs, const AxisOrder& order, JsonObject& object,
             std::size_t dimensions) {
  if (theirs.size() != dimensions)
    object.refuse("the patch or the spacing has " + std::to_string(theirs.size()) + " extents, the network " +
                  std::to_string(dimensions));
  const std::vector<T> ours = in_our_order(theirs, order);
  for (std::size_t a = 0; a < ours.size(); ++a) xyz[a] = ours[ours.size() - 1 - a];
}

}  // namespace

std::vector<std::string> nnunet_configurations(std::string_view plans_json) {
  const json plans = parse_json(plans_json, kPlans);
  JsonObject root(plans, kPlans);
  std::vector<std::string> names;
  for (const auto& [name, ignored] : root.at("configurations").items()) names.push_back(name);
  return names;
}

NnUNetPlan read_nnunet_plan(std::string_view plans_json, std::string_view dataset_json,
                            const std::string& name) {
  const json plans = parse_json(plans_json, kPlans), dataset = parse_json(dataset_json, "dataset.json");
  const json configuration = configuration_of(plans, name);
  JsonObject object(configuration, std::string(kPlans) + ", configuration " + name);
  if (object.has("previous_stage") && !object.at("previous_stage").is_null())
    refuse("the configuration " + name + " takes the labels of another one as input",
           "cascades are not supported");

  NnUNetPlan plan;
  JsonObject(plans, kPlans).get_if_present("dataset_name", plan.name);
  plan.labels = labels_of(dataset);
  JsonObject data(dataset, "dataset.json");
  const json& channels = data.at(data.has("channel_names") ? "channel_names" : "modality");
  plan.network =
      object.has("architecture") ? network_of(object.at("architecture")) : old_network_of(configuration);
  plan.network.in_channels = static_cast<int>(channels.size());
  plan.network.decoders = {{"decoder", {{"labels", static_cast<int>(plan.labels.size())}}}};
  plan.axes = axes_of(plans, plan.network.dimensions);

  Preprocessing& p = plan.preprocessing;
  const auto dimensions = static_cast<std::size_t>(plan.network.dimensions);
  p.channels = plan.network.in_channels;
  p.window = {0, 0, 1};
  set_xyz(p.window, object.get<std::vector<int>>("patch_size"), plan.axes, object, dimensions);
  set_xyz(p.spacing_mm, object.get<std::vector<double>>("spacing"), plan.axes, object, dimensions);
  const Extent grain = unet_granularity(plan.network);
  set_xyz(p.multiple, std::vector<int>(grain.begin() + (dimensions == 2 ? 1 : 0), grain.end()), plan.axes,
          object, dimensions);
  set_intensities(p, plans, object);
  return plan;
}

}  // namespace lobule::nn
