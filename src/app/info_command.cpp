// Says what files are: DICOM objects one by one, or those inside folders and archives.

#include <cstdio>

#include "app/commands.h"
#include "pipeline/info.h"

namespace lobule::app {
namespace {

class InfoCommand : public Command {
 public:
  CommandText text() const override {
    return {.name = "info",
            .summary = "says what a file is, in words or as JSON, with a hash of its pixels",
            .inputs = "FILE...",
            .inputs_help = "DICOM files, or folders, DICOMDIRs and archives that hold them",
            .examples = {"lobule info image.dcm", "lobule info --json exam.zip > files.json"},
            .results = "one entry a file on the standard output; no name or identifier of a patient"};
  }

  void list_options(OptionSet& options) override {
    options.add("json", json_, {.help = "prints a JSON list instead of words", .affects_result = false});
  }

  int run(Context& context, const std::vector<std::string>& inputs) override {
    const auto files = pipeline::describe_files(inputs, context.cancellation);
    const std::string page = json_ ? pipeline::info_json(files) : pipeline::info_text(files);
    std::fwrite(page.data(), 1, page.size(), stdout);
    std::size_t refused = 0;
    for (const pipeline::FileInfo& file : files) refused += file.refused ? 1 : 0;
    return refused == 0 ? kSuccess : refused == files.size() ? kNothing : kPartial;
  }

 private:
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_info_command() {
  return std::make_unique<InfoCommand>();
}

}  // namespace lobule::app
