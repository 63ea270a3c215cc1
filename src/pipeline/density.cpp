#include "pipeline/density.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/hash.h"
#include "core/parallel.h"
#include "core/text.h"
#include "exam/mammogram_name.h"
#include "io/files.h"
#include "io/png.h"
#include "pipeline/density_calibration.h"
#include "pipeline/density_image.h"
#include "pipeline/density_sides.h"
#include "pipeline/mammogram_inputs.h"
#include "pipeline/models.h"
#include "pipeline/screening_files.h"
#include "pipeline/sorted_inputs.h"
#include "pipeline/threads_option.h"
#include "report/density_dicom.h"
#include "report/density_page.h"
#include "report/density_tables.h"
#include "report/measurements.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;
using report::DensityExam;
using report::DensityImage;

// A page of more pictures opens too slowly.
constexpr int kMostPictured = 80;
const std::string kNoRegions = "none";

// What images of one woman at one time have in common: patient and study, or of pictures folder and name
// without side and view. A picture whose name says neither stands alone.
std::string exam_key(const DensityImage& image) {
  if (image.source && !image.source->study.study_uid.empty())
    return "study " + image.patient_id + "\n" + image.source->study.study_uid;
  const exam::NamedView named = exam::view_of_name(image.file);
  if (named.side.empty() && named.view.empty()) return "file " + image.file;
  const auto slash = image.file.find_last_of("/\\:");
  return "name " + (slash == std::string::npos ? "" : image.file.substr(0, slash)) + "\n" + named.rest;
}

// Right and left CC, right and left MLO, then the others.
int hanging_place(const DensityImage& image) {
  const int view = image.view == "CC" ? 0 : image.view == "MLO" ? 1 : 2;
  const int side = image.side == "R" ? 0 : image.side == "L" ? 1 : 2;
  return 3 * view + side;
}

// What the next examination is decided by.
struct Screening {
  std::vector<measure::ScreeningRule> rules;
  std::map<std::string, measure::ScreeningFacts> women;
  std::map<int, std::optional<double>> ages;  // of exams, as headers say
  measure::DensityCuts cuts;

  explicit Screening(const DensityOptions& options)
      : rules(options.rules.empty()
                  ? measure::usual_screening_rules()
                  : screening_rules_from_json(io::read_file(options.rules), options.rules)) {
    if (!options.women.empty()) women = women_from_csv(io::read_file(options.women), options.women);
  }

  measure::NextModality next(const DensityExam& exam) const {
    measure::ScreeningFacts facts;
    const DensityImage& first = exam.images.front();
    const auto woman =
        women.find(first.patient_id.empty() ? exam::view_of_name(first.file).rest : first.patient_id);
    if (woman != women.end()) facts = woman->second;
    if (const auto age = ages.find(exam.number); !facts.age_years && age != ages.end())
      facts.age_years = age->second;
    facts.percent_density = exam.percent_density;
    facts.cuts = cuts.percent;
    facts.masking = exam.masking;
    return measure::next_modality(rules, facts, *exam.lowest_percent, *exam.highest_percent);
  }
};

// Whether the same view lies in the exam as it is shown, too: archives hold both, and one breast would count
// twice.
bool shown_beside(const DensityImage& raw, const DensityExam& exam) {
  return raw.for_processing &&
         std::any_of(exam.images.begin(), exam.images.end(), [&](const DensityImage& other) {
           return !other.for_processing && other.density && other.side == raw.side && other.view == raw.view;
         });
}

void summarize(DensityExam& exam, const Screening& screening) {
  std::stable_sort(exam.images.begin(), exam.images.end(), [](const DensityImage& a, const DensityImage& b) {
    return hanging_place(a) < hanging_place(b);
  });
  std::vector<measure::DensityView> views;
  double percent = 0, lowest = 0, highest = 0, masking = 0;
  for (const DensityImage& image : exam.images) {
    if (!image.density || shown_beside(image, exam)) continue;
    views.push_back({image.side, image.view, image.density->percent_density});
    percent += image.density->percent_density, masking += image.density->masking;
    lowest += image.lowest_percent, highest += image.highest_percent;
  }
  if (views.empty()) return;
  const auto n = static_cast<double>(views.size());
  exam.percent_density = percent / n, exam.masking = masking / n;
  exam.lowest_percent = lowest / n, exam.highest_percent = highest / n;
  exam.findings = measure::density_differences(views, "exam " + std::to_string(exam.number));
  exam.next = screening.next(exam);
}

// Cuts serve the network that they were estimated with.
void calibrate(const std::string& file, report::DensityResults& results) {
  if (file.empty()) return;
  const DensityCalibration calibration = density_calibration_from_json(io::read_file(file), file);
  results.cuts = calibration.cuts;
  if (!calibration.network.empty() && calibration.network != results.method)
    results.findings.push_back(
        {Severity::warning, file,
         "it was made with the " + calibration.network + ", and here measures the " + results.method,
         "categories may be wrong", "Calibrate again: lobule density calibrate"});
}

// Nothing where they are not asked for, or where the usual network did not come along.
std::optional<RegionNetwork> regions_network(const std::string& model, Findings& findings) {
  if (model == kNoRegions) return {};
  if (model == "regions" && !shipped_model(model)) {
    findings.push_back({Severity::note, "regions of interest", "only asymmetries were looked for",
                        "the model regions is not among the shipped models",
                        "Name a model folder with --regions, or make one with lobule-train regions"});
    return {};
  }
  return RegionNetwork::open(model);
}

