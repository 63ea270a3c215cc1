#include "pipeline/phantom_protocol.h"

#include <algorithm>
#include <cmath>

namespace lobule::pipeline {
namespace {

constexpr const char* kOriginal = "ORIGINAL\\PRIMARY\\M\\NORM\\DIS2D";
constexpr const char* kDynamicName = "t1_fl3d_tra_dyna_spair_1+5";

void add_slices(PlannedSeries& series, const Image<float>& volume, double time_s, int acquisition_number,
                const std::string& sequence_name, double b_value = -1) {
  for (int k = 0; k < volume.grid.size[2]; ++k)
    series.images.push_back(
        {&volume, k, static_cast<double>(k), time_s, acquisition_number, sequence_name, b_value});
  series.slice_thickness_mm = volume.grid.spacing_mm.z;
}

// A window from 0 to the 99.5th percentile of what is not background.
void set_window(PlannedSeries& series) {
  std::vector<float> values;
  for (const PlannedImage& image : series.images) {
    const Grid& grid = image.volume->grid;
    const std::size_t count = static_cast<std::size_t>(grid.size[0]) * grid.size[1];
    for (std::size_t i = 0; i < count; i += 7)
      values.push_back(image.volume->voxels[grid.offset(0, 0, image.slice) + i]);
  }
  const auto top = values.begin() + static_cast<std::ptrdiff_t>(0.995 * static_cast<double>(values.size()));
  std::nth_element(values.begin(), top, values.end());
  series.window_width = std::max(2.0, std::round(static_cast<double>(*top)));
  series.window_center = std::round(series.window_width / 2);
}

// What a scanner stores: whole numbers of 12 bits.
float stored(float value) {
  return std::clamp(std::round(value), 0.0f, 4095.0f);
}

}  // namespace

PhantomProtocol::PhantomProtocol(const phantom::Exam& exam) : exam_(exam) {
  if (!exam.options.only_dynamic) {
    add_localizer();
    add_spin_echoes();
    add_diffusion();
  }
  add_dynamic();
  for (PlannedSeries& series : series_) set_window(series);
}

PlannedSeries& PhantomProtocol::add(const std::string& description, const std::string& role,
                                    const std::string& image_type, const SequenceHeader& sequence) {
  PlannedSeries series;
  series.number = static_cast<int>(series_.size()) + 1;
  series.description = series.protocol = description;
  series.role = role;
  series.image_type = image_type;
  series.sequence = sequence;
  series_.push_back(std::move(series));
  return series_.back();
}

void PhantomProtocol::add_localizer() {
  PlannedSeries& series =
      add("localizer", "localizer", kOriginal, {"GR", "SP", "", "2D", 7.6, 3.5, 0, 20, 1});
  for (const Image<float>& stack : exam_.localizer) add_slices(series, stack, kStudyTime_s + 60, 1, "*fl2d1");
  series.slice_thickness_mm = 6;
}

void PhantomProtocol::add_spin_echoes() {
  PlannedSeries& t2 =
      add("t2_tse_tra", "t2", kOriginal, {"SE", "SK\\SP\\OSP", "PFP", "2D", 5800, 101, 0, 150, 19});
  add_slices(t2, exam_.t2, kStudyTime_s + 240, 1, "*tse2d1_19");
  PlannedSeries& t1 =
      add("t1_tse_tra", "t1", kOriginal, {"SE", "SK\\SP\\OSP", "PFP", "2D", 780, 10, 0, 150, 3});
  add_slices(t1, exam_.t1, kStudyTime_s + 480, 1, "*tse2d1_3");
  PlannedSeries& stir = add("t2_tirm_tra", "t2_fatsat", kOriginal,
                            {"SE\\IR", "SK\\SP\\OSP", "IR\\PFP", "2D", 4170, 74, 170, 150, 15});
  add_slices(stir, exam_.stir, kStudyTime_s + 700, 1, "*tir2d1_15");
}

void PhantomProtocol::add_diffusion() {
  const SequenceHeader epi{"EP", "SK\\SP", "SAT2\\SFS", "2D", 7000, 70, 0, 90, 37};
  const double time_s = kStudyTime_s + 960;
  PlannedSeries& dwi =
      add("ep2d_diff_tra_spair_TRACEW", "dwi", "DERIVED\\PRIMARY\\DIFFUSION\\TRACEW\\NORM\\DIS2D", epi);
  for (const phantom::DiffusionImage& d : exam_.diffusion) {
    const int b = static_cast<int>(std::lround(d.b_s_per_mm2));
    add_slices(dwi, d.image, time_s, 1, "*ep_b" + std::to_string(b) + "t", d.b_s_per_mm2);
    dwi.b_values.push_back(d.b_s_per_mm2);
  }
  dwi.protocol = "ep2d_diff_tra_spair";
  PlannedSeries& adc =
      add("ep2d_diff_tra_spair_ADC", "adc", "DERIVED\\PRIMARY\\DIFFUSION\\ADC\\NORM\\DIS2D", epi);
  add_slices(adc, exam_.adc, time_s, 1, "*ep_b50_800");
  adc.protocol = "ep2d_diff_tra_spair";
}

void PhantomProtocol::add_dynamic() {
  const phantom::GradientEcho& s = exam_.options.sequence;
  const SequenceHeader header{"GR", "SP\\OSP", "PFP\\SFS", "3D", s.tr_ms, s.te_ms, 0, s.flip_degrees, 1};
  for (const phantom::DynamicPhase& phase : exam_.phases) {
    PlannedSeries& series =
        add(kDynamicName, phase.phase_index == 0 ? "dce_pre" : "dce_post", kOriginal, header);
    add_slices(series, phase.image, kDynamicTime_s + phase.start_s, phase.phase_index + 1, "*fl3d1");
    series.phase_index = phase.phase_index;
    series.contrast = phase.phase_index > 0;
    const PlannedSeries post = series;
    if (phase.phase_index == 0) continue;
    const int last = exam_.phases.back().phase_index;
    if (phase.phase_index == 1 || phase.phase_index == last) add_subtraction(phase.phase_index, post);
    if (phase.phase_index == 1) add_projections(post);
  }
}

// clamp(post − pre + 100), as Siemens stores it.
void PhantomProtocol::add_subtraction(int phase, const PlannedSeries& post) {
  const Image<float>&pre = exam_.phases[0].image, &now = exam_.phases[phase].image;
  Image<float> difference(pre.grid);
  for (std::size_t i = 0; i < difference.voxels.size(); ++i)
    difference.voxels[i] = stored(stored(now.voxels[i]) - stored(pre.voxels[i]) + 100);
  derived_.push_back(std::move(difference));
  PlannedSeries& series =
      add(post.description + "_SUB", "derived", "DERIVED\\PRIMARY\\M\\NORM\\DIS2D\\SUB", post.sequence);
  add_slices(series, derived_.back(), post.images[0].time_s, phase + 1, "*fl3d1");
  series.contrast = true;
}

// Maximum over the slices of the first subtraction, one image.
void PhantomProtocol::add_projections(const PlannedSeries& post) {
  const Image<float>& difference = derived_.back();
  Grid grid = difference.grid;
  grid.size[2] = 1;
  Image<float> mip(grid);
  const std::size_t count = mip.voxels.size();
  for (std::size_t i = 0; i < difference.voxels.size(); ++i)
    mip.voxels[i % count] = std::max(mip.voxels[i % count], difference.voxels[i]);
  derived_.push_back(std::move(mip));
  PlannedSeries& series = add(post.description + "_SUB_MIP_TRA", "derived",
                              "DERIVED\\PRIMARY\\MIP_TRA\\NORM\\DIS2D\\SUB", post.sequence);
  const double middle = (difference.grid.size[2] - 1) / 2.0;
  series.images.push_back({&derived_.back(), 0, middle, post.images[0].time_s, 2, "*fl3d1", -1});
  series.slice_thickness_mm = difference.grid.size[2] * grid.spacing_mm.z;
  series.contrast = true;
}

}  // namespace lobule::pipeline
