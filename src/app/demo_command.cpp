// lobule demo: a digital patient through the whole program, compared with what was planted.

#include <cstdio>

#include "app/commands.h"
#include "pipeline/demo.h"

namespace lobule::app {
namespace {

class DemoCommand : public Command {
 public:
  CommandText text() const override {
    return {.name = "demo",
            .summary = "makes a digital patient, analyses it, and compares the result with the truth",
            .inputs = "",
            .inputs_help = "",
            .examples = {"lobule demo", "lobule demo -o /tmp/demo --seed 7"},
            .results =
                "OUT/dicom, the exam as a scanner would send it; OUT/truth, what is true of it; OUT/result, "
                "what lobule analyze makes of it. The exit code is 1 when an error is larger than allowed."};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }
  bool runs_networks() const override { return true; }
  bool works_in_gigabytes() const override { return true; }
  int run(Context& context, const std::vector<std::string>&) override {
    const pipeline::DemoOutcome outcome = pipeline::run_demo(options_, context);
    print_findings(outcome.findings);
    std::printf("\n%s\n", pipeline::checks_table(outcome.checks).c_str());
    std::printf("Open %s\n", outcome.report.string().c_str());
    if (!outcome.passed()) std::printf("Some errors are larger than allowed.\n");
    return outcome.passed() ? kSuccess : kPartial;
  }

 private:
  pipeline::DemoOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_demo_command() {
  return std::make_unique<DemoCommand>();
}

}  // namespace lobule::app
