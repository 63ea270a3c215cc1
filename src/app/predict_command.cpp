#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "core/error.h"
#include "pipeline/predict.h"

namespace lobule::app {
namespace {

class PredictCommand : public Command {
 public:
  CommandText text() const override {
    return {
        .name = "predict",
        .summary = "runs a trained network over images",
        .inputs = "MODEL|NETWORK INPUT...",
        .inputs_help =
            "a model folder, a shipped model's name (lobule models), or a standard network in torchvision's "
            "spelling (resnet18, squeezenet1_1, ...) with --weights; then pictures (PNG, JPEG, JPEG XL, TIFF, PGM, PPM), "
            "DICOM or NIfTI "
            "images, folders or archives of them",
        .examples = {"lobule predict squeezenet1_1 --weights squeezenet1_1.pth photo.png -o out",
                     "lobule predict breast_outline exam/ -o out --memory 2GiB"},
        .results =
            "of a classifier OUT/predictions.csv: file, class (from 0), score; of a network that outlines "
            "OUT/<image>_labels.nii.gz (.png of pictures)"};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }

  bool runs_networks() const override { return true; }

  int run(Context& context, const std::vector<std::string>& inputs) override {
    if (inputs.size() < 2)
      throw Error("lobule predict", "no image is given", "", "See lobule predict --help");
    const pipeline::PredictOutcome outcome =
        pipeline::predict(inputs[0], {inputs.begin() + 1, inputs.end()}, options_, context);
    print_findings(outcome.findings);
    std::printf("%d images; results in %s\n", outcome.images, options_.output.c_str());
    if (outcome.images == 0) return kNothing;
    const bool failed = std::any_of(outcome.findings.begin(), outcome.findings.end(),
                                    [](const Finding& f) { return f.severity == Severity::error; });
    return failed ? kPartial : kSuccess;
  }

 private:
  pipeline::PredictOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_predict_command() {
  return std::make_unique<PredictCommand>();
}

}  // namespace lobule::app
