#include <cstdio>

#include "app/commands.h"
#include "core/error.h"
#include "pipeline/train.h"

namespace lobule::app {
namespace {

class TrainCommand : public Command {
 public:
  CommandText text() const override {
    std::string tasks;
    for (const std::string& task : pipeline::trainable_tasks()) tasks += (tasks.empty() ? "" : ", ") + task;
    return {.name = "train",
            .summary = "trains a network on digital patients or on a study of your own",
            .inputs = "TASK",
            .inputs_help = "what to learn: " + tasks,
            .examples = {"lobule train breast_outline -o models/outline",
                         "lobule train breast_outline -o tuned --data study --from models/breast_outline",
                         "lobule train breast_outline -o models/outline --resume"},
            .results =
                "OUT/best and OUT/last, each a model folder for `lobule predict`; OUT/log.csv; "
                "OUT/training.html with curves and examples"};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }

  bool runs_networks() const override { return true; }

  int run(Context& context, const std::vector<std::string>& inputs) override {
    if (inputs.size() != 1)
      throw Error("lobule train", std::to_string(inputs.size()) + " tasks are named",
                  "it trains one at a time");
    const pipeline::TrainOutcome outcome = pipeline::train(inputs[0], options_, context);
    print_findings(outcome.findings);
    if (outcome.exit_code != 0) return outcome.exit_code;
    if (outcome.bf16)
      std::printf("%s of the best model: %.4f in f32, %.4f in bf16\n", outcome.bf16->figure.c_str(),
                  outcome.bf16->f32, outcome.bf16->bf16);
    return outcome.findings.empty() ? kSuccess : kPartial;
  }

 private:
  learn::TrainingOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_train_command() {
  return std::make_unique<TrainCommand>();
}

}  // namespace lobule::app
