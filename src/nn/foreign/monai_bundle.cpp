// A bundle's configurations: which network, and how images are prepared for it.

#include <algorithm>

#include "nn/foreign/axes.h"
#include "nn/foreign/monai.h"
#include "nn/json_object.h"

namespace lobule::nn {
namespace {

using nlohmann::json;

constexpr const char* kInference = "configs/inference.json";

// "monai.networks.nets.UNet" → "UNet".
std::string last_part(const std::string& target) {
  return target.substr(target.rfind('.') + 1);
}

// "@key" names a value at the top; "$…" is Python.
const json& resolved(const json& root, const json& value, const std::string& what, int depth = 0) {
  if (!value.is_string()) return value;
  const auto& text = value.get_ref<const std::string&>();
  if (text.starts_with("$"))
    throw Error(kInference, what + " is " + quote(text), "only Python can compute it",
                "Write its value there, or run the bundle's TorchScript by lobule-train predict");
  if (!text.starts_with("@")) return value;
  const auto found = root.find(text.substr(1));
  if (found == root.end() || depth > 8)
    throw Error(kInference, what + " is " + quote(text), "it names nothing there");
  return resolved(root, *found, what, depth + 1);
}

// An object with all its values resolved.
json resolved_object(const json& root, const json& object, const std::string& what) {
  if (!object.is_object()) throw Error(kInference, what + " is not a JSON object");
  json out = json::object();
  for (const auto& [key, value] : object.items()) out[key] = resolved(root, value, what + "'s " + key);
  return out;
}

std::string lower_word(const std::string& word) {
  std::string out;
  for (const char c : lower(word))
    if (c != '_') out += c;
  return out;
}

// A word with options, as MONAI writes styles: "batch", or ["group", {"num_groups": 8}].
struct Styled {
  std::string word;
  json options = json::object();
};
Styled styled(const json& value, const std::string& what) {
  if (value.is_string()) return {lower_word(value.get<std::string>()), json::object()};
  if (!value.is_array() || value.empty() || !value[0].is_string() ||
      (value.size() > 1 && !value[1].is_object()))
    throw Error(kInference, what + " is neither a word nor a word with options");
  return {lower_word(value[0].get<std::string>()), value.size() > 1 ? value[1] : json::object()};
}

Normalization normalization_of(const json& value) {
  const Styled style = styled(value, "norm");
  JsonObject options(style.options, "norm");
  Normalization norm;
  options.get_if_present("eps", norm.epsilon);
  if (style.word == "instance") {
    norm.affine = false;
  } else if (style.word == "batch") {
    norm.kind = NormalizationKind::batch;
  } else if (style.word == "group") {
    norm.kind = NormalizationKind::group;
    norm.groups = options.get<int>("num_groups");
  } else {
    throw Error(kInference, "the normalization is " + quote(style.word),
                "instance, batch and group are known");
  }
  options.get_if_present("affine", norm.affine);
  return norm;
}

Activation activation_of(const json& value) {
  const Styled style = styled(value, "act");
  JsonObject options(style.options, "act");
  Activation act;
  if (style.word == "prelu") {
    act.kind = ActivationKind::prelu;
    int parameters = 1;
    options.get_if_present("num_parameters", parameters);
    if (parameters != 1)
      throw Error(kInference, "a PReLU has a weight for each channel", "one for all is known");
  } else if (style.word == "leakyrelu") {
    act.kind = ActivationKind::leaky_relu;
    options.get_if_present("negative_slope", act.slope);
  } else if (style.word == "relu") {
    act.kind = ActivationKind::relu;
  } else if (style.word == "elu") {
    act = {ActivationKind::elu, 1.0};
    options.get_if_present("alpha", act.slope);
  } else if (style.word == "gelu") {
    act.kind = ActivationKind::gelu;
  } else if (style.word == "swish" || style.word == "silu") {
    act.kind = ActivationKind::silu;
  } else {
    throw Error(kInference, "the activation is " + quote(style.word),
                "prelu, relu, leakyrelu, elu, gelu and swish are known");
  }
  return act;
}

void read_style(JsonObject& network, MonaiStyle& style) {
  if (network.has("norm")) style.normalization = normalization_of(network.at("norm"));
  if (network.has("act")) style.activation = activation_of(network.at("act"));
  network.get_if_present("bias", style.bias);
  std::string order = "NDA";
  network.get_if_present("adn_ordering", order);
  if (order != "NDA" && order != "NA")
    network.refuse("\"adn_ordering\" is " + quote(order) + "; normalization ahead of activation is known");
}

template <class Options>
void read_extent(JsonObject& network, Options& options) {
  network.get_if_present("spatial_dims", options.dimensions);
  network.get_if_present("dimensions", options.dimensions);
  network.get_if_present("in_channels", options.in_channels);
  network.get_if_present("out_channels", options.out_channels);
}

// What does not change a trained network's result.
void pass_over(JsonObject& network) {
  for (const char* key : {"_target_", "dropout", "dropout_prob", "_requires_", "_disabled_", "_desc_"})
    if (network.has(key)) network.at(key);
}

Graph unet_of(JsonObject& network) {
  MonaiUNetOptions options;
  read_extent(network, options);
  options.channels = network.get<std::vector<int>>("channels");
  options.strides = network.get<std::vector<int>>("strides");
  network.get_if_present("kernel_size", options.kernel);
  network.get_if_present("up_kernel_size", options.up_kernel);
  network.get_if_present("num_res_units", options.residual_units);
  read_style(network, options.style);
  network.expect_no_more();
  return monai_unet(options);
}

Graph basic_unet_of(JsonObject& network) {
  MonaiBasicUNetOptions options;
  read_extent(network, options);
  network.get_if_present("features", options.features);
  read_style(network, options.style);
  std::string upsample = "deconv";
  network.get_if_present("upsample", upsample);
  if (upsample != "deconv") network.refuse("\"upsample\" is " + quote(upsample) + "; deconv is known");
  network.expect_no_more();
  return monai_basic_unet(options);
}

Graph segresnet_of(JsonObject& network) {
  MonaiSegResNetOptions options;
  read_extent(network, options);
  network.get_if_present("init_filters", options.init_filters);
  network.get_if_present("blocks_down", options.blocks_down);
  network.get_if_present("blocks_up", options.blocks_up);
  if (network.has("norm")) options.normalization = normalization_of(network.at("norm"));
  if (network.has("act")) options.activation = activation_of(network.at("act"));
  std::string upsample = "nontrainable";
  network.get_if_present("upsample_mode", upsample);
  if (upsample != "nontrainable" && upsample != "deconv")
    network.refuse("\"upsample_mode\" is " + quote(upsample) + "; nontrainable and deconv are known");
  options.transposed_up = upsample == "deconv";
  network.expect_no_more();
  return monai_segresnet(options);
}

Graph network_of(const json& definition) {
  JsonObject network(definition, "network_def");
  const std::string name = last_part(network.get<std::string>("_target_"));
  pass_over(network);
  if (name == "UNet" || name == "Unet") return unet_of(network);
  if (name == "BasicUNet" || name == "BasicUnet") return basic_unet_of(network);
  if (name == "SegResNet") return segresnet_of(network);
  throw Error("network_def", "the network is " + quote(name), "UNet, BasicUNet and SegResNet are known",
              "Run the bundle's TorchScript by lobule-train predict");
}

// One transform of the preprocessing. Those that only load, order or cut images are passed over.
void read_transform(const json& definition, Preprocessing& p) {
  JsonObject transform(definition, "preprocessing");
  const std::string name = last_part(transform.get<std::string>("_target_"));
  static const std::vector<std::string> kPassedOver{
      "LoadImaged",  "EnsureChannelFirstd", "AddChanneld", "AsChannelFirstd", "Orientationd",
      "EnsureTyped", "ToTensord",           "CastToTyped", "CropForegroundd", "SpatialPadd"};
  if (std::find(kPassedOver.begin(), kPassedOver.end(), name) != kPassedOver.end()) return;
  if (name == "Spacingd") {
    const auto spacing = transform.get<std::vector<double>>("pixdim");
    if (spacing.empty() || spacing.size() > 3)
      transform.refuse("\"pixdim\" does not have one to three extents");
    for (std::size_t a = 0; a < spacing.size(); ++a)
      p.spacing_mm[a] = std::max(0.0, spacing[a]);  // −1: as it is
    return;
  }
  if (p.intensity != IntensityRule::none) transform.refuse("intensities are scaled twice; once is supported");
  if (name == "NormalizeIntensityd") {
    bool nonzero = false;
    transform.get_if_present("nonzero", nonzero);
    if (transform.has("subtrahend") || transform.has("divisor"))
      transform.refuse(
          "NormalizeIntensityd has numbers of its own; the image's mean and deviation are supported");
    p.intensity = nonzero ? IntensityRule::z_score_nonzero : IntensityRule::z_score;
  } else if (name == "ScaleIntensityd") {
    double low = 0, high = 1;
    transform.get_if_present("minv", low);
    transform.get_if_present("maxv", high);
    if (low != 0 || high != 1) transform.refuse("ScaleIntensityd does not scale to 0 to 1");
    p.intensity = IntensityRule::percentiles;
  } else if (name == "ScaleIntensityRanged") {
    const auto from = transform.get<double>("a_min"), to = transform.get<double>("a_max");
    const auto low = transform.get<double>("b_min"), high = transform.get<double>("b_max");
    bool clip = false;
    transform.get_if_present("clip", clip);
    if (!(to > from) || !(high > low)) transform.refuse("ScaleIntensityRanged has an empty range");
    const double deviation = (to - from) / (high - low);
    const auto channels = static_cast<std::size_t>(p.channels);
    p.intensity = clip ? IntensityRule::fixed_clipped : IntensityRule::fixed;
    p.deviation.assign(channels, deviation);
    p.mean.assign(channels, from - low * deviation);
    if (clip) {
      p.lowest_value.assign(channels, from);
      p.highest_value.assign(channels, to);
    }
  } else {
    transform.refuse("the transform " + quote(name) + " is not known");
  }
}

void read_preprocessing(const json& root, Preprocessing& p) {
  const auto found = root.find("preprocessing");
  if (found == root.end()) return;
  const json composed = resolved_object(root, *found, "preprocessing");
  const auto list = composed.find("transforms");
  if (list == composed.end() || !list->is_array())
    throw Error(kInference, "the preprocessing has no list of transforms");
  for (const json& one : *list) {
    const json& transform = resolved(root, one, "a transform");
    JsonObject object(transform, "preprocessing");
    // Keys, devices and the like may be Python; only numbers that matter here are resolved.
    json plain = json::object();
    for (const auto& [key, value] : transform.items()) {
      const bool python = value.is_string() && value.get_ref<const std::string&>().starts_with("$");
      if (!python && key != "keys") plain[key] = resolved(root, value, "a transform's " + key);
    }
    read_transform(plain, p);
  }
}

// Channels that overlap have no largest one.
void refuse_sigmoid(const json& root) {
  const auto found = root.find("postprocessing");
  if (found == root.end()) return;
  const json composed = resolved_object(root, *found, "postprocessing");
  const auto list = composed.find("transforms");
  if (list == composed.end() || !list->is_array()) return;
  for (const json& one : *list) {
    const json& transform = resolved(root, one, "a transform");
    if (transform.is_object() && transform.contains("sigmoid") && transform["sigmoid"] == true)
      throw Error(kInference, "its outputs go through a sigmoid",
                  "channels that may overlap are not supported",
                  "Run the bundle's TorchScript by lobule-train predict");
  }
}

void read_window(const json& root, Preprocessing& p, std::size_t dimensions) {
  const auto found = root.find("inferer");
  if (found == root.end() || !found->is_object() || !found->contains("roi_size")) return;
  JsonObject inferer(*found, "inferer");
  const json& size = resolved(root, inferer.at("roi_size"), "roi_size");
  if (!size.is_array() || size.size() != dimensions)
    inferer.refuse("\"roi_size\" does not have an extent for each axis");
  for (std::size_t a = 0; a < dimensions; ++a) {
    if (!size[a].is_number_integer() || size[a].get<std::int64_t>() > (1 << 16))
      inferer.refuse("\"roi_size\" is not of whole numbers");
    p.window[a] = std::max(0, size[a].get<int>());
  }
}

// What the strides of a graph divide extents by, x, y, z.
std::array<int, 3> granularity(const Graph& graph) {
  std::vector<Extent> of(graph.nodes.size(), Extent{1, 1, 1});
  Extent largest{1, 1, 1};
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (!node.inputs.empty()) of[n] = of[static_cast<std::size_t>(node.inputs[0])];
    for (std::size_t a = 0; a < 3; ++a) {
      if (const auto* convolution = std::get_if<Convolution>(&node.layer))
        of[n][a] = convolution->transposed ? std::max(1, of[n][a] / convolution->stride[a])
                                           : of[n][a] * convolution->stride[a];
      if (const auto* pool = std::get_if<Pool>(&node.layer)) of[n][a] *= pool->stride[a];
      if (const auto* upsample = std::get_if<Upsample>(&node.layer))
        of[n][a] = std::max(1, of[n][a] / upsample->factor[a]);
      largest[a] = std::max(largest[a], of[n][a]);
    }
  }
  return {largest[2], largest[1], largest[0]};
}

// The names of the outputs' channels in metadata.json, where it has them.
std::vector<std::string> labels_of(const json& metadata, int channels) {
  std::vector<std::string> labels;
  const auto format = metadata.find("network_data_format");
  const json* names = nullptr;
  if (format != metadata.end() && format->is_object() && format->contains("outputs")) {
    const json& outputs = (*format)["outputs"];
    if (outputs.is_object() && outputs.contains("pred") && outputs["pred"].is_object() &&
        outputs["pred"].contains("channel_def"))
      names = &outputs["pred"]["channel_def"];
  }
  for (int channel = 0; channel < channels; ++channel) {
    const std::string number = std::to_string(channel);
    const bool named =
        names != nullptr && names->is_object() && names->contains(number) && (*names)[number].is_string();
    labels.push_back(named ? (*names)[number].get<std::string>() : "class " + number);
  }
  return labels;
}

}  // namespace

