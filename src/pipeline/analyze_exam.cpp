#include <algorithm>

#include "core/text.h"
#include "exam/dynamic.h"
#include "exam/sort.h"
#include "exam/study_context.h"
#include "measure/kinetics.h"
#include "measure/vessels.h"
#include "pipeline/analyze_stages.h"

namespace lobule::pipeline {
namespace {

// Signals below three sigma of the noise have a Rician bias above 5 % (Gudbjartsson and Patz 1995).
constexpr double kNoiseFloorSigmas = 3;

// Of the exam's first image; dates of all count.
exam::StudyContext study_context(const exam::DicomIndex& index, const exam::Exam& exam) {
  exam::StudyContext study;
  bool first = true;
  for (const exam::Series& series : exam.series)
    for (const exam::FrameRef& image : series.images) {
      const io::DicomDataset& header = index.entries[image.entry].header.dataset;
      if (first) study = exam::study_context(header);
      exam::count_dates(header, study);
      first = false;
    }
  study.study_uid = exam.study_uid;
  study.patient_id = exam.patient_id;
  return study;
}

void note_times(exam::Analysis& analysis) {
  const exam::Dynamic& dynamic = analysis.dynamic;
  if (dynamic.times_declared) {
    analysis.findings.push_back({Severity::note, "dynamic series",
                                 "the times of the phases were declared by the user",
                                 "slopes per second and the early phase rest on them", ""});
  } else if (!dynamic.times_known) {
    analysis.findings.push_back({Severity::warning, "dynamic series",
                                 "the headers do not tell when the phases were acquired",
                                 "the early phase is taken as phase " +
                                     std::to_string(dynamic.early_phase_index) + ", and slopes are per phase",
                                 "Declare the times with --phase-times"});
  }
}

// What sorting found wrong belongs in the report too, except on times: note_times knows what became of them.
Findings findings_of_sorting(const exam::Exam& exam) {
  Findings findings;
  std::copy_if(exam.findings.begin(), exam.findings.end(), std::back_inserter(findings),
               [](const Finding& finding) {
                 return finding.severity != Severity::note && finding.what != exam::kTimesUnknown;
               });
  return findings;
}

// What later stages need of the outlines, whoever drew them.
struct Anatomy {
  const measure::BreastSegmentation& breasts;
  double noise_sigma;
};

measure::CandidateInput candidate_input(const exam::Analysis& analysis, const Anatomy& anatomy,
                                        const Diffusion& diffusion) {
  measure::CandidateInput input;
  input.phases = phase_images(analysis.corrected);
  input.noise_floor = kNoiseFloorSigmas * anatomy.noise_sigma;
  input.noise_sigma = anatomy.noise_sigma;
  input.early_index = analysis.corrected.early_phase_index;
  const exam::Map* pe = analysis.map("pe_" + std::to_string(input.early_index));
  const exam::Map* ser = analysis.map("ser");
  input.early_percent = pe != nullptr ? &pe->image : nullptr;
  input.ser = ser != nullptr ? &ser->image : nullptr;
  input.breast = &analysis.breast;
  input.body = &anatomy.breasts.body;
  input.chest_wall_depth_mm = &anatomy.breasts.chest_wall_depth_mm;
  input.adc_um2_per_s = diffusion.adc ? &diffusion.adc->image : nullptr;
  input.vessels = &analysis.vessels;
  input.fgt = &analysis.fgt;
  return input;
}

void find_candidates(exam::Analysis& analysis, const Anatomy& anatomy, const Diffusion& diffusion,
                     const StageScope& scope) {
  const measure::CandidateOptions options;
  analysis.suspicious_threshold = options.suspicious_score;
  const measure::CandidateInput input = candidate_input(analysis, anatomy, diffusion);
  std::vector<measure::Region> regions;
  if (input.early_percent != nullptr) {
    const std::string key = sha256_hex(to_bytes(analysis.breast) + to_bytes(analysis.fgt)) +
                            (scope.options.no_motion_correction ? " plain" : " corrected") +
                            std::to_string(input.early_index);
    regions = run_stage(scope.context, scope.stage("find candidates"), {scope.identity, key},
                        [&] { return measure::find_candidates(input, options); });
  }
  int rank = 0;
  for (const measure::Region& region : regions)
    analysis.candidates.push_back(to_candidate(region, ++rank, options.suspicious_score, analysis));
  analysis.curves = tissue_curves(analysis);
}

template <class T>
void append(std::vector<T>& list, const std::vector<T>& more) {
  list.insert(list.end(), more.begin(), more.end());
}

// Vessels inside the breasts from the early subtraction, joined by those of the network.
Mask outline_vessels(const exam::Analysis& analysis, const Mask& of_network, double noise_floor,
                     const StageScope& scope) {
  const exam::Volume& pre = analysis.corrected.phases.front();
  const exam::Volume& early = analysis.corrected.phases[analysis.corrected.early_phase_index];
  const std::string key = sha256_hex(to_bytes(analysis.breast) + to_bytes(of_network)) +
                          (scope.options.no_motion_correction ? " plain " : " corrected ") +
                          std::to_string(early.phase_index);
  return run_stage(scope.context, scope.stage("outline vessels"), {scope.identity, key}, [&] {
    const Image<float> percent = measure::percent_enhancement(pre.image, early.image, noise_floor);
    return join_vessels(
        measure::segment_vessels(measure::subtraction(pre.image, early.image), percent, analysis.breast),
        of_network, percent);
  });
}

// What the network found beside breasts and gland.
void take_outlines(const measure::TissueOutlines& network, exam::Analysis& analysis) {
  analysis.pectoral = network.muscle;
  analysis.heart = network.heart;
  for (const measure::Nipple& nipple : network.nipples)
    analysis.landmarks.push_back(
        {"nipple", static_cast<exam::Side>(nipple.side), nipple.point_mm, nipple.confidence});
}

// The gland in the breasts: by brightness, and where there is a network, what it does not rule out.
Mask outline_gland(const Outline& outline, const std::optional<measure::TissueOutlines>& network,
                   exam::Analysis& analysis, measure::FatSignal fat, const StageScope& scope,
                   Findings& findings) {
  measure::FgtSegmentation clustered = outline_fgt(outline, analysis.breast, analysis.vessels, fat, scope);
  append(findings, clustered.report.findings);
  if (!network) return std::move(clustered.fgt);
  measure::AgreedFgt agreed =
      measure::agreed_fgt(clustered.fgt, network->mostly_gland, analysis.breast, analysis.vessels);
  if (agreed.network) {
    const std::string shared = format_fixed(100 * agreed.shared, 0) + " % of the smaller one is shared";
    findings.push_back({Severity::warning, "fibroglandular mask",
                        "brightness and the network contradict each other (" + shared + ")",
                        "fat suppression may have failed", "The network's is used: check the masks."});
    analysis.outline.overruled.push_back(
        "fibroglandular tissue by brightness, which the network contradicts (" + shared + ")");
  }
  return std::move(agreed.fgt);
}

}  // namespace

void analyze_images(ExamImages images, exam::Analysis& analysis, const StageScope& scope) {
  const AnalyzeOptions& options = scope.options;
  Findings& findings = analysis.findings;
  analysis.dynamic = std::move(images.dynamic);
  note_times(analysis);
  const Image<float>& pre = analysis.dynamic.phases.front().image;

  // Outline the breasts, on the pre-contrast phase.
  const Outline outline = outline_breasts(analysis.dynamic, images.fat, scope);
  const std::optional<measure::TissueOutlines> network =
      ask_network(pre, outline, scope, findings, analysis.outline);
  const Anatomy anatomy{network ? network->breasts : outline.breasts, outline.noise_sigma};
  const double noise_floor = kNoiseFloorSigmas * anatomy.noise_sigma;
  append(findings, anatomy.breasts.report.findings);
  const std::optional<Mask> edited_breast = edited_mask(options.masks, analysis.exam, "breast", pre.grid);
  const std::optional<Mask> edited_fgt = edited_mask(options.masks, analysis.exam, "fgt", pre.grid);
  analysis.breast = edited_breast.value_or(anatomy.breasts.breast);
  if (network) take_outlines(*network, analysis);

  // Bring the later phases to the pre-contrast one, by the classical outline where there is one: it ends in
  // front of the flank, whose skin lies beside the coil and the region that registration was tried on, and
  // motion does not change with the network.
  const measure::BreastSegmentation& moving =
      outline.breasts.report.volume_ml[0] > 0 ? outline.breasts : anatomy.breasts;
  MotionResult motion = correct_motion(analysis.dynamic, moving, scope, findings);
  analysis.corrected = std::move(motion.corrected);
  analysis.motion = std::move(motion.motion);
  even_gain(analysis.dynamic, analysis.corrected, anatomy.breasts.body, findings);

  // Outline what enhances fast, and the gland.
  analysis.vessels = outline_vessels(analysis, network ? network->vessels : Mask(), noise_floor, scope);
  Findings of_gland;
  const Mask gland = outline_gland(outline, network, analysis, images.fat, scope, of_gland);
  if (!edited_fgt) append(findings, of_gland);
  analysis.fgt = edited_fgt.value_or(gland);
  analysis.masks_source = edited_breast || edited_fgt ? "edited by a person"
                          : network                   ? "automatic, network"
                                                      : "automatic, classical";
  if (edited_breast || edited_fgt)
    analysis.outline.overruled.push_back("masks that a person edited outrank all outlines");

  // Measure.
  Diffusion diffusion = fit_diffusion(images, scope, findings);
  analysis.maps = enhancement_maps(analysis, noise_floor, options.all_phase_maps);
  find_candidates(analysis, anatomy, diffusion, scope);
  append(analysis.measurements, measure_volumes(analysis.breast, analysis.fgt));
  append(analysis.measurements, measure_enhancement(analysis, noise_floor, options, findings));
  append(analysis.measurements, measure_diffusion(diffusion, analysis.breast, analysis.fgt));
  append(analysis.measurements, motion.measurements);
  if (diffusion.adc) analysis.maps.push_back(std::move(*diffusion.adc));
}

exam::Analysis analyze_exam(const exam::DicomIndex& index, const exam::Exam& exam, int exam_number,
                            const std::string& identity, const AnalyzeOptions& options, Context& context) {
  exam::Analysis analysis;
  analysis.exam_number = exam_number;
  analysis.exam = exam;
  analysis.study = study_context(index, exam);
  analysis.findings = findings_of_sorting(exam);
  analyze_images(read_images(index, exam, options, analysis.findings, context.cancellation), analysis,
                 {exam_number, identity, options, context});
  return analysis;
}

}  // namespace lobule::pipeline
