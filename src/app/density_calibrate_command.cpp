// lobule density calibrate: a site's readers decide where categories of density begin.

#include <cstdio>

#include "app/commands.h"
#include "core/error.h"
#include "core/text.h"
#include "pipeline/density_calibrate.h"

namespace lobule::app {
namespace {

std::string interval_text(const std::optional<stats::Interval>& interval, int decimals) {
  if (!interval) return "no interval";
  return format_fixed(interval->low, decimals) + " to " + format_fixed(interval->high, decimals);
}

class DensityCalibrateCommand : public Command {
 public:
  CommandText text() const override {
    return {.name = "density calibrate",
            .summary = "estimates from a site's readers where categories of breast density begin",
            .inputs = "TABLE.csv...",
            .inputs_help =
                "density.csv of lobule density with readers' categories added, a column a reader; rows "
                "without a category are left out. (A folder named calibrate is measured by lobule density "
                "./calibrate)",
            .examples = {"lobule density calibrate density/density.csv -o calibration.json",
                         "lobule density calibrate read.csv --readers reader_1,reader_2 -o calibration.json"},
            .results =
                "the file named by -o: cut-points with 95 % intervals, and how well categories then agree "
                "with the readers. lobule density --calibration FILE uses it and marks its categories as "
                "calibrated"};
  }
  void list_options(OptionSet& options) override { options_.list_options(options); }

  int run(Context& context, const std::vector<std::string>& inputs) override {
    if (options_.output.empty())
      throw Error("lobule density calibrate", "no file for the calibration is given", "", "Name one with -o");
    const pipeline::CalibrateOutcome outcome = pipeline::calibrate_density(inputs, options_, context);
    print_findings(outcome.findings);
    const pipeline::CalibrationEvidence& evidence = outcome.evidence;
    const stats::FittedCuts& fitted = evidence.fitted;
    std::printf("%d readings of %d women\n", evidence.readings, evidence.women);
    const char* const names[3] = {"a|b", "b|c", "c|d"};
    for (std::size_t k = 0; k < 3; ++k)
      std::printf("%s  %s %%  (%s)\n", names[k], format_fixed(fitted.cuts[k], 1).c_str(),
                  interval_text(fitted.cut_intervals[k], 1).c_str());
    std::printf("quadratically weighted kappa %s (%s), corrected for optimism %s",
                format_fixed(fitted.kappa, 2).c_str(), interval_text(fitted.kappa_interval, 2).c_str(),
                format_fixed(fitted.corrected_kappa, 2).c_str());
    if (evidence.kappa_before)
      std::printf("; with the usual cut-points %s", format_fixed(*evidence.kappa_before, 2).c_str());
    std::printf("\nwritten: %s\n", options_.output.c_str());
    return kSuccess;
  }

 private:
  pipeline::CalibrateOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_density_calibrate_command() {
  return std::make_unique<DensityCalibrateCommand>();
}

}  // namespace lobule::app