Model monai_model(std::string_view inference_json, std::string_view metadata_json,
                  const TensorMap& state_dict) {
  const json root = parse_json(inference_json, kInference),
             metadata = parse_json(metadata_json, "configs/metadata.json");
  JsonObject inference(root, kInference);
  JsonObject description(metadata, "configs/metadata.json");
  Model model;
  const Graph graph = network_of(resolved_object(root, inference.at("network_def"), "network_def"));
  check_weights(graph, state_dict);
  // x, y, z is the reverse of z, y, x, in two dimensions as in three.
  const AxisOrder order = graph.dimensions == 3 ? AxisOrder{2, 1, 0} : AxisOrder{1, 0, 2};
  model.graph = in_our_axes(graph, order);
  model.weights = in_our_axes(state_dict, order);
  model.task = "segmentation";
  model.name = "monai";
  description.get_if_present("name", model.name);
  description.get_if_present("description", model.summary);
  model.preprocessing.channels = std::get<Input>(graph.nodes[0].layer).channels;
  model.preprocessing.multiple = granularity(model.graph);
  read_preprocessing(root, model.preprocessing);
  refuse_sigmoid(root);
  read_window(root, model.preprocessing, static_cast<std::size_t>(graph.dimensions));
  if (graph.dimensions == 2) model.preprocessing.window[2] = 1;
  const auto& multiple = model.preprocessing.multiple;
  Shape image{1, model.preprocessing.channels, 8 * multiple[2], 8 * multiple[1], 8 * multiple[0]};
  if (graph.dimensions == 2) image.erase(image.begin() + 2);
  const Shape result = infer_shapes(model.graph, {image})[static_cast<std::size_t>(graph.outputs[0].node)];
  model.labels = labels_of(metadata, static_cast<int>(result[1]));
  model.provenance = {{"origin", "MONAI bundle"}};
  return model;
}

}  // namespace lobule::nn
