#include "pipeline/predict.h"

#include <algorithm>

#include "core/error.h"
#include "core/text.h"
#include "io/torch_checkpoint.h"
#include "learn/foreign_folder.h"
#include "learn/model_folder.h"
#include "nn/networks/named_network.h"

namespace lobule::pipeline {

void PredictOptions::list_options(OptionSet& set) {
  set.add("output,o", output, {.help = "the folder for the results", .group = "Output"});
  set.add("weights", weights,
          {.help = "the weights of a standard network: .safetensors, or .pth as torch.save writes them",
           .group = "Network"});
  set.add("logits", logits,
          {.help = "write a classifier's results as they are, without softmax", .group = "Output"});
  set.add("precision", precision,
          {.help = "numbers between layers; auto is f32",
           .group = "Network",
           .choices = {"auto", "f32", "bf16"}});
}

nn::Model load_network(const std::string& model_or_network, const PredictOptions& options) {
  if (learn::is_model_folder(model_or_network)) {
    if (!options.weights.empty())
      throw Error("--weights", "the model " + model_or_network + " has its own weights", "",
                  "Leave it out, or name a standard network");
    return learn::read_model(model_or_network);
  }
  if (learn::is_foreign_model(model_or_network))
    return learn::read_foreign_model(model_or_network, options.weights);
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

bool is_classifier(const nn::Model& model) {
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
  const Shape& result = shapes[static_cast<std::size_t>(graph.outputs[0].node)];
  return std::all_of(result.begin() + 2, result.end(), [](std::int64_t places) { return places == 1; });
}

PredictOutcome predict(const std::string& model_or_network, const std::vector<std::string>& inputs,
                       const PredictOptions& options, Context& context) {
  if (options.output.empty())
    throw Error("lobule predict", "no folder for the results is given", "", "Name one with -o");
  const nn::Model model = load_network(model_or_network, options);
  if (!is_classifier(model))
    throw Error(model_or_network, "it is no classifier", "only classifiers are run by this command");
  return predict_classes(model, inputs, options, context);
}

}  // namespace lobule::pipeline
