#include "pipeline/analyze.h"

#include "pipeline/threads_option.h"

namespace lobule::pipeline {

void AnalyzeOptions::list_options(OptionSet& options) {
  options.add("output,o", output,
              {.help = "The folder for results; made when it does not exist.", .affects_result = false});
  options.add("corrections", corrections, {.help = "A corrections file that a person edited (see sort)."});
  options.add(
      "masks", masks,
      {.help = "A folder with edited masks (breast.nii.gz, fgt.nii.gz, or a whole result folder); what "
               "depends on them is measured again."});
  options.add(
      "classical", classical,
      {.help = "Sorts series by rules and outlines breasts and fibroglandular tissue by classical methods, "
               "without networks."});
  const std::string dynamic = "Dynamic series";
  options.add("phase-times", phase_times_s,
              {.help = "Times of the phases, the pre-contrast one first, where the headers lost them; the "
                       "report says that they were declared.",
               .unit = "s",
               .group = dynamic});
  options.add("no-motion-correction", no_motion_correction,
              {.help = "Takes the phases as they were acquired.", .group = dynamic});
  options.add("bpe-threshold", bpe_threshold_percent,
              {.help = "Early enhancement above which fibroglandular tissue counts as enhancing.",
               .unit = "%",
               .group = dynamic,
               .min = 0,
               .max = 1000});
  options.add("ftv-box", ftv_box_mm,
              {.help = "A box for the functional tumour volume, in LPS coordinates: x low, x high, y low, y "
                       "high, z low, z high.",
               .unit = "mm",
               .group = dynamic});
  options.add(
      "all-phase-maps", all_phase_maps,
      {.help = "Writes enhancement and subtraction maps of every phase, not of the first and the early "
               "one only.",
       .group = dynamic});
  const std::string reading = "Reading";
  options.add("allow-gaps", allow_gaps,
              {.help = "Fills a missing slice from its neighbours, and says so.", .group = reading});
  options.add(
      "resample-uneven", resample_uneven,
      {.help = "Resamples slices of unequal spacing to the smallest step, and says so.", .group = reading});
  const std::string running = "Running";
  options.add("patient-id-in-report", patient_id_in_report,
              {.help = "Shows the patient's ID in report.html.", .group = running});
  add_threads_option(options, threads);
  options.add("cache-size", cache_gib,
              {.help = "How much finished stages may take in OUT/.cache before those of finished exams are "
                       "removed.",
               .unit = "GiB",
               .group = running,
               .min = 0,
               .affects_result = false});
}

}  // namespace lobule::pipeline
