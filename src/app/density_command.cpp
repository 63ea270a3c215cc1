#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "core/error.h"
#include "pipeline/density.h"

namespace lobule::app {
namespace {

class DensityCommand : public Command {
 public:
  CommandText text() const override {
    return {
        .name = "density",
        .summary = "measures breast density on mammograms of any machine, with the tissue it counted",
        .inputs = "INPUT...",
        .inputs_help =
            "mammograms as DICOM objects or pictures (PNG, JPEG, JPEG XL, TIFF, PGM), folders or archives of "
            "them",
        .examples = {"lobule density exam/ -o density", "lobule density 1_R_CC.png 1_L_CC.png -o density"},
        .results =
            "OUT/report.html with the views as they hang, contours, dense tissue, masking map and numbers; "
            "density.csv and density.json; regions.csv with places to look at (research use only); "
            "masks/<image>_labels.png of the image's size: 0 background, 1 "
            "adipose, "
            "2 dense, 3 pectoral muscle. What is no mammogram of a whole breast is refused with its reason"};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }
  bool runs_networks() const override { return true; }

  int run(Context& context, const std::vector<std::string>& inputs) override {
    if (options_.output.empty())
      throw Error("lobule density", "no folder for results is given", "", "Name one with -o");
    const pipeline::DensityOutcome outcome = pipeline::measure_density(inputs, options_, context);
    print_findings(outcome.findings);
    std::printf("%d images measured, %d refused; open %s/report.html\n", outcome.measured, outcome.refused,
                options_.output.c_str());
    if (outcome.measured == 0) return kNothing;
    const bool failed = std::any_of(outcome.findings.begin(), outcome.findings.end(),
                                    [](const Finding& f) { return f.severity == Severity::error; });
    return failed ? kPartial : kSuccess;
  }

 private:
  pipeline::DensityOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_density_command() {
  return std::make_unique<DensityCommand>();
}

}  // namespace lobule::app
