#include "learn/model_folder.h"

#include <cmath>

#include "core/error.h"
#include "core/hash.h"
#include "core/text.h"
#include "io/files.h"

namespace lobule::learn {
namespace {
namespace fs = std::filesystem;

constexpr const char* kDocument = "model.json";
constexpr const char* kWeights = "weights.safetensors";
constexpr const char* kCard = "card.md";

std::string precision_name(io::WeightPrecision precision) {
  return precision == io::WeightPrecision::f32   ? "f32"
         : precision == io::WeightPrecision::f16 ? "f16"
                                                 : "bf16";
}

}  // namespace

io::WeightPrecision weight_precision(const std::string& name) {
  for (const io::WeightPrecision precision : {io::WeightPrecision::f16, io::WeightPrecision::bf16})
    if (name == precision_name(precision)) return precision;
  return io::WeightPrecision::f32;
}

namespace {

TensorMap weights_of_network(const nn::Model& model) {
  nn::check_weights(model.graph, model.weights);
  TensorMap weights;
  for (const nn::Parameter& parameter : nn::parameters(model.graph))
    weights.emplace(parameter.name, model.weights.at(parameter.name));
  return weights;
}

}  // namespace

bool is_model_folder(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / kDocument, ignored);
}

nn::ModelDocument read_model_document(const fs::path& folder) {
  const fs::path path = folder / kDocument;
  return nn::model_from_json(io::read_file(path), path.string());
}

nn::Model read_model(const fs::path& folder) {
  const fs::path weights_path = folder / kWeights;
  nn::ModelDocument document = read_model_document(folder);
  const std::string bytes = io::read_file(weights_path);
  if (sha256_hex(bytes) != document.weights.sha256)
    throw Error(weights_path.string(), "its SHA-256 is not the one that model.json states",
                "it is damaged, or another file than the model was judged with",
                "Fetch or train the model again");
  document.model.weights = io::parse_safetensors(bytes, weights_path.string()).tensors;
  try {
    nn::check_weights(document.model.graph, document.model.weights, true);
  } catch (const Error& error) {
    throw Error(weights_path.string(), error.finding().what, error.finding().why);
  }
  return std::move(document.model);
}

void write_model(const fs::path& folder, const nn::Model& model, io::WeightPrecision precision) {
  io::prepare_output_folder(folder);
  const std::string bytes =
      io::safetensors_bytes(weights_of_network(model), {precision}, (folder / kWeights).string());
  const nn::WeightsFile weights{sha256_hex(bytes), bytes.size(), precision_name(precision)};
  const std::string document = nn::model_to_json(model, weights);
  nn::model_from_json(document, (folder / kDocument).string());  // what could not be read is not written
  io::write_file(folder / kWeights, bytes);
  io::write_file(folder / kCard, model_card(model, weights));
  io::write_file(folder / kDocument, document);
}

std::string model_card(const nn::Model& model, const nn::WeightsFile& weights) {
  std::string card = "# " + model.name + "\n\n" + model.summary + "\n\n";
  card += "Task: " + model.task + ". Licence: " + model.licence + ".\n\n";
  card += "Not a medical device: results are for research and have to be checked by a person.\n";
  if (!model.limits.empty()) {
    card += "\n## Limits\n\n";
    for (const std::string& limit : model.limits) card += "- " + limit + "\n";
  }
  if (!model.metrics.empty()) {
    card += "\n## Figures on cases that training never saw\n\n| figure | value |\n| --- | --- |\n";
    for (const auto& [name, value] : model.metrics)
      card += "| " + name + " | " + (std::isfinite(value) ? format_fixed(value, 4) : "not measured") + " |\n";
  }
  if (model.bf16)
    card += "\nWith numbers of bf16 between layers " + model.bf16->figure + " is " +
            format_fixed(model.bf16->bf16, 4) + ", with those of f32 " + format_fixed(model.bf16->f32, 4) +
            " (lobule models --check-bf16).\n";
  card += "\n## How it came to be\n\n| | |\n| --- | --- |\n";
  for (const auto& [name, value] : model.provenance) card += "| " + name + " | " + value + " |\n";
  card += "\n## The network\n\n";
  card += std::to_string(nn::parameter_count(model.graph)) + " trained numbers in " +
          std::to_string(model.graph.nodes.size()) + " layers, " + std::to_string(model.graph.dimensions) +
          " dimensions.";
  if (!model.labels.empty()) card += " It tells apart: " + join(model.labels, ", ") + ".";
  card += "\n\n| file | bytes | precision | SHA-256 |\n| --- | --- | --- | --- |\n| " +
          std::string(kWeights) + " | " + std::to_string(weights.bytes) + " | " + weights.precision + " | " +
          weights.sha256 + " |\n";
  return card;
}

}  // namespace lobule::learn
