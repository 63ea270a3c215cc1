#include "pipeline/phantom_protocol.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace lobule::pipeline {
namespace {

using phantom::SeriesImage;

Item item_of(const SeriesImage& image) {
  static const std::pair<const char*, Item> kNames[] = {
      {"stir", Item::stir},           {"t2_fatsat", Item::t2_fatsat}, {"dixon_water", Item::dixon_water},
      {"dixon_fat", Item::dixon_fat}, {"dixon_in", Item::dixon_in},   {"ultrafast", Item::ultrafast}};
  static const std::pair<const char*, Item> kRoles[] = {{"localizer", Item::localizer},
                                                        {"t1", Item::t1},
                                                        {"t2", Item::t2},
                                                        {"t2_fatsat", Item::t2_fatsat},
                                                        {"t1_fatsat", Item::t1_fatsat},
                                                        {"dwi", Item::diffusion},
                                                        {"adc", Item::adc},
                                                        {"ultrafast", Item::ultrafast},
                                                        {"post_highres", Item::highres}};
  for (const auto& [name, item] : kNames)
    if (image.name.starts_with(name)) return item;
  for (const auto& [role, item] : kRoles)
    if (image.role == role) return item;
  return Item::dynamic;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

// The 99.5th percentile of a series' signal.
double top_signal(const PlannedSeries& series) {
  std::vector<float> values;
  for (const PlannedImage& image : series.images) {
    const Grid& grid = image.volume->grid;
    const std::size_t count = static_cast<std::size_t>(grid.size[0]) * grid.size[1];
    for (std::size_t i = 0; i < count; i += 7)
      values.push_back(image.volume->voxels[grid.offset(0, 0, image.slice) + i]);
  }
  const auto top = values.begin() + static_cast<std::ptrdiff_t>(0.995 * static_cast<double>(values.size()));
  std::nth_element(values.begin(), top, values.end());
  return *top;
}

}  // namespace

PhantomProtocol::PhantomProtocol(const phantom::Exam& exam, const MrHabits& habits, const Phrases& phrases)
    : exam_(exam), habits_(habits), phrases_(phrases) {
  Images dynamic, diffusion, localizer;
  const Images all = exam.series();
  for (const SeriesImage& image : all) {
    if (image.role == "dce_pre" || image.role == "dce_post") dynamic.push_back(image);
    if (image.role == "dwi") diffusion.push_back(image);
    if (image.role == "localizer") localizer.push_back(image);
  }
  bool dynamic_done = false, diffusion_done = false, localizer_done = false;
  for (const SeriesImage& image : all) {
    if (image.role == "localizer") {
      if (localizer_done) continue;
      PlannedSeries& series = add(Item::localizer, "localizer", image, words(Item::localizer));
      for (const SeriesImage& stack : localizer) add_volume(series, stack, *stack.image);
      series.slice_thickness_mm = 6;
      localizer_done = true;
    } else if (image.role == "dwi") {
      if (!diffusion_done) add_diffusion(diffusion);
      diffusion_done = true;
    } else if (image.role == "dce_pre" || image.role == "dce_post") {
      if (!dynamic_done) add_dynamic(dynamic);
      dynamic_done = true;
    } else {
      add_single(image);
    }
  }
  for (PlannedSeries& series : series_) finish(series);
}

PlannedSeries& PhantomProtocol::add(Item item, const std::string& role, const SeriesImage& image,
                                    const std::string& description) {
  PlannedSeries series;
  series.item = item;
  series.number = (static_cast<int>(series_.size()) + 1) * habits_.series_step + (habits_.series_step > 1);
  series.description = series.protocol = description;
  series.role = role;
  series.habit = &item_habit(habits_, item);
  series.physics = image.sequence;
  series.contrast = image.contrast;
  series_.push_back(std::move(series));
  return series_.back();
}

void PhantomProtocol::add_volume(PlannedSeries& series, const SeriesImage& image,
                                 const Image<float>& volume) {
  const int number = series.images.empty() ? 0 : series.images.back().volume_number + 1;
  const bool phase = image.phase_index >= 0;
  const std::string b = image.b_s_per_mm2 >= 0 ? format_number(image.b_s_per_mm2) : "";
  PlannedImage planned;
  planned.volume = &volume;
  planned.time_s = kDynamicTime_s + image.start_s;
  planned.acquisition_number = phase && habits_.acquisition_number_a_phase ? image.phase_index + 1 : 1;
  planned.sequence_name = replaced(series.habit->sequence_name, "{b}", b);
  planned.b_value = image.b_s_per_mm2;
  planned.volume_number = number;
  const int slices = volume.grid.size[2];
  for (int n = 0; n < slices; ++n) {
    planned.slice = habits_.head_first_slices ? slices - 1 - n : n;
    planned.slice_position = planned.slice;
    series.images.push_back(planned);
  }
  series.slice_thickness_mm = volume.grid.spacing_mm.z;
}

void PhantomProtocol::add_single(const SeriesImage& image) {
  const Item item = item_of(image);
  const std::string role = image.role == "ultrafast" ? "other" : image.role;
  PlannedSeries& series = add(item, role, image, words(item));
  add_volume(series, image, *image.image);
  if (item != Item::adc) return;
  std::vector<std::string> b_values;
  for (const phantom::DiffusionImage& d : exam_.diffusion) b_values.push_back(format_number(d.b_s_per_mm2));
  const std::string name = b_values.size() < 2 ? "" : b_values.front() + "_" + b_values.back();
  for (PlannedImage& planned : series.images)
    planned.sequence_name = replaced(series.habit->sequence_name, "{b}", name);
  if (habits_.rescaled) series.unit = 1e-3;  // Philips tells it in 10⁻³ mm²/s
}

void PhantomProtocol::add_diffusion(const Images& images) {
  PlannedSeries& series = add(Item::diffusion, "dwi", images[0], words(Item::diffusion));
  for (const SeriesImage& image : images) {
    add_volume(series, image, *image.image);
    series.b_values.push_back(image.b_s_per_mm2);
  }
}

void PhantomProtocol::add_dynamic(const Images& phases) {
  const int count = static_cast<int>(phases.size());
  const auto start_series = [&](const SeriesImage& image, const std::string& name) -> PlannedSeries& {
    return add(Item::dynamic, image.phase_index == 0 ? "dce_pre" : "dce_post", image, name);
  };
  for (int n = 0; n < count; ++n) {
    const SeriesImage& image = phases[n];
    const bool fresh = n == 0 || habits_.phases == PhaseSeries::each_its_own ||
                       habits_.phases == PhaseSeries::each_number_added ||
                       (habits_.phases == PhaseSeries::posts_together && n == 1);
    if (fresh) start_series(image, phase_name(image.phase_index));
    PlannedSeries& series = series_.back();
    const std::size_t before = series.images.size();
    add_volume(series, image, *image.image);
    series.contrast = series.contrast || image.contrast;
    series.phases.push_back(image.phase_index);
    const double first_s = phases[0].start_s;
    for (std::size_t i = before; i < series.images.size(); ++i) {
      PlannedImage& planned = series.images[i];
      if (habits_.temporal_index) planned.temporal_position = planned.volume_number + 1;
      planned.trigger_time_ms = 1000 * (image.start_s - first_s);
      if (habits_.one_clock_time) planned.time_s = series.images[0].time_s;
    }
    const bool last = n + 1 == count;
    const bool each =
        habits_.phases == PhaseSeries::each_its_own || habits_.phases == PhaseSeries::each_number_added;
    if (each || last || (habits_.phases == PhaseSeries::posts_together && n == 0)) {
      series.temporal_positions = static_cast<int>(series.phases.size());
      if (series.phases.size() == 1) {
        series.phase_index = series.phases[0];
        series.phases.clear();
      } else {
        series.role = "dce";
      }
    }
    // What the unit calculates comes right after the phase it is made of, or after the whole series.
    if (each && (n == 1 || (n > 0 && (last || habits_.subtract_every_post)))) {
      const Image<float>& subtraction = add_subtraction(phases[0], image);
      if (n == 1 && habits_.project) add_projection(image, subtraction);
    }
  }
  if (count < 2) return;
  if (habits_.phases == PhaseSeries::all_in_one || habits_.phases == PhaseSeries::posts_together)
    add_maps_of(phases);
  if (habits_.map_enhancement) add_enhancement_map(phases);
}

std::string PhantomProtocol::phase_name(int phase) const {
  const std::string pre = phrases_.pre, post = replaced(phrases_.post, "{p}", std::to_string(phase));
  if (phase == 0) return pre;
  return habits_.phases == PhaseSeries::each_number_added ? "Ph" + std::to_string(phase) + "/" + post : post;
}

std::string PhantomProtocol::words(Item item, int phase) const {
  const std::size_t part = item == Item::dixon_in ? 0 : item == Item::dixon_water ? 1 : 2;
  if (item == Item::dixon_in || item == Item::dixon_water || item == Item::dixon_fat)
    return habits_.dixon_names[part];
  std::vector<std::string> b_values;
  for (const phantom::DiffusionImage& d : exam_.diffusion) b_values.push_back(format_number(d.b_s_per_mm2));
  std::string text = replaced(phrase(phrases_, item), "{b}", join(b_values, ","));
  text = replaced(text, "{post}", phase_name(std::max(1, phase)));
  text = replaced(text, "{p}", std::to_string(std::max(1, phase)));
  return text.substr(0, 64);  // LO holds no more (PS3.5 6.2)
}

void PhantomProtocol::finish(PlannedSeries& series) const {
  const double top = std::max(1.0, top_signal(series)) * series.unit;
  if (habits_.rescaled) {
    // The largest value of the scan fills the 12 bits.
    double largest = 1e-9;
    for (const PlannedImage& image : series.images)
      for (const float v : image.volume->voxels) largest = std::max(largest, double(v) * series.unit);
    series.rescale_slope = std::round(largest / 4095 * 1e8) / 1e8;
    if (series.rescale_slope <= 0) series.rescale_slope = 1e-8;
  }
  series.window_width = series.unit == 1 ? std::max(2.0, std::round(top)) : top;
  series.window_center = series.unit == 1 ? std::round(series.window_width / 2) : top / 2;
}

}  // namespace lobule::pipeline
