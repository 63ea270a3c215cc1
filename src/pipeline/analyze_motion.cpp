#include <algorithm>
#include <cmath>

#include "measure/morphology.h"
#include "pipeline/analyze_stages.h"

namespace lobule::pipeline {
namespace {

// Similarity is judged in the breasts and a rim of air and chest wall around them: the skin is the edge that
// says most about motion.
constexpr double kRim_mm = 12;

bool is_measured_somewhere(const Image<float>& image) {
  return std::any_of(image.voxels.begin(), image.voxels.end(), [](float v) { return !std::isnan(v); });
}

registration::Registration align(const exam::Dynamic& dynamic, int phase, const Mask& region,
                                 const std::string& region_key, const StageScope& scope) {
  const std::string stage = scope.stage("align phase " + std::to_string(phase));
  return run_stage(scope.context, stage, {scope.identity, region_key}, [&] {
    const auto on_progress = [&](double fraction) {
      scope.context.cancellation.check();
      scope.context.progress.update(fraction);
    };
    return registration::register_images(dynamic.phases[0].image, dynamic.phases[phase].image, region, {},
                                         on_progress);
  });
}

}  // namespace

MotionResult correct_motion(const exam::Dynamic& dynamic, const measure::BreastSegmentation& breasts,
                            const StageScope& scope, Findings& findings) {
  MotionResult result;
  result.corrected = dynamic;
  if (scope.options.no_motion_correction) {
    findings.push_back({Severity::note, "dynamic series", "motion correction was switched off",
                        "edges that moved look like enhancement", ""});
    return result;
  }
  const Mask region = measure::dilate(breasts.breast, kRim_mm);
  const std::string region_key = sha256_hex(to_bytes(region));
  const Grid& grid = dynamic.phases[0].image.grid;
  for (int p = 1; p < static_cast<int>(dynamic.phases.size()); ++p) {
    if (!is_measured_somewhere(dynamic.phases[p].image)) continue;
    try {
      const registration::Registration found = align(dynamic, p, region, region_key, scope);
      result.corrected.phases[p].image = registration::warp(dynamic.phases[p].image, grid, found.field);
      exam::PhaseMotion motion;
      motion.phase_index = p;
      motion.smallest_jacobian = found.report.smallest_jacobian;
      result.motion.push_back(motion);
    } catch (const Error& error) {
      findings.push_back({Severity::warning, "phase " + std::to_string(p), "its motion is not corrected",
                          error.finding().what, error.finding().what_to_do});
    }
  }
  return result;
}

}  // namespace lobule::pipeline
