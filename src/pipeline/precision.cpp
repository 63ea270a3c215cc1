#include "pipeline/precision.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/text.h"
#include "learn/model_folder.h"

namespace lobule::pipeline {
namespace {

std::vector<std::string> output_names(const nn::Graph& graph) {
  std::vector<std::string> names;
  for (const nn::Output& output : graph.outputs) names.push_back(output.name);
  return names;
}

// The seed that the model was trained with, so that its validation cases are those of its training.
std::uint64_t seed_of(const nn::Model& model) {
  const auto stated = model.provenance.find("seed");
  const std::optional<double> seed =
      stated == model.provenance.end() ? std::nullopt : parse_number(stated->second);
  return seed && *seed >= 0 && *seed < 9e15 ? static_cast<std::uint64_t>(*seed) : learn::TaskOptions().seed;
}

}  // namespace

bool holds_in_bf16(const nn::Model& model) {
  return model.bf16 && std::abs(model.bf16->bf16 - model.bf16->f32) <= kUnchangedFigure;
}

nn::Precision choose_precision(const std::string& word, std::span<const nn::Model> models,
                               const Bf16Units& processor) {
  if (word == "auto")
    return processor.multiplies && processor.matrices && std::ranges::all_of(models, holds_in_bf16)
               ? nn::Precision::bf16
               : nn::Precision::f32;
  if (word != "bf16") return nn::Precision::f32;
  if (!processor.multiplies)
    throw Error("--precision", "this processor does not compute in bf16", "", "Use f32, or auto");
  return nn::Precision::bf16;
}

nn::Bf16Check check_bf16(const nn::Model& model, const learn::Task& task, Context& context) {
  const std::string where = "model " + model.name;
  if (output_names(model.graph) != output_names(task.graph) || model.labels != task.labels ||
      model.preprocessing != task.preprocessing)
    throw Error(where, "it is not of the kind that the task " + task.name + " trains now",
                "its outputs, labels or preprocessing are others", "Train it again");
  const std::array<nn::Engine, 2> engines{
      nn::Engine(model.graph, model.weights, {.precision = nn::Precision::f32}),
      nn::Engine(model.graph, model.weights, {.precision = nn::Precision::bf16})};
  std::array<learn::Figure, 2> figures;
  context.progress.begin("f32 and bf16");
  const std::uint64_t cases = task.validation->size();
  for (std::uint64_t i = 0; i < cases; ++i) {
    context.cancellation.check();
    const learn::Sample sample = task.validation->at(i);
    const std::vector<Tensor> inputs = learn::batch_of({sample}).inputs;
    for (std::size_t e = 0; e < engines.size(); ++e) {
      const learn::Figures judged = task.judge(sample, engines[e].run(inputs));
      if (const auto found = judged.find(task.headline); found != judged.end()) figures[e] += found->second;
    }
    context.progress.update(static_cast<double>(i + 1) / static_cast<double>(cases));
  }
  context.progress.finish();
  const nn::Bf16Check check{task.headline, figures[0].value(), figures[1].value()};
  if (!std::isfinite(check.f32) || !std::isfinite(check.bf16))
    throw Error(where, "no validation case gives the figure " + task.headline);
  return check;
}

nn::Bf16Check state_bf16(const std::filesystem::path& folder, learn::TaskOptions options, Context& context) {
  const nn::WeightsFile file = learn::read_model_document(folder).weights;
  nn::Model model = learn::read_model(folder);
  options.seed = seed_of(model);
  const learn::Task task = learn::make_task(model.task, options);
  const nn::Bf16Check check = check_bf16(model, task, context);
  model.bf16 = check;
  model.metrics.try_emplace(check.figure, check.f32);
  learn::write_model(folder, model, learn::weight_precision(file.precision));
  return check;
}

}  // namespace lobule::pipeline
