#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "pipeline/outlines.h"

namespace lobule::app {
namespace {

class OutlinesCommand : public Command {
 public:
  CommandText text() const override {
    return {
        .name = "outlines",
        .summary =
            "outlines every T1-weighted volume of breast MRI exams by the network and classically, side "
            "by side",
        .inputs = "INPUT...",
        .inputs_help = "folders, DICOMDIR files, .zip or .tar archives, DICOM files; exams are told apart",
        .examples = {"lobule outlines exam.tar.xz -o outlines",
                     "lobule outlines exams/ -o outlines --slices -40,0,40"},
        .results =
            "of each breast MRI exam OUT/<patient>/<study>/report.html with both outlines of each "
            "volume, their volumes, FGT percent and overlap, and how far the breast volume changes over "
            "the slab that all volumes share; outlines.csv, outlines.json and masks of both"};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }
  bool runs_networks() const override { return true; }

  int run(Context& context, const std::vector<std::string>& inputs) override {
    if (options_.output.empty())
      throw Error("lobule outlines", "no folder for results is given", "", "Name one with -o");
    const pipeline::OutlinesOutcome outcome = pipeline::compare_outlines(inputs, options_, context);
    print_findings(outcome.findings);
    for (const std::string& line : outcome.lines) std::printf("%s\n", line.c_str());
    if (outcome.exams == 0) return kNothing;
    const bool failed =
        std::any_of(outcome.findings.begin(), outcome.findings.end(),
                    [](const Finding& finding) { return finding.severity == Severity::error; });
    return failed ? kPartial : kSuccess;
  }

 private:
  pipeline::OutlinesOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_outlines_command() {
  return std::make_unique<OutlinesCommand>();
}

}  // namespace lobule::app
