#include "pipeline/predict.h"

#include <algorithm>

#include "core/error.h"
#include "core/text.h"
#include "io/torch_checkpoint.h"
#include "learn/foreign_folder.h"
#include "learn/model_folder.h"
#include "nn/networks/named_network.h"
#include "pipeline/models.h"

namespace lobule::pipeline {

void PredictOptions::list_options(OptionSet& set) {
  set.add("output,o", output, {.help = "the folder for the results", .group = "Output"});
  set.add("weights", weights,
          {.help = "the weights of a standard network: .safetensors, or .pth as torch.save writes them",
           .group = "Network"});
  set.add("logits", logits,
          {.help = "write a classifier's results as they are, without softmax", .group = "Output"});
  set.add(
      "precision", precision,
      {.help =
           "numbers between layers; auto: bf16 where the processor has matrix units for it and the models "
           "state that their figure holds, else f32",
       .group = "Network",
       .choices = {"auto", "f32", "bf16"}});
  set.add("mirror", mirror,
          {.help = "outline mirrored images as well and take the mean: 4 or 8 times the work",
           .group = "Network"});
  set.add("ensemble", ensemble,
          {.help = "further model folders of the same task: what they outline is averaged with the first's",
           .group = "Network"});
  set.add(
      "folds", folds,
      {.help = "of a folder of nnU-Net: the folds whose mean counts, as 0,2,4, or all for fold_all; nothing: "
               "every numbered fold that is there",
       .group = "Network"});
  set.add("memory", memory,
          {.help = "the most that windows of a large image may take, as 2GiB or 500MiB; nothing: no bound",
           .group = "Speed",
           .affects_result = false});
}

namespace {

nn::Model load_network(const std::string& model_or_network, const PredictOptions& options) {
  if (learn::is_model_folder(model_or_network)) {
    if (!options.weights.empty())
      throw Error("--weights", "the model " + model_or_network + " has its own weights", "",
                  "Leave it out, or name a standard network");
    return learn::read_model(model_or_network);
  }
  if (const auto folder = shipped_model(model_or_network); folder && options.weights.empty())
    return learn::read_model(*folder);
  if (std::filesystem::exists(model_or_network))
    throw Error(model_or_network, "it is no model folder",
                "it holds no model.json, no plans.json of nnU-Net and no configs/inference.json of MONAI",
                "Name a model folder or one of " + join(nn::network_names(), ", "));
  nn::Model model;
  model.name = model_or_network;
  model.task = "classification";
  model.graph = nn::named_network(model_or_network);
  if (options.weights.empty())
    throw Error("lobule predict", "the network " + model_or_network + " has no weights", "",
                "Name a file of them with --weights");
  model.weights = io::read_weights(options.weights);
  model.graph = nn::named_network_for(model_or_network, model.weights);
  model.preprocessing =
      nn::named_network_preprocessing(std::get<nn::Input>(model.graph.nodes[0].layer).channels);
  return model;
}

}  // namespace

std::size_t memory_bytes(const std::string& word) {
  if (word.empty()) return 0;
  const std::string_view unit =
      std::string_view(word).substr(word.size() - std::min<std::size_t>(3, word.size()));
  const double size = unit == "GiB" ? 1 << 30 : unit == "MiB" ? 1 << 20 : 0;
  const std::optional<double> number =
      parse_number(std::string_view(word).substr(0, word.size() - unit.size()));
  if (size == 0 || !number || !(*number > 0 && *number <= 1e6))
    throw Error("--memory", "\"" + word + "\" is no amount of memory", "", "Write it as 2GiB or 500MiB");
  return static_cast<std::size_t>(*number * size);
}

bool ends_in_softmax(const nn::Graph& graph) {
  const nn::Layer& last = graph.nodes[static_cast<std::size_t>(graph.outputs[0].node)].layer;
  return std::holds_alternative<nn::Softmax>(last);
}

std::vector<nn::Model> load_networks(const std::string& model_or_network, const PredictOptions& options) {
  if (learn::is_foreign_model(model_or_network))
    return learn::read_foreign_models(model_or_network, {options.weights, options.folds});
  if (!options.folds.empty())
    throw Error("--folds", model_or_network + " has no folds", "only folders of nnU-Net have",
                "Leave it out");
  return {load_network(model_or_network, options)};
}

namespace {

struct NetworkShapes {
  Shape image, result;  // of the first input and output
};

NetworkShapes shapes_of(const nn::Model& model) {
  const nn::Graph& graph = model.graph;
  // Of the window, or of 64, the next multiple of what extents have to be.
  const auto extent = [](int window, int multiple) {
    return ((window > 0 ? window : 64) + multiple - 1) / multiple * multiple;
  };
  const nn::Preprocessing& p = model.preprocessing;
  Shape image{1, p.channels, extent(p.window[2], p.multiple[2]), extent(p.window[1], p.multiple[1]),
              extent(p.window[0], p.multiple[0])};
  if (graph.dimensions == 2) image.erase(image.begin() + 2);
  const std::vector<Shape> shapes = nn::infer_shapes(graph, {image});
  return {image, shapes[static_cast<std::size_t>(graph.outputs[0].node)]};
}

}  // namespace

PredictOutcome predict(const std::string& model_or_network, const std::vector<std::string>& inputs,
                       const PredictOptions& options, Context& context) {
  if (options.output.empty())
    throw Error("lobule predict", "no folder for the results is given", "", "Name one with -o");
  std::vector<nn::Model> models = load_networks(model_or_network, options);
  const nn::Model& model = models.front();
  const auto [image, result] = shapes_of(model);
  if (std::all_of(result.begin() + 2, result.end(), [](std::int64_t places) { return places == 1; })) {
    if (!options.ensemble.empty())
      throw Error("--ensemble", "a classifier runs alone", "only outlines are averaged", "Leave it out");
    return predict_classes(model, inputs, options, context);
  }
  if (!std::equal(image.begin() + 2, image.end(), result.begin() + 2, result.end()))
    throw Error(model_or_network, "it neither classifies images nor outlines them",
                "an image of " + describe(image) + " gives " + describe(result));
  if (result[1] < 2 || result[1] > 256)
    throw Error(model_or_network, "it tells " + std::to_string(result[1]) + " classes apart",
                "outlines are the class with the largest value of 2 to 256");
  if (!options.ensemble.empty() && !options.weights.empty())
    throw Error("--ensemble", "--weights would give all models the same weights", "",
                "Leave one of them out");
  for (const std::string& further : options.ensemble)
    for (nn::Model& one : load_networks(further, options)) {
      if (one.preprocessing != models.front().preprocessing || one.labels != models.front().labels ||
          shapes_of(one).result != result ||
          ends_in_softmax(one.graph) != ends_in_softmax(models.front().graph))
        throw Error("--ensemble", further + " is of another task than " + model_or_network,
                    "models that are averaged see images alike and have the same labels");
      models.push_back(std::move(one));
    }
  return predict_segmentation(std::move(models), static_cast<int>(result[1]), inputs, options, context);
}

}  // namespace lobule::pipeline
