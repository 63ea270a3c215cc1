#include "pipeline/phantom_run.h"

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/parallel.h"
#include "io/files.h"
#include "phantom/second/exam.h"
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

// Both views of one breast after those of the other, so that memory holds two.
void make_mammography(const PatientPlan& plan, const phantom::Anatomy& anatomy, const PhantomOutcome& outcome,
                      MammogramWriter& writer, PatientTruth& truth) {
  for (const phantom::BreastSide side : plan.mammograms.sides) {
    phantom::MammogramOptions options = plan.mammograms;
    options.sides = {side};
    phantom::MammogramExam exam = phantom::make_mammograms(anatomy, options);
    for (phantom::Mammogram& image : exam.images) {
      const std::string uid = writer.write(image);
      write_mammogram_labels(image, outcome.truth / plan.id);
      image.raw = image.presentation = image.breast_mm = image.dense_mm = {};
      image.labels = {};
      truth.mammograms.push_back({uid, std::move(image)});
    }
  }
}

void make_patient(const PhantomOptions& options, const PatientPlan& plan, const PhantomOutcome& outcome) {
  const fs::path folder = outcome.dicom / plan.id;
  PatientTruth truth;
  std::shared_ptr<const phantom::Anatomy> anatomy;
  phantom::Exam exam;
  PhantomStudy study;
  if (options.makes("mri")) {
    exam = options.family == "second" ? phantom::second::make_exam(plan.exam) : phantom::make_exam(plan.exam);
    study = write_phantom_dicom(exam, folder, plan.mri);
    truth = truth_of(exam, study);
    anatomy = exam.anatomy;
  }
  truth.id = plan.id;
  truth.family = options.family;
  truth.anatomy = plan.exam.anatomy;
  if (!options.makes("mg")) return write_patient_truth(truth, outcome.truth);
  if (!anatomy) anatomy = std::make_shared<phantom::Anatomy>(plan.exam.anatomy);
  if (truth.exam == nullptr) {
    for (const phantom::BreastSide side : {phantom::BreastSide::right, phantom::BreastSide::left})
      truth.breasts[side == phantom::BreastSide::right ? 0 : 1] = anatomy->measure_breast(side);
    truth.lesions = anatomy->measure_lesions();
  }
  MammogramWriter writer(plan.mammography, folder);
  make_mammography(plan, *anatomy, outcome, writer, truth);
  truth.mammogram_study = &writer.study();
  write_patient_truth(truth, outcome.truth);
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
    make_patient(options, plan_patient(options, number), outcome);
    context.progress.update(static_cast<double>(++outcome.patients) / options.patients);
  }
  context.progress.finish();
  return outcome;
}

}  // namespace lobule::pipeline
