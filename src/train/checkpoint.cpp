#include "train/checkpoint.h"

#include <cstdlib>

#include "core/error.h"
#include "core/text.h"
#include "io/files.h"
#include "io/safetensors.h"

namespace lobule::train {
namespace {

// The groups of tensors, each under a prefix of its own.
template <class Checkpoint_, class Body>
void for_each_group(Checkpoint_& checkpoint, const Body& body) {
  body("weights/", checkpoint.weights);
  body("average/", checkpoint.average);
  body("best/", checkpoint.best);
  body("optimizer/", checkpoint.optimizer);
  body("losses/", checkpoint.log_variances);
}

constexpr const char* kFigure = "figure/";

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  TensorMap all;
  for_each_group(checkpoint, [&](const std::string& prefix, const TensorMap& group) {
    for (const auto& [name, tensor] : group) all.emplace(prefix + name, tensor);
  });
  io::SafetensorsOptions options;
  options.metadata = {{"training", checkpoint.training},
                      {"step", std::to_string(checkpoint.step)},
                      {"best_step", std::to_string(checkpoint.best_step)},
                      {"plateau_factor", format_number(checkpoint.plateau_factor)},
                      {"validations_without_gain", std::to_string(checkpoint.validations_without_gain)},
                      {"history", history_csv(checkpoint.history)}};
  for (const auto& [name, value] : checkpoint.best_figures)
    options.metadata[kFigure + name] = format_number(value);
  io::write_safetensors(path, all, options);
}

std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  io::Safetensors file = io::parse_safetensors(io::read_file(path), path.filename().string());
  const auto word = [&](const char* name) {
    const auto found = file.metadata.find(name);
    if (found == file.metadata.end())
      throw Error(path.filename().string(), std::string("it says nothing of ") + name, "it is no checkpoint",
                  "Train without --resume");
    return found->second;
  };
  Checkpoint checkpoint;
  checkpoint.training = word("training");
  checkpoint.step = std::atoi(word("step").c_str());
  checkpoint.best_step = std::atoi(word("best_step").c_str());
  checkpoint.plateau_factor = std::strtod(word("plateau_factor").c_str(), nullptr);
  checkpoint.validations_without_gain = std::atoi(word("validations_without_gain").c_str());
  checkpoint.history = parse_history(word("history"));
  for (const auto& [name, value] : file.metadata)
    if (name.starts_with(kFigure))
      checkpoint.best_figures[name.substr(std::string_view(kFigure).size())] =
          std::strtod(value.c_str(), nullptr);
  for_each_group(checkpoint, [&](const std::string& prefix, TensorMap& group) {
    for (auto& [name, tensor] : file.tensors)
      if (name.starts_with(prefix)) group.emplace(name.substr(prefix.size()), std::move(tensor));
  });
  return checkpoint;
}

}  // namespace lobule::train
