#include "pipeline/phantom_run.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/error.h"
#include "core/parallel.h"
#include "io/files.h"
#include "phantom/mammogram_label_map.h"
#include "phantom/second/exam.h"
#include "phantom/second/mammogram.h"
#include "pipeline/label_map_files.h"
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

// The left breast where the file's name does not tell.
phantom::LabelMap prone_map(const fs::path& file) {
  phantom::LabelMap map = read_label_map(file);
  if (!map.side) map.side = phantom::BreastSide::left;
  return phantom::place_prone(std::move(map));
}

phantom::Exam make_exam_of(const PhantomOptions& options, const PatientPlan& plan,
                           const phantom::LabelMap* map) {
  if (map != nullptr)
    return phantom::make_exam(plan.exam, phantom::rasterize(*map, phantom::dynamic_grid(plan.exam)));
  return options.family == "second" ? phantom::second::make_exam(plan.exam) : phantom::make_exam(plan.exam);
}

phantom::MammogramExam make_mammograms_of(const PatientPlan& plan, const phantom::LabelMap* map,
                                          const phantom::Anatomy* anatomy, phantom::BreastSide side) {
  phantom::MammogramOptions options = plan.mammograms;
  options.sides = {side};
  if (map != nullptr) return phantom::make_mammograms(*map, options);
  if (anatomy != nullptr) return phantom::make_mammograms(*anatomy, options);
  return phantom::second::make_mammograms(plan.exam.anatomy, options);
}

// Both views of one breast after those of the other, so that memory holds two.
void write_mammography(const PatientPlan& plan, const phantom::LabelMap* map, const phantom::Anatomy* anatomy,
                       MammogramWriter& writer, const fs::path& truth_folder, PatientTruth& truth) {
  for (const phantom::BreastSide side : plan.mammograms.sides) {
    if (map != nullptr && side != *map->side) continue;
    phantom::MammogramExam exam = make_mammograms_of(plan, map, anatomy, side);
    for (phantom::Mammogram& image : exam.images) {
      const std::string uid = writer.write(image);
      write_mammogram_labels(image, truth_folder);
      image.raw = image.presentation = image.breast_mm = image.dense_mm = {};
      image.labels = {};
      truth.mammograms.push_back({uid, std::move(image)});
    }
  }
}

// Volumes and lesions of a patient without an MRI exam.
void measure(const phantom::LabelMap* map, const phantom::Anatomy* anatomy, PatientTruth& truth) {
  if (map == nullptr && anatomy == nullptr) {
    phantom::second::PatientMeasures measures = phantom::second::measure_patient(truth.anatomy);
    truth.breasts = measures.breasts;
    truth.lesions = std::move(measures.lesions);
    return;
  }
  for (const phantom::BreastSide side : {phantom::BreastSide::right, phantom::BreastSide::left}) {
    phantom::BreastTruth& breast = truth.breasts[side == phantom::BreastSide::right ? 0 : 1];
    breast.side = side;
    if (map == nullptr) breast = anatomy->measure_breast(side);
    if (map != nullptr && side == *map->side) breast = phantom::measure_breast(*map, side);
  }
  if (map == nullptr) truth.lesions = anatomy->measure_lesions();
}

// Leaves the grids and the truth: mammograms are made next, and memory need not hold both.
void drop_voxels(phantom::Exam& exam) {
  const auto drop = [](Image<float>& image) { std::vector<float>().swap(image.voxels); };
  for (phantom::DynamicPhase& phase : exam.phases) drop(phase.image);
  for (phantom::DiffusionImage& diffusion : exam.diffusion) drop(diffusion.image);
  for (phantom::OtherImage& other : exam.others) drop(other.image);
  for (Image<float>& stack : exam.localizer) drop(stack);
  for (Image<float>* image : {&exam.t1, &exam.t2, &exam.stir, &exam.adc, &exam.truth.epi_shift_mm})
    drop(*image);
}

void make_patient(const PhantomOptions& options, const phantom::LabelMap* map, const PatientPlan& plan,
                  const PhantomOutcome& outcome) {
  const fs::path folder = outcome.dicom / plan.id;
  PatientTruth truth;
  phantom::Exam exam;
  PhantomStudy study;
  if (options.makes("mri")) {
    exam = make_exam_of(options, plan, map);
    study = write_phantom_dicom(exam, folder, plan.mri);
    truth = truth_of(exam, study);
    drop_voxels(exam);
  }
  truth.id = plan.id;
  truth.family = options.family;
  truth.anatomy = plan.exam.anatomy;
  if (!options.makes("mg")) return write_patient_truth(truth, outcome.truth);
  std::shared_ptr<const phantom::Anatomy> anatomy = exam.anatomy;
  if (!anatomy && map == nullptr && options.family == "first")
    anatomy = std::make_shared<phantom::Anatomy>(plan.exam.anatomy);
  truth.body = anatomy;
  if (truth.exam == nullptr) measure(map, anatomy.get(), truth);
  MammogramWriter writer(plan.mammography, folder);
  write_mammography(plan, map, anatomy.get(), writer, outcome.truth / plan.id, truth);
  truth.mammogram_study = &writer.study();
  write_patient_truth(truth, outcome.truth);
}

}  // namespace

PhantomOutcome run_phantom(const PhantomOptions& options, Context& context) {
  options.check();
  std::optional<phantom::LabelMap> map;
  if (!options.from_labels.empty()) map = prone_map(options.from_labels);
  const fs::path output = options.output;
  prepare(output, options);
  set_thread_count(options.threads);
  PhantomOutcome outcome{0, output / "dicom", output / "truth"};
  context.progress.begin("make digital patients");
  for (int number = 1; number <= options.patients; ++number) {
    context.cancellation.check();
    make_patient(options, map ? &*map : nullptr, plan_patient(options, number), outcome);
    context.progress.update(static_cast<double>(++outcome.patients) / options.patients);
  }
  context.progress.finish();
  return outcome;
}

}  // namespace lobule::pipeline
