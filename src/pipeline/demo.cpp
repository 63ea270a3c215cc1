#include "pipeline/demo.h"

#include <algorithm>

#include "core/parallel.h"
#include "io/files.h"
#include "pipeline/analyze.h"
#include "pipeline/phantom_dicom.h"
#include "pipeline/phantom_truth.h"

namespace lobule::pipeline {

void DemoOptions::list_options(OptionSet& options) {
  options.add("output,o", output,
              {.help = "The folder for the images, the truth and the result.", .affects_result = false});
  options.add(
      "seed", seed,
      {.help = "Which digital patient: each seed gives another texture, motion and noise.", .min = 1});
  options.add("threads", threads,
              {.help = "Processors to use; 0 takes all. Results do not depend on it.",
               .min = 0,
               .max = 1024,
               .affects_result = false});
}

bool DemoOutcome::passed() const {
  return !checks.empty() &&
         std::all_of(checks.begin(), checks.end(), [](const DemoCheck& c) { return c.passed(); });
}

DemoOutcome run_demo(const DemoOptions& options, Context& context) {
  const std::filesystem::path output = options.output;
  io::prepare_output_folder(output);
  set_thread_count(options.threads);
  context.progress.begin("make a digital patient");
  phantom::ExamOptions patient;
  patient.anatomy.seed = static_cast<std::uint64_t>(options.seed);
  const phantom::Exam exam = phantom::make_exam(patient);
  context.progress.finish();
  context.cancellation.check();
  context.progress.begin("write it as DICOM");
  for (const char* folder : {"dicom", "truth"}) std::filesystem::remove_all(output / folder);
  const PhantomStudy study = write_phantom_dicom(exam, output / "dicom");
  write_patient_truth(truth_of(exam, study), output / "truth");
  context.progress.finish();

  AnalyzeOptions analyze;
  analyze.output = (output / "result").string();
  analyze.threads = options.threads;
  const AnalyzeOutcome result = analyze_inputs({(output / "dicom").string()}, analyze, context);
  if (result.exams.size() != 1 || result.exams[0].folder.empty())
    throw Error("demo", "the analysis gave no result for the digital patient",
                result.exams.empty() ? "no exam was found" : result.exams[0].reason);
  DemoOutcome outcome;
  const std::filesystem::path folder = output / "result" / result.exams[0].folder;
  outcome.checks = compare_with_truth(exam, folder);
  outcome.report = folder / "report.html";
  outcome.findings = result.findings;
  io::write_file(output / "checks.txt", checks_table(outcome.checks));
  return outcome;
}

}  // namespace lobule::pipeline
