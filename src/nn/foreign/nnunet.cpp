#include "nn/foreign/nnunet.h"

#include <algorithm>

#include "nn/foreign/axes.h"
#include "nn/foreign/nnunet_plans.h"
#include "nn/json_object.h"

namespace lobule::nn {
namespace {

bool has_stride(const Extents& stride, int dimensions) {
  return stride.y > 1 || stride.x > 1 || (dimensions == 3 && stride.z > 1);
}

// One name; `words` are ours, cut at dots.
std::string theirs(const std::vector<std::string>& words, const UNetOptions& options) {
  const std::string& last = words.back();
  const std::size_t finest = options.levels.size() - 2;  // of their decoder, which counts from the coarsest
  if (words[1] == "out") return "decoder.seg_layers." + std::to_string(finest) + "." + last;
  if (words[1] == "stem") return "encoder.stem.convs.0." + words[2] + "." + last;
  const auto level = static_cast<std::size_t>(std::stoul(words[1]));
  if (words[0] == "decoder") {
    const std::string stage = std::to_string(finest - level);
    if (words[2] == "up") return "decoder.transpconvs." + stage + "." + last;
    return "decoder.stages." + stage + ".convs." + words[2] + "." + words[3] + "." + last;
  }
  if (options.encoder_block == BlockKind::plain)
    return "encoder.stages." + words[1] + ".0.convs." + words[2] + "." + words[3] + "." + last;
  const std::string block = "encoder.stages." + words[1] + ".blocks." + words[2] + ".";
  if (words[3] != "shortcut") return block + words[3] + "." + words[4] + "." + last;
  // Their shortcut is a list: the mean over windows, where there is a stride, and the convolution.
  const bool pools = words[2] == "0" && has_stride(options.levels[level].stride, options.dimensions);
  return block + "skip." + (pools ? "1." : "0.") + words[4] + "." + last;
}

TensorMap renamed(const TensorMap& checkpoint, const UNetOptions& options) {
  TensorMap weights;
  std::vector<std::string> missing;
  for (const auto& [ours, name] : nnunet_names(options)) {
    if (const auto found = checkpoint.find(name); found != checkpoint.end())
      weights.emplace(ours, found->second);
    else
      missing.push_back(name);
  }
  if (missing.empty()) return weights;
  const std::size_t count = missing.size();
  missing.resize(std::min<std::size_t>(count, 3));
  throw Error("nnU-Net's weights", join(missing, ", ") + (count > 3 ? ", …" : "") + " missing",
              "they lack " + std::to_string(count) + " of the parameters that the plans ask for");
}

}  // namespace

std::map<std::string, std::string> nnunet_names(const UNetOptions& options) {
  std::map<std::string, std::string> names;
  for (const Parameter& parameter : parameters(unet(options)))
    names.emplace(parameter.name, theirs(split(parameter.name, '.'), options));
  return names;
}

Model nnunet_model(std::string_view plans_json, std::string_view dataset_json,
                   const std::string& configuration, const TensorMap& checkpoint) {
  const NnUNetPlan plan = read_nnunet_plan(plans_json, dataset_json, configuration);
  Model model;
  model.name = plan.name;
  model.task = "segmentation";
  model.summary = "nnU-Net's " + configuration + " of " + plan.name;
  model.labels = plan.labels;
  model.preprocessing = plan.preprocessing;
  const TensorMap weights = renamed(checkpoint, plan.network);
  const Graph graph = unet(plan.network);
  check_weights(graph, weights);
  model.graph = in_our_axes(graph, plan.axes);
  model.weights = plan.axes == kOurAxes ? weights : in_our_axes(weights, plan.axes);
  model.provenance = {{"origin", "nnU-Net v2 plans"}, {"configuration", configuration}};
  return model;
}

}  // namespace lobule::nn
