#include "exam/dynamic.h"

#include <algorithm>
#include <cmath>

#include "core/resample.h"
#include "exam/sort_mr.h"

namespace lobule::exam {
namespace {

constexpr double kSamePlace_mm = 0.01;

struct PhaseSource {
  int phase_index = 0;
  std::optional<double> time_s;
  Series series;  // only the images of this phase
};

std::vector<PhaseSource> phase_sources(const Exam& exam) {
  std::vector<PhaseSource> sources;
  for (const Series& series : exam.series) {
    if (series.role == Role::dce_pre || series.role == Role::dce_post) {
      sources.push_back({series.phase_index, series.time_s, series});
    } else if (series.role == Role::dce) {
      for (const Phase& phase : series.phases) {
        Series part = series;
        part.images = phase.images;
        part.phases.clear();
        part.phase_index = phase.phase_index;
        sources.push_back({phase.phase_index, phase.time_s, std::move(part)});
      }
    }
  }
  std::stable_sort(sources.begin(), sources.end(),
                   [](const PhaseSource& a, const PhaseSource& b) { return a.phase_index < b.phase_index; });
  return sources;
}

Volume read_phase(const DicomIndex& index, const PhaseSource& source, const AssemblyOptions& options,
                  Findings& findings) {
  Findings reasons;
  const std::vector<VolumePlan> plans = plan_volumes(index, source.series, options, reasons);
  findings.insert(findings.end(), reasons.begin(), reasons.end());
  if (plans.empty())
    throw Error(describe(source.series),
                "phase " + std::to_string(source.phase_index) + " of the dynamic series makes no volume",
                reasons.empty() ? "" : reasons.front().what, "Send the series again");
  const auto largest = std::max_element(
      plans.begin(), plans.end(),
      [](const VolumePlan& a, const VolumePlan& b) { return a.grid.voxel_count() < b.grid.voxel_count(); });
  Volume volume = read_volume(index, source.series, *largest);
  volume.phase_index = source.phase_index;
  volume.time_s = source.time_s;
  return volume;
}

// A post-contrast phase on the pre-contrast grid. One that cannot be read is missing everywhere, so that the
// others keep their places.
Volume read_post_phase(const DicomIndex& index, const PhaseSource& source, const AssemblyOptions& options,
                       const Volume& pre, Findings& findings) {
  Volume phase;
  try {
    phase = read_phase(index, source, options, findings);
  } catch (const Error& error) {
    findings.push_back(error.finding());
    phase.image = Image<float>(pre.image.grid, kMissing);
    phase.series_uid = source.series.series_uid;
    phase.phase_index = source.phase_index;
    phase.time_s = source.time_s;
    return phase;
  }
  bool copied = same_grid(phase.image.grid, pre.image.grid);
  if (!copied) {
    phase.image = place_on_grid(phase.image, pre.image.grid, copied);
    phase.slices.clear();
  }
  if (!copied)
    findings.push_back(
        {Severity::warning, describe(source.series),
         "phase " + std::to_string(source.phase_index) + " lies on another grid than the pre-contrast phase",
         "it was interpolated linearly onto the pre-contrast grid", ""});
  phase.image.grid = pre.image.grid;
  return phase;
}

void check_phases(const std::vector<PhaseSource>& sources) {
  if (sources.empty())
    throw Error("exam", "there is no dynamic contrast-enhanced series", "enhancement cannot be measured",
                "Check the roles in exams.json; a corrections file can name the series");
  if (sources.front().phase_index != 0)
    throw Error("exam", "the dynamic series has no pre-contrast phase", "enhancement cannot be measured",
                "Send the pre-contrast series too, or name it in a corrections file");
  if (sources.size() < 2)
    throw Error("exam", "the dynamic series has only one phase", "enhancement cannot be measured",
                "Send the post-contrast series too");
}

void set_times(Dynamic& dynamic, const std::vector<double>& declared_s) {
  if (!declared_s.empty()) {
    if (declared_s.size() != dynamic.phases.size())
      throw Error("option --phase-times",
                  std::to_string(declared_s.size()) + " times are given for " +
                      std::to_string(dynamic.phases.size()) + " phases",
                  "", "Give one time in seconds for each phase, the pre-contrast one first");
    for (std::size_t i = 1; i < declared_s.size(); ++i)
      if (declared_s[i] <= declared_s[i - 1])
        throw Error("option --phase-times", "the times do not increase", "",
                    "Give one time in seconds for each phase, the pre-contrast one first");
    for (std::size_t i = 0; i < declared_s.size(); ++i) dynamic.phases[i].time_s = declared_s[i];
    dynamic.times_declared = true;
  }
  dynamic.times_known = std::all_of(dynamic.phases.begin(), dynamic.phases.end(),
                                    [](const Volume& phase) { return phase.time_s.has_value(); });
}

}  // namespace

Image<float> place_on_grid(const Image<float>& moving, const Grid& grid, bool& copied) {
  copied = false;
  const Vec3 first = index_from_point(grid, moving.grid.origin_mm);
  const Index3 shift = {static_cast<int>(std::lround(first.x)), static_cast<int>(std::lround(first.y)),
                        static_cast<int>(std::lround(first.z))};
  Grid part = grid;
  part.size = moving.grid.size;
  part.origin_mm = point_from_index(
      grid, {static_cast<double>(shift[0]), static_cast<double>(shift[1]), static_cast<double>(shift[2])});
  if (!same_grid(part, moving.grid, kSamePlace_mm)) return resample(moving, grid, Interpolation::linear);
  copied = true;
  Image<float> placed(grid, kMissing);
  for (int k = 0; k < part.size[2]; ++k)
    for (int j = 0; j < part.size[1]; ++j)
      for (int i = 0; i < part.size[0]; ++i)
        if (grid.contains(i + shift[0], j + shift[1], k + shift[2]))
          placed.at(i + shift[0], j + shift[1], k + shift[2]) = moving.at(i, j, k);
  return placed;
}

Dynamic read_dynamic(const DicomIndex& index, const Exam& exam, const DynamicOptions& options,
                     Findings& findings, const Cancellation& cancellation) {
  const std::vector<PhaseSource> sources = phase_sources(exam);
  check_phases(sources);
  Dynamic dynamic;
  for (const PhaseSource& source : sources) {
    cancellation.check();
    if (dynamic.phases.empty()) {
      dynamic.phases.push_back(read_phase(index, source, options.assembly, findings));
      continue;
    }
    dynamic.phases.push_back(
        read_post_phase(index, source, options.assembly, dynamic.phases.front(), findings));
  }
  set_times(dynamic, options.phase_times_s);
  dynamic.early_phase_index = exam.early_phase_index > 0 ? exam.early_phase_index : 1;
  if (dynamic.times_declared)
    dynamic.early_phase_index =
        early_phase({options.phase_times_s.begin(), options.phase_times_s.end()}, dynamic.phases.size());
  return dynamic;
}

}  // namespace lobule::exam
