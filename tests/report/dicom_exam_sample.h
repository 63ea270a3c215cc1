#pragma once
// A tiny analysed exam on any grid, with its source images as files: what DICOM results are tested on.

#include <cmath>
#include <filesystem>
#include <string>

#include "exam/analysis.h"
#include "support/dicom_samples.h"

namespace lobule::test {

inline MrSample exam_source(const Grid& grid) {
  MrSample sample;
  sample.grid = grid;
  sample.stored = [](int i, int j, int k) { return 1 + i + 10 * j + 100 * k; };
  return sample;
}

// Whether a voxel lies on the patient's left of the middle of the grid (LPS: greater x).
inline bool is_left(const Grid& grid, int i, int j, int k) {
  const Vec3 middle =
      point_from_index(grid, {0.5 * (grid.size[0] - 1), 0.5 * (grid.size[1] - 1), 0.5 * (grid.size[2] - 1)});
  return point_from_index(grid, {double(i), double(j), double(k)}).x > middle.x;
}

inline exam::Map sample_map(const exam::Volume& pre, const std::string& name, const std::string& unit) {
  exam::Map map;
  map.name = name;
  map.title = "Map " + name;
  map.unit = unit;
  map.image = pre.image;
  map.slices = pre.slices;
  map.series_uid = pre.series_uid;
  map.frame_of_reference_uid = pre.frame_of_reference_uid;
  for (std::size_t v = 0; v < map.image.voxels.size(); ++v)
    map.image.voxels[v] = v % 5 == 0 ? kMissing : 0.1f * static_cast<float>(v) - 3.7f;
  return map;
}

inline exam::Volume sample_pre(const MrSample& sample) {
  exam::Volume pre;
  pre.image = Image<float>(sample.grid);
  pre.series_uid = series_uid(sample);
  pre.frame_of_reference_uid = frame_of_reference_uid(sample);
  for (int k = 0; k < sample.grid.size[2]; ++k)
    pre.slices.push_back({"1.2.840.10008.5.1.4.1.1.4", instance_uid(sample, k), 0});
  return pre;
}

inline void put_masks(exam::Analysis& analysis, const Grid& grid) {
  analysis.breast = Mask(grid);
  analysis.fgt = Mask(grid);
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const std::uint8_t label = is_left(grid, i, j, k) ? 2 : 1;
        if ((i + j + k) % 3 != 0) analysis.breast.at(i, j, k) = label;
        if ((i + 2 * j + k) % 7 == 0) analysis.fgt.at(i, j, k) = label;
      }
}

inline exam::Candidate sample_candidate(const Grid& grid, int rank, exam::Side side, Index3 voxel) {
  exam::Candidate candidate;
  candidate.rank = rank;
  candidate.score = 0.75;
  candidate.suspicious = rank == 1;
  candidate.side = side;
  candidate.voxels = {voxel};
  candidate.center_mm = point_from_index(grid, {double(voxel[0]), double(voxel[1]), double(voxel[2])});
  candidate.volume_ml = 0.25;
  candidate.longest_diameter_mm = 9.5;
  candidate.peak_enhancement_percent = 180;
  candidate.mean_ser = 1.2;
  candidate.curve_type = "washout";
  candidate.adc_median_um2_per_s = std::nan("");
  return candidate;
}

// An exam with masks, maps, measurements and two candidates on the grid of `sample`.
inline exam::Analysis sample_analysis(const MrSample& sample) {
  exam::Analysis analysis;
  analysis.study.patient_id = sample.patient_id;
  analysis.study.patient_name = sample.patient_name;
  analysis.study.patient_sex = "F";
  analysis.study.study_uid = study_uid(sample);
  analysis.study.study_date = analysis.study.newest_source_date = sample.study_date;
  analysis.study.study_time = "101500";
  analysis.dynamic.phases = {sample_pre(sample)};
  analysis.masks_source = "automatic, classical";
  put_masks(analysis, sample.grid);
  const exam::Volume& pre = analysis.dynamic.phases.front();
  analysis.maps = {sample_map(pre, "pe_1", "%"), sample_map(pre, "ser", "1"),
                   sample_map(pre, "adc", "um2/s")};
  using exam::Side;
  analysis.measurements = {{Side::right, "breast_volume", 411.5, "ml", "masks/breast"},
                           {Side::left, "breast_volume", 522.25, "ml", "masks/breast"},
                           {Side::right, "fgt_volume", 51.5, "ml", "masks/fgt"},
                           {Side::left, "fgt_volume", 62.25, "ml", "masks/fgt"},
                           {Side::left, "percent_density", 11.9, "%", "masks"},
                           {Side::left, "adc_fgt_median", std::nan(""), "um2/s", "maps/adc"},
                           {Side::both, "motion_before", 2.5, "mm", "dynamic"}};
  const Index3 size = sample.grid.size;
  const bool left_first = is_left(sample.grid, 0, 0, 0);
  analysis.candidates = {sample_candidate(sample.grid, 1, left_first ? Side::left : Side::right, {0, 0, 0}),
                         sample_candidate(sample.grid, 2, left_first ? Side::right : Side::left,
                                          {size[0] - 1, size[1] - 1, size[2] - 1})};
  return analysis;
}

struct NamedGrid {
  const char* name;
  Grid grid;
};

// Orientations that a writer could get wrong.
inline std::vector<NamedGrid> test_grids() {
  const Grid axial = oblique_grid({7, 5, 4}, {1.5, 1.5, 2}, {-5, -20, 30}, {0, 0, 0});
  Grid descending = axial;
  descending.direction.column[2] = {0, 0, -1};
  Grid sagittal = oblique_grid({5, 6, 8}, {1.25, 1.25, 3}, {-12, -20, 30}, {0, 0, 0});
  sagittal.direction = {{Vec3{0, 1, 0}, Vec3{0, 0, -1}, Vec3{-1, 0, 0}}};
  sagittal.origin_mm = {12, -20, 30};
  return {{"axial", axial},
          {"anisotropic", oblique_grid({10, 4, 3}, {0.7, 1.9, 4.4}, {-3.3, 17.125, -250.5}, {0, 0, 0})},
          {"oblique", oblique_grid({8, 7, 5}, {0.9, 1.1, 2.3}, {-101.123456, 57.654321, 12.3456789},
                                   {0.31, -0.22, 0.17})},
          {"descending", descending},
          {"sagittal", sagittal}};
}

}  // namespace lobule::test
