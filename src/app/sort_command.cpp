// lobule sort: a heap of files becomes exams with roles.

#include <cstdio>

#include "app/commands.h"
#include "pipeline/sort.h"

namespace lobule::app {
namespace {

class SortCommand : public Command {
 public:
  CommandText text() const override {
    return {
        .name = "sort",
        .summary = "finds the exams in a heap of files and the role of every series, with the evidence",
        .inputs = "INPUT...",
        .inputs_help = "folders, DICOM files, DICOMDIR, .zip, .tar, .tar.gz or .tar.xz",
        .examples =
            {"lobule sort /data/heap -o /tmp/sorted",
             "lobule sort exam.tar.xz -o /tmp/sorted --corrections /tmp/sorted/corrections.csv --link"},
        .results =
            "OUT/exams.json for programs; OUT/index.html, a contact sheet; OUT/corrections.csv to edit and "
            "feed back; OUT/by_role with --link."};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }
  bool runs_networks() const override { return !options_.classical; }
  int run(Context& context, const std::vector<std::string>& inputs) override {
    const pipeline::SortOutcome outcome = pipeline::sort_inputs(inputs, options_, context);
    print_findings(outcome.findings);
    for (std::size_t e = 0; e < outcome.exams.size(); ++e) {
      const exam::Exam& exam = outcome.exams[e];
      std::printf("exam %zu: %s, %zu series\n", e + 1, exam::to_text(exam.kind).c_str(), exam.series.size());
    }
    std::printf("Open %s/index.html\n", options_.output.c_str());
    if (outcome.exams.empty()) return kNothing;
    bool refused = false;
    for (const Finding& finding : outcome.findings) refused = refused || finding.severity == Severity::error;
    return refused ? kPartial : kSuccess;
  }

 private:
  pipeline::SortOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_sort_command() {
  return std::make_unique<SortCommand>();
}

}  // namespace lobule::app
