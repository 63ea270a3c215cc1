// Lists the models at hand and verifies each of them.

#include <cstdio>

#include "app/commands.h"
#include "core/error.h"
#include "pipeline/models.h"
#include "pipeline/precision.h"

namespace lobule::app {
namespace {

class ModelsCommand : public Command {
 public:
  CommandText text() const override {
    return {.name = "models",
            .summary = "lists the models that are at hand and verifies them",
            .inputs = "[FOLDER...]",
            .inputs_help =
                "model folders, or folders of them, besides the shipped models (LOBULE_MODELS, else "
                "models/ beside the program)",
            .examples = {"lobule models", "lobule models trained/best",
                         "lobule models --json trained > models.json"},
            .results =
                "a line a model: name, task, size, licence, headline figure, SHA-256; what is wrong with a "
                "model is said on the standard error"};
  }

  void list_options(OptionSet& options) override {
    options.add("json", json_, {.help = "prints a JSON list instead of lines", .affects_result = false});
    options.add("check-bf16", check_bf16_,
                {.help = "judges the named models in f32 and in bf16 on their tasks' digital patients, which "
                         "takes minutes, and states both figures in model.json: lobule predict --precision "
                         "auto asks for them"});
  }

  bool runs_networks() const override { return check_bf16_; }

  int run(Context& context, const std::vector<std::string>& inputs) override {
    if (check_bf16_) state_figures(context, inputs);
    const std::vector<pipeline::ModelEntry> models = pipeline::list_models(inputs);
    if (models.empty())
      throw Error("lobule models", "there are no shipped models",
                  "neither below LOBULE_MODELS nor beside the program",
                  "Name a folder with models, or make them: make models");
    const std::string page = json_ ? pipeline::models_json(models) : pipeline::models_text(models);
    std::fwrite(page.data(), 1, page.size(), stdout);
    Findings problems;
    for (const pipeline::ModelEntry& model : models)
      if (model.problem) problems.push_back(*model.problem);
    print_findings(problems, problems.size());
    return problems.empty() ? kSuccess : problems.size() == models.size() ? kNothing : kPartial;
  }

 private:
  static void state_figures(Context& context, const std::vector<std::string>& inputs) {
    if (inputs.empty())
      throw Error("lobule models", "--check-bf16 changes model.json, and no model is named", "",
                  "Name a model's folder");
    for (const std::string& folder : inputs) {
      const nn::Bf16Check check = pipeline::state_bf16(folder, {}, context);
      std::fprintf(stderr, "%s: %s %.5f in f32, %.5f in bf16\n", folder.c_str(), check.figure.c_str(),
                   check.f32, check.bf16);
    }
  }

  bool json_ = false, check_bf16_ = false;
};

}  // namespace

std::unique_ptr<Command> make_models_command() {
  return std::make_unique<ModelsCommand>();
}

}  // namespace lobule::app
