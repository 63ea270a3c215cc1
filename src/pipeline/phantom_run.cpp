#include "pipeline/phantom_run.h"

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/parallel.h"
#include "io/files.h"
#include "pipeline/phantom_dicom.h"
#include "pipeline/phantom_patient.h"
#include "pipeline/phantom_truth.h"

namespace lobule::pipeline {
namespace {

namespace fs = std::filesystem;

// Every run leaves it, so that the next one knows the folder as its own.
constexpr const char* kMark = "phantom.json";

void prepare(const fs::path& output, PhantomOptions options) {
  io::prepare_output_folder(output);
  const fs::path truth = output / "truth", dicom = output / "dicom";
  if (!fs::exists(truth / kMark) && (fs::exists(truth) || fs::exists(dicom)))
    throw Error(output.string(), "already holds a folder dicom or truth that no earlier run wrote", {},
                "Choose another folder with --output");
  fs::remove_all(truth);
  fs::remove_all(dicom);
  OptionSet list;
  options.list_options(list);
  nlohmann::ordered_json json{{"version", 1}, {"options", nlohmann::ordered_json::object()}};
  for (const auto& [name, value] : list.values(true)) json["options"][name] = value;
  io::write_file(truth / kMark, json.dump(2) + "\n");
}

void make_mri(const PatientPlan& plan, const PhantomOutcome& outcome) {
  const phantom::Exam exam = phantom::make_exam(plan.exam);
  const PhantomStudy study = write_phantom_dicom(exam, outcome.dicom / plan.id, plan.id);
  write_patient_truth({&exam, &study}, outcome.truth);
}

}  // namespace

PhantomOutcome run_phantom(const PhantomOptions& options, Context& context) {
  options.check();
  const fs::path output = options.output;
  prepare(output, options);
  set_thread_count(options.threads);
  PhantomOutcome outcome{0, output / "dicom", output / "truth"};
  context.progress.begin("make digital patients");
  for (int number = 1; number <= options.patients; ++number) {
    context.cancellation.check();
    make_mri(plan_patient(options, number), outcome);
    context.progress.update(static_cast<double>(++outcome.patients) / options.patients);
  }
  context.progress.finish();
  return outcome;
}

}  // namespace lobule::pipeline
