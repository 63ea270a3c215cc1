// lobule annotate import: corrected labels into a study.

#include <cstdio>

#include "app/commands.h"
#include "core/error.h"
#include "pipeline/annotate_import.h"

namespace lobule::app {
namespace {

class AnnotateImportCommand : public Command {
 public:
  CommandText text() const override {
    return {
        .name = "annotate import",
        .summary = "adds corrected labels to a study that lobule train density --data learns from",
        .inputs = "LABELS...",
        .inputs_help =
            "folders or files of labels in any format of lobule annotate export, or the export's folder",
        .examples = {"lobule annotate import to_read -o study",
                     "lobule annotate import reader_1/ --images exams/ --reader reader_1 -o study"},
        .results =
            "STUDY/images and STUDY/labels; with --reader STUDY/labels/<reader>, and several readers' "
            "labels of one image are all learned from. Labels that do not fit their image are left out, and "
            "said"};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }

  int run(Context& context, const std::vector<std::string>& inputs) override {
    if (options_.output.empty())
      throw Error("lobule annotate import", "no folder for the study is given", "", "Name one with -o");
    const pipeline::AnnotateImportOutcome outcome = pipeline::annotate_import(inputs, options_, context);
    print_findings(outcome.findings);
    std::printf(
        "labels of %d images imported, %d files refused; learn from them: lobule train density --data "
        "%s\n",
        outcome.imported, outcome.refused, options_.output.c_str());
    return outcome.imported == 0 ? kNothing : outcome.refused > 0 ? kPartial : kSuccess;
  }

 private:
  pipeline::AnnotateImportOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_annotate_import_command() {
  return std::make_unique<AnnotateImportCommand>();
}

}  // namespace lobule::app
