// Lists the models at hand and verifies each of them.

#include <cstdio>

#include "app/commands.h"
#include "core/error.h"
#include "pipeline/models.h"

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
  }

  int run(Context& /*context*/, const std::vector<std::string>& inputs) override {
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
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_models_command() {
  return std::make_unique<ModelsCommand>();
}

}  // namespace lobule::app
