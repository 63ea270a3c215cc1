// lobule phantom: digital patients as DICOM files with what is true of them.

#include <cstdio>

#include "app/commands.h"
#include "pipeline/phantom_run.h"

namespace lobule::app {
namespace {

class PhantomCommand : public Command {
 public:
  CommandText text() const override {
    return {.name = "phantom",
            .summary = "makes digital patients: breast MRI and mammograms with known truth",
            .inputs = "",
            .inputs_help = "",
            .examples = {"lobule phantom -o patients",
                         "lobule phantom -o patients --patients 60 --vendor mixed --spacing-mm 4",
                         "lobule phantom -o patients --modality mri,mg --lesion calcifications",
                         "lobule phantom --list"},
            .results =
                "OUT/dicom/<patient>, the images as a scanner would send them; OUT/truth, what is "
                "true of them: series.csv, lesions.csv, breasts.csv, mammograms.csv and masks, labels "
                "and motion a patient (docs/formats/phantom.md)."};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }
  bool works_in_gigabytes() const override { return !options_.list; }
  int run(Context& context, const std::vector<std::string>&) override {
    if (options_.list) {
      std::printf("%s", pipeline::list_of_phantoms().c_str());
      return kSuccess;
    }
    options_.check();
    const pipeline::PhantomOutcome outcome = pipeline::run_phantom(options_, context);
    std::printf("%d digital patient%s: images in %s, truth in %s\n", outcome.patients,
                outcome.patients == 1 ? "" : "s", outcome.dicom.string().c_str(),
                outcome.truth.string().c_str());
    return kSuccess;
  }

 private:
  pipeline::PhantomOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_phantom_command() {
  return std::make_unique<PhantomCommand>();
}

}  // namespace lobule::app
