#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "core/error.h"
#include "pipeline/convert.h"

namespace lobule::app {
namespace {

class ConvertCommand : public Command {
 public:
  CommandText text() const override {
    return {.name = "convert",
            .summary = "writes DICOM series as NIfTI images, one file a 3D volume",
            .inputs = "INPUT...",
            .inputs_help = "folders, DICOMDIR files, .zip or .tar archives, DICOM files",
            .examples = {"lobule convert exam/ -o nifti", "lobule convert exam.tar.xz -o nifti --allow-gaps"},
            .results =
                "OUT/<exam>_<series>_<description>[_b400|_phase2|_echo2].nii.gz, each with a .json of how it "
                "was acquired, in the words of BIDS; nothing in them names the patient"};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }

  int run(Context& context, const std::vector<std::string>& inputs) override {
    if (options_.output.empty())
      throw Error("lobule convert", "no folder for the images is given", "", "Name one with -o");
    const pipeline::ConvertOutcome outcome = pipeline::convert_inputs(inputs, options_, context);
    print_findings(outcome.findings);
    std::printf("%zu volumes in %s\n", outcome.files.size(), options_.output.c_str());
    if (outcome.files.empty()) return kNothing;
    const bool failed = std::any_of(outcome.findings.begin(), outcome.findings.end(),
                                    [](const Finding& f) { return f.severity == Severity::error; });
    return failed ? kPartial : kSuccess;
  }

 private:
  pipeline::ConvertOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_convert_command() {
  return std::make_unique<ConvertCommand>();
}

}  // namespace lobule::app
