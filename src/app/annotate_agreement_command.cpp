// lobule annotate agreement: how far readers agree.

#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "core/error.h"
#include "core/text.h"
#include "pipeline/annotate_agreement.h"

namespace lobule::app {
namespace {

class AnnotateAgreementCommand : public Command {
 public:
  CommandText text() const override {
    return {
        .name = "annotate agreement",
        .summary = "tells how far readers who labelled the same mammograms agree",
        .inputs = "READER...",
        .inputs_help =
            "two or more folders of labels, one a reader, in any format of lobule annotate export; the "
            "folder masks of lobule density is a reader, too",
        .examples = {"lobule annotate agreement reader_1/ reader_2/ -o agreement",
                     "lobule annotate agreement study/labels/anna density/masks -o agreement"},
        .results =
            "OUT/report.html with Bland–Altman figures; agreement.json: Dice a tissue, ICC(2,1) and limits "
            "of agreement of percent density, weighted kappa of density categories; agreement.csv: a row "
            "an image and pair of readers"};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }

  int run(Context& context, const std::vector<std::string>& inputs) override {
    if (options_.output.empty())
      throw Error("lobule annotate agreement", "no folder for results is given", "", "Name one with -o");
    const auto results = pipeline::annotate_agreement(inputs, options_, context);
    print_findings(results.findings);
    for (const auto& pair : results.pairs) {
      std::printf("%s and %s: %zu images", pair.reader_a.c_str(), pair.reader_b.c_str(), pair.images.size());
      if (pair.dice[2]) std::printf(", dense Dice %s", format_fixed(pair.dice[2]->mean, 3).c_str());
      if (pair.bland_altman)
        std::printf(", percent density differs by %s (limits %s to %s)",
                    format_fixed(pair.bland_altman->bias, 1).c_str(),
                    format_fixed(pair.bland_altman->low, 1).c_str(),
                    format_fixed(pair.bland_altman->high, 1).c_str());
      std::printf("\n");
    }
    std::printf("open %s/report.html\n", options_.output.c_str());
    const bool failed = std::any_of(results.findings.begin(), results.findings.end(),
                                    [](const Finding& f) { return f.severity == Severity::error; });
    return failed ? kPartial : kSuccess;
  }

 private:
  pipeline::AnnotateAgreementOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_annotate_agreement_command() {
  return std::make_unique<AnnotateAgreementCommand>();
}

}  // namespace lobule::app
