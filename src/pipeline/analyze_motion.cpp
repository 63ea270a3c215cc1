#include <algorithm>
#include <cmath>

#include "measure/morphology.h"
#include "pipeline/analyze_stages.h"
#include "registration/surface_motion.h"

namespace lobule::pipeline {
namespace {

// Similarity is judged in the breasts and a rim of air and chest wall around them: the skin is the edge that
// says most about motion.
constexpr double kRim_mm = 12;

bool is_measured_somewhere(const Image<float>& image) {
  return std::any_of(image.voxels.begin(), image.voxels.end(), [](float v) { return !std::isnan(v); });
}

struct Aligned {
  registration::Registration registration;
  exam::PhaseMotion motion;  // both sides
  std::vector<exam::Measurement> by_side;
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.registration), f(s.motion), f(s.by_side);
  }
};

// How far the skin of the breasts lies from its place in the pre-contrast phase, before and after.
void measure_motion(const Image<float>& pre, const Image<float>& before, const Image<float>& after,
                    const Mask& breast, Aligned& aligned) {
  const registration::SurfaceMotion all_before = registration::surface_motion(pre, before, breast);
  const registration::SurfaceMotion all_after = registration::surface_motion(pre, after, breast);
  aligned.motion.before_median_mm = all_before.median_mm;
  aligned.motion.before_p95_mm = all_before.p95_mm;
  aligned.motion.after_median_mm = all_after.median_mm;
  aligned.motion.after_p95_mm = all_after.p95_mm;
  const auto add = [&](exam::Side side, const std::string& name, const registration::SurfaceMotion& motion) {
    const std::string source =
        "skin of the breast against phase 0, phase " + std::to_string(aligned.motion.phase_index);
    aligned.by_side.push_back(
        {side, name, motion.points.empty() ? kMissing : motion.median_mm, "mm", source});
    aligned.by_side.push_back(
        {side, name + "_p95", motion.points.empty() ? kMissing : motion.p95_mm, "mm", source});
  };
  for (const exam::Side side : {exam::Side::right, exam::Side::left}) {
    const auto label = static_cast<std::uint8_t>(side);
    add(side, "motion_before", registration::with_label(all_before, label));
    add(side, "motion_after", registration::with_label(all_after, label));
  }
  add(exam::Side::both, "motion_before", all_before);
  add(exam::Side::both, "motion_after", all_after);
}

Aligned align(const exam::Dynamic& dynamic, int phase, const Mask& breast, const Mask& region,
              const std::string& region_key, const StageScope& scope) {
  const std::string stage = scope.stage("align phase " + std::to_string(phase));
  return run_stage(scope.context, stage, {scope.identity, region_key}, [&] {
    const auto on_progress = [&](double fraction) {
      scope.context.cancellation.check();
      scope.context.progress.update(fraction);
    };
    const Image<float>& pre = dynamic.phases[0].image;
    const Image<float>& moving = dynamic.phases[phase].image;
    Aligned aligned;
    aligned.registration = registration::register_images(pre, moving, region, {}, on_progress);
    aligned.motion.phase_index = phase;
    aligned.motion.smallest_jacobian = aligned.registration.report.smallest_jacobian;
    const Image<float> after = registration::warp(moving, pre.grid, aligned.registration.field);
    measure_motion(pre, moving, after, breast, aligned);
    return aligned;
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
      const Aligned aligned = align(dynamic, p, breasts.breast, region, region_key, scope);
      result.corrected.phases[p].image =
          registration::warp(dynamic.phases[p].image, grid, aligned.registration.field);
      result.motion.push_back(aligned.motion);
      result.measurements = aligned.by_side;
    } catch (const Error& error) {
      findings.push_back({Severity::warning, "phase " + std::to_string(p), "its motion is not corrected",
                          error.finding().what, error.finding().what_to_do});
    }
  }
  return result;
}

}  // namespace lobule::pipeline