void write(const fs::path& out, const report::DensityResults& results, const Provenance& provenance) {
  io::write_file(out / "density.csv", to_csv(report::density_table(results)));
  if (results.regions_wanted) io::write_file(out / "regions.csv", to_csv(report::regions_table(results)));
  io::write_file(out / "density.json", report::density_json(results));
  io::write_file(out / "report.html", report::density_page_html(results, provenance));
  io::write_file(out / "provenance.json", report::provenance_json(provenance));
}

void append(Findings& findings, const Findings& more) {
  findings.insert(findings.end(), more.begin(), more.end());
}

// The image's own bytes and the network name its DICOM results.
void write_segmentation(const io::InputFile& file, MeasuredImage& measured, const std::string& method,
                        const fs::path& out, Findings& findings) {
  if (!measured.image.source) return;
  measured.image.source->seed = sha256_hex(io::read_file(file.path)) + "\n" + method;
  append(findings,
         report::write_density_segmentation(measured.image, measured.labels, method, out / "dicom"));
}

// Refusals are errors of the run; what is doubted is told image by image.
void tell(const DensityImage& image, Findings& findings) {
  if (image.status == report::DensityStatus::refused)
    return findings.push_back({Severity::error, image.file, "refused: " + image.reason, "", ""});
  for (const Finding& finding : image.findings)
    if (finding.severity != Severity::note) findings.push_back(finding);
}

}  // namespace

void DensityOptions::list_options(OptionSet& options) {
  options.add("output,o", output,
              {.help = "Folder for results; made when it is missing.", .group = "Output"});
  options.add("model", model,
              {.help = "The network: a model folder of the task density, or a shipped model's name."});
  options.add(
      "regions", regions,
      {.help = "The network that looks for regions of interest (research use only): a model folder of "
               "the task regions, a shipped model's name, or none."});
  options.add(
      "calibration", calibration,
      {.help = "Cut-points (JSON) of BI-RADS categories that lobule density calibrate estimated from a "
               "site's readers; without it categories are an estimate."});
  options.add("women", women,
              {.help = "A table (CSV) of what is known of women, by patient_id: age, lifetime_risk, genes, "
                       "chest_radiation, breast_cancer, breast_cancer_before_50, atypia.",
               .group = "Next examination"});
  options.add(
      "rules", rules,
      {.help = "Rules (JSON) for the next examination instead of those that are built in, which are written "
               "to OUT/rules.json.",
       .group = "Next examination"});
  add_threads_option(options, threads);
}

DensityOutcome measure_density(const std::vector<std::string>& inputs, const DensityOptions& options,
                               Context& context) {
  set_thread_count(options.threads);
  const fs::path out = options.output;
  Screening screening(options);
  const DensityNetwork network = density_network(options.model);
  report::DensityResults results;
  const std::optional<RegionNetwork> regions = regions_network(options.regions, results.findings);
  io::prepare_output_folder(out);
  io::Inputs found =
      io::collect_inputs({inputs.begin(), inputs.end()}, scratch_of(out), {}, context.cancellation);
  leave_out_results(found.files, out);
  results.method = method_of(network);
  results.regions_wanted = options.regions != kNoRegions;
  if (regions) results.region_method = method_of(*regions);
  results.findings.insert(results.findings.end(), found.findings.begin(), found.findings.end());
  calibrate(options.calibration, results);
  screening.cuts = results.cuts;
  const std::vector<io::InputFile> files = images_among(found.files, inputs, results.findings);

  DensityOutcome outcome;
  std::map<std::string, std::size_t> exams;
  std::vector<std::vector<ComparedView>> views;  // of each exam's images
  ImageStems stems;
  context.progress.begin("measure density");
  for (std::size_t n = 0; n < files.size(); ++n) {
    context.cancellation.check();
    context.progress.update(static_cast<double>(n) / static_cast<double>(files.size()));
    MeasuredImage measured = measure_image(files[n], network, regions ? &*regions : nullptr, results.cuts,
                                           outcome.measured < kMostPictured, context);
    DensityImage& image = measured.image;
    image.stem = stems.next(image.file);
    if (image.density) {
      ++outcome.measured;
      const Grid& grid = measured.labels.grid;
      io::write_file(out / "masks" / (image.stem + "_labels.png"),
                     io::encode_png({grid.size[0], grid.size[1], 1, measured.labels.voxels}));
      write_segmentation(files[n], measured, results.method, out, outcome.findings);
    } else {
      ++outcome.refused;
    }
    tell(image, outcome.findings);
    const auto [place, is_new] = exams.emplace(exam_key(image), results.exams.size());
    if (is_new) {
      results.exams.emplace_back();
      results.exams.back().number = static_cast<int>(results.exams.size());
      views.emplace_back();
    }
    if (!measured.study_date.empty()) results.exams[place->second].date = measured.study_date;
    if (measured.age_years) screening.ages[results.exams[place->second].number] = measured.age_years;
    results.exams[place->second].images.push_back(std::move(image));
    views[place->second].push_back(std::move(measured.view));
  }
  context.progress.finish();
  for (std::size_t n = 0; n < results.exams.size(); ++n) {
    DensityExam& exam = results.exams[n];
    if (results.regions_wanted) compare_sides(exam, views[n]);
    summarize(exam, screening);
    append(outcome.findings, exam.findings);
    append(outcome.findings, report::write_density_report(exam, results.method, results.cuts, out / "dicom"));
  }
  append(outcome.findings, results.findings);
  write(out, results, context.provenance);
  io::write_file(out / "rules.json", screening_rules_json(screening.rules));
  remove_scratch(out);
  return outcome;
}

}  // namespace lobule::pipeline
