#include <algorithm>

#include "exam/dynamic.h"
#include "pipeline/analyze_stages.h"
#include "pipeline/fat_signal.h"

namespace lobule::pipeline {
namespace {
measure::FatSignal fat_signal_of(const exam::DicomIndex& index, const exam::Exam& exam, Findings& findings) {
  for (const exam::Series& series : exam.series) {
    const bool dynamic = series.role == exam::Role::dce_pre || series.role == exam::Role::dce;
    if (!dynamic || series.images.empty()) continue;
    const FatLook look = fat_look(index, series);
    if (!look.doubt.empty())
      findings.push_back({Severity::note, "dynamic series", look.doubt,
                          "fat is taken as bright when outlining breasts and fibroglandular tissue", ""});
    return look.signal;
  }
  return measure::FatSignal::dark;
}

std::vector<exam::Volume> read_volumes(const exam::DicomIndex& index, const exam::Series& series,
                                       const AnalyzeOptions& options, Findings& findings) {
  std::vector<exam::Volume> volumes;
  const exam::AssemblyOptions assembly{options.allow_gaps, options.resample_uneven};
  for (const exam::VolumePlan& plan : exam::plan_volumes(index, series, assembly, findings))
    volumes.push_back(exam::read_volume(index, series, plan));
  return volumes;
}

bool is_dynamic(exam::Role role) {
  return role == exam::Role::dce || role == exam::Role::dce_pre || role == exam::Role::dce_post;
}

bool is_stack(exam::Role role) {
  using exam::Role;
  return role == Role::t1 || role == Role::t1_fatsat || role == Role::t2 || role == Role::t2_fatsat ||
         role == Role::adc || role == Role::post_highres;
}

// A series that no measurement uses is only looked at, and a hole in it is said all the same. It is an error
// where the series ought to be a stack of slices.
void check_unused(const exam::DicomIndex& index, const exam::Series& series, const AnalyzeOptions& options,
                  Findings& findings) {
  Findings found;
  exam::plan_volumes(index, series, {options.allow_gaps, options.resample_uneven}, found);
  for (Finding& finding : found) {
    if (finding.severity == Severity::note) continue;
    if (!is_stack(series.role)) finding.severity = Severity::warning;
    findings.push_back(std::move(finding));
  }
}

}  // namespace

ExamImages read_images(const exam::DicomIndex& index, const exam::Exam& exam, const AnalyzeOptions& options,
                       Findings& findings, const Cancellation& cancellation) {
  ExamImages images;
  const exam::DynamicOptions dynamic{{options.allow_gaps, options.resample_uneven}, options.phase_times_s};
  images.dynamic = exam::read_dynamic(index, exam, dynamic, findings, cancellation);
  images.fat = fat_signal_of(index, exam, findings);
  for (const exam::Series& series : exam.series) {
    cancellation.check();
    if (series.role == exam::Role::dwi) {
      for (exam::Volume& volume : read_volumes(index, series, options, findings))
        if (volume.b_value_s_per_mm2 &&
            (images.diffusion.empty() ||
             same_grid(volume.image.grid, images.diffusion.front().image.grid, 0.01)))
          images.diffusion.push_back(std::move(volume));
    } else if (series.role == exam::Role::adc && !images.scanner_adc) {
      std::vector<exam::Volume> volumes = read_volumes(index, series, options, findings);
      if (!volumes.empty()) images.scanner_adc = std::move(volumes.front());
    } else if (series.modality == "MR" && !is_dynamic(series.role)) {
      check_unused(index, series, options, findings);
    }
  }
  return images;
}

}  // namespace lobule::pipeline
