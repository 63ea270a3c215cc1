#pragma once
// The stages of analyze_exam: each takes values and returns values; none writes a file. A stage that is
// long runs through run_stage, so that a killed run does not run it twice.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/context.h"
#include "exam/analysis.h"
#include "exam/index.h"
#include "measure/adc_fit.h"
#include "measure/breast_segmentation.h"
#include "measure/candidates.h"
#include "measure/fgt_segmentation.h"
#include "measure/tissue_outlines.h"
#include "pipeline/analyze.h"
#include "pipeline/outline_volume.h"
#include "registration/register.h"

namespace lobule::pipeline {

// What all stages of one exam share.
struct StageScope {
  int exam_number = 0;
  std::string identity;  // hash of the exam's files
  const AnalyzeOptions& options;
  Context& context;

  // "exam 1: outline the breasts".
  std::string stage(const std::string& what) const {
    return "exam " + std::to_string(exam_number) + ": " + what;
  }
};

// --- read -------------------------------------------------------------------------------------------
// All pixels that an analysis uses, read once.
struct ExamImages {
  exam::Dynamic dynamic;
  measure::FatSignal fat = measure::FatSignal::dark;  // in the dynamic series
  std::vector<exam::Volume> diffusion;                // with b-values, on one grid; may be empty
  std::optional<exam::Volume> scanner_adc;
};
ExamImages read_images(const exam::DicomIndex& index, const exam::Exam& exam, const AnalyzeOptions& options,
                       Findings& findings, const Cancellation& cancellation);

// The rest of the analysis: images to maps, masks and numbers. `analysis` comes with its exam and study.
void analyze_images(ExamImages images, exam::Analysis& analysis, const StageScope& scope);

// --- outline -----------------------------------------------------------------------------------------
Outline outline_breasts(const exam::Dynamic& dynamic, measure::FatSignal fat, const StageScope& scope);

// The shipped network's outlines of the pre-contrast phase, or nothing: where the user wants none, where it
// is not there or damaged, where the image is no fit for it, and where it finds no breast though the
// classical way does. `findings` say why. `classical` is that other way: a second opinion.
std::optional<measure::TissueOutlines> ask_network(const Image<float>& pre, const Outline& classical,
                                                   const StageScope& scope, Findings& findings,
                                                   exam::OutlineStatement& statement);

// Vessels that the early enhancement shows, and those that the network sees before contrast where early
// enhancement (percent) agrees that blood flows there.
Mask join_vessels(const Mask& of_enhancement, const Mask& of_network, const Image<float>& early_percent);

// A person's mask of the exam, when the folder of --masks holds one. Throws Error when its grid is not
// `grid` or it holds other labels than 0, 1 (right) and 2 (left).
std::optional<Mask> edited_mask(const std::filesystem::path& folder, const exam::Exam& exam,
                                const std::string& name, const Grid& grid);

measure::FgtSegmentation outline_fgt(const Outline& outline, const Mask& breast, const Mask& vessels,
                                     measure::FatSignal fat, const StageScope& scope);

// --- motion ------------------------------------------------------------------------------------------
struct MotionResult {
  exam::Dynamic corrected;
  std::vector<exam::PhaseMotion> motion;        // of each post-contrast phase, both sides together
  std::vector<exam::Measurement> measurements;  // motion_before and motion_after, by side, last phase
};
MotionResult correct_motion(const exam::Dynamic& dynamic, const measure::BreastSegmentation& breasts,
                            const StageScope& scope, Findings& findings);

// Divides the motion-corrected phases by the change of the receiver's gain since the pre-contrast phase,
// where that is more than a drift, and says so.
void even_gain(const exam::Dynamic& acquired, exam::Dynamic& corrected, const Mask& body, Findings& findings);

// --- diffusion ---------------------------------------------------------------------------------------
struct Diffusion {
  std::optional<exam::Map> adc;          // our fit, 10⁻⁶ mm²/s, 0 where not measured
  std::optional<exam::Map> scanner_adc;  // as the scanner made it
  std::vector<double> b_values_s_per_mm2;
  double noise_sigma = 0;
};
Diffusion fit_diffusion(const ExamImages& images, const StageScope& scope, Findings& findings);
// Medians in the FGT of each side, and how our ADC compares with the scanner's inside the breasts.
std::vector<exam::Measurement> measure_diffusion(const Diffusion& diffusion, const Mask& breast,
                                                 const Mask& fgt);

// --- enhancement -------------------------------------------------------------------------------------
// Maps of the motion-corrected dynamic, and the plain subtractions of the uncorrected one.
std::vector<exam::Map> enhancement_maps(const exam::Analysis& analysis, double noise_floor, bool all_phases);
std::vector<exam::Measurement> measure_enhancement(const exam::Analysis& analysis, double noise_floor,
                                                   const AnalyzeOptions& options, Findings& findings);
std::vector<exam::Measurement> measure_volumes(const Mask& breast, const Mask& fgt);
std::vector<exam::Curve> tissue_curves(const exam::Analysis& analysis);

exam::Candidate to_candidate(const measure::Region& region, int rank, double suspicious_score,
                             const exam::Analysis& analysis);

// Pointers to the images of all phases, as measure/ takes them.
std::vector<const Image<float>*> phase_images(const exam::Dynamic& dynamic);

}  // namespace lobule::pipeline
