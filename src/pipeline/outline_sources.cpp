#include "pipeline/outline_sources.h"

#include <algorithm>
#include <cmath>

#include "pipeline/fat_signal.h"

namespace lobule::pipeline {
namespace {

// Half of a voxel's extent along z, whatever the grid's directions.
double half_height_mm(const Grid& grid) {
  double height = 0;
  for (int a = 0; a < 3; ++a) height += std::abs(grid.direction(2, a)) * grid.spacing_mm[a];
  return 0.5 * height;
}

std::pair<double, double> heights_of(const Grid& grid) {
  double low = 1e30, high = -1e30;
  for (int corner = 0; corner < 8; ++corner) {
    Vec3 index;
    for (int a = 0; a < 3; ++a) index[a] = (corner >> a & 1) != 0 ? grid.size[a] - 1 : 0;
    const double z = point_from_index(grid, index).z;
    low = std::min(low, z), high = std::max(high, z);
  }
  return {low - half_height_mm(grid), high + half_height_mm(grid)};
}

std::string phase_words(int phase) {
  return phase == 0 ? "before contrast" : "phase " + std::to_string(phase) + " after contrast";
}

std::string role_words(exam::Role role) {
  switch (role) {
    case exam::Role::t1: return "T1";
    case exam::Role::t1_fatsat: return "T1, fat suppressed";
    default: return "late, high resolution";
  }
}

// The largest volume of a series, or nothing and a finding.
void add_source(const exam::DicomIndex& index, exam::Series series, const std::string& words,
                const std::string& suffix, std::vector<OutlineSource>& sources, Findings& findings) {
  Findings reasons;
  std::vector<exam::VolumePlan> plans = exam::plan_volumes(index, series, {}, reasons);
  if (plans.empty() || series.images.empty()) {
    findings.push_back({Severity::warning, exam::describe(series), "it makes no volume and is not outlined",
                        reasons.empty() ? "" : reasons.front().what, ""});
    return;
  }
  auto largest = std::max_element(plans.begin(), plans.end(), [](const auto& a, const auto& b) {
    return a.grid.voxel_count() < b.grid.voxel_count();
  });
  const std::string number = std::to_string(series.series_number);
  const measure::FatSignal fat = fat_look(index, series).signal;
  std::string file = "series" + number + suffix;
  const auto taken = std::count_if(sources.begin(), sources.end(), [&](const OutlineSource& source) {
    return source.file == file || source.file.starts_with(file + "_");
  });
  if (taken > 0) file += "_" + std::to_string(taken + 1);
  const bool in_slab = series.role != exam::Role::post_highres;
  sources.push_back(
      {"series " + number + ", " + words, file, std::move(series), std::move(*largest), fat, in_slab});
}

}  // namespace

std::vector<OutlineSource> outline_sources(const exam::DicomIndex& index, const exam::Exam& exam,
                                           Findings& findings) {
  using exam::Role;
  std::vector<exam::Series> phases;
  for (const exam::Series& series : exam.series) {
    if (series.role == Role::dce_pre || series.role == Role::dce_post) phases.push_back(series);
    if (series.role != Role::dce) continue;
    for (const exam::Phase& phase : series.phases) {
      phases.push_back(series);
      phases.back().images = phase.images;
      phases.back().phase_index = phase.phase_index;
      phases.back().phases.clear();
    }
  }
  std::stable_sort(phases.begin(), phases.end(),
                   [](const auto& a, const auto& b) { return a.phase_index < b.phase_index; });
  std::vector<OutlineSource> sources;
  for (const exam::Series& phase : phases)
    add_source(index, phase, phase_words(phase.phase_index), "_phase" + std::to_string(phase.phase_index),
               sources, findings);
  for (const exam::Series& series : exam.series)
    if (series.role == Role::t1 || series.role == Role::t1_fatsat || series.role == Role::post_highres)
      add_source(index, series, role_words(series.role), "", sources, findings);
  return sources;
}

std::optional<std::pair<double, double>> shared_slab(const std::vector<OutlineSource>& sources) {
  constexpr double kLeastMm = 5;
  std::pair<double, double> slab{-1e30, 1e30};
  for (const OutlineSource& source : sources) {
    if (!source.in_slab) continue;
    const auto [low, high] = heights_of(source.plan.grid);
    slab = {std::max(slab.first, low), std::min(slab.second, high)};
  }
  if (slab.second > 1e29 || slab.second - slab.first < kLeastMm) return {};
  return slab;
}

double slab_ml(const Mask& mask, std::pair<double, double> z_mm) {
  const Grid& grid = mask.grid;
  const double half = half_height_mm(grid);
  double voxels = 0;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        if (mask.at(i, j, k) == 0) continue;
        const double z = point_from_index(grid, {double(i), double(j), double(k)}).z;
        const double inside = std::min(z + half, z_mm.second) - std::max(z - half, z_mm.first);
        voxels += std::clamp(inside / (2 * half), 0.0, 1.0);
      }
  return voxels * grid.voxel_volume_ml();
}

}  // namespace lobule::pipeline
