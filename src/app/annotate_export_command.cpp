// lobule annotate export: mammograms with labels to correct.

#include <cstdio>

#include "app/commands.h"
#include "core/error.h"
#include "pipeline/annotate_export.h"

namespace lobule::app {
namespace {

class AnnotateExportCommand : public Command {
 public:
  CommandText text() const override {
    return {
        .name = "annotate export",
        .summary = "writes mammograms with labels of breast, dense tissue and muscle to correct",
        .inputs = "INPUT...",
        .inputs_help = "mammograms as lobule density reads them, folders or archives of them",
        .examples = {"lobule annotate export exams/ -o to_read",
                     "lobule annotate export exams/ --format nifti --pixels reading -o to_read",
                     "lobule annotate export exams/ --labels empty -o to_read"},
        .results =
            "OUT/images/<image>.png, and OUT/labels/<image> with _labels.png (grey values 0 background, 1 "
            "adipose, 2 dense, 3 pectoral muscle), _labels.nii.gz (and OUT/volumes), _seg.dcm or "
            "_contours.json; images.csv says which image came from which file. No header goes along but "
            "into DICOM segmentations"};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }
  bool runs_networks() const override { return true; }

  int run(Context& context, const std::vector<std::string>& inputs) override {
    if (options_.output.empty())
      throw Error("lobule annotate export", "no folder for results is given", "", "Name one with -o");
    const pipeline::AnnotateExportOutcome outcome = pipeline::annotate_export(inputs, options_, context);
    print_findings(outcome.findings);
    std::printf("%d images exported, %d refused; labels to correct lie in %s/labels\n", outcome.exported,
                outcome.refused, options_.output.c_str());
    return outcome.exported == 0 ? kNothing : outcome.refused > 0 ? kPartial : kSuccess;
  }

 private:
  pipeline::AnnotateExportOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_annotate_export_command() {
  return std::make_unique<AnnotateExportCommand>();
}

}  // namespace lobule::app
