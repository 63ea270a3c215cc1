#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "pipeline/analyze.h"

namespace lobule::app {
namespace {

class AnalyzeCommand : public Command {
 public:
  CommandText text() const override {
    return {
        .name = "analyze",
        .summary = "measures breast MRI exams and writes a report on each",
        .inputs = "INPUT...",
        .inputs_help = "folders, DICOMDIR files, .zip or .tar archives, DICOM files; exams are told apart",
        .examples = {"lobule analyze exams/ -o results",
                     "lobule analyze exam.tar.xz -o results --phase-times 0,90,160,230",
                     "lobule analyze exams/ -o results --masks edited/"},
        .results =
            "OUT/index.html and OUT/exams.csv with a row an exam; of each breast MRI exam a folder with "
            "report.html, measurements.csv, candidates.csv, masks, maps and DICOM objects"};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }
  bool runs_networks() const override { return true; }

  int run(Context& context, const std::vector<std::string>& inputs) override {
    if (options_.output.empty())
      throw Error("lobule analyze", "no folder for results is given", "", "Name one with -o");
    const pipeline::AnalyzeOutcome outcome = pipeline::analyze_inputs(inputs, options_, context);
    print_findings(outcome.findings);
    for (const pipeline::ExamOutcome& exam : outcome.exams) {
      if (exam.status == "done" && exam.error_count != 0)
        std::printf("exam %d: done in part: %d errors, see its report\n", exam.exam_number, exam.error_count);
      else if (exam.status == "done")
        std::printf("exam %d: done\n", exam.exam_number);
      else
        std::printf("exam %d: %s: %s\n", exam.exam_number, exam.status.c_str(), exam.reason.c_str());
    }
    std::printf("open %s/index.html\n", options_.output.c_str());
    if (outcome.done() == 0) return kNothing;
    const bool failed = std::any_of(
        outcome.exams.begin(), outcome.exams.end(),
        [](const pipeline::ExamOutcome& exam) { return exam.status == "failed" || exam.error_count != 0; });
    const bool refused = std::any_of(outcome.findings.begin(), outcome.findings.end(),
                                     [](const Finding& f) { return f.severity == Severity::error; });
    return failed || refused ? kPartial : kSuccess;
  }

 private:
  pipeline::AnalyzeOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_analyze_command() {
  return std::make_unique<AnalyzeCommand>();
}

}  // namespace lobule::app
