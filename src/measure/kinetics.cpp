#include "measure/kinetics.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"

namespace lobule::measure {
namespace {

void check_grids(const char* where, const std::vector<const Grid*>& grids) {
  for (const Grid* grid : grids)
    if (!same_grid(*grid, *grids[0]))
      throw Error(where, "images lie on different grids: " + describe(*grids[0]) + " and " + describe(*grid));
}

// A new image with value(offset) at each voxel.
template <class T, class Value>
Image<T> map_voxels(const Grid& grid, const Value& value) {
  Image<T> result(grid);
  parallel_for_ranges(result.voxels.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) result.voxels[i] = value(i);
  });
  return result;
}

bool is_signal(float pre, double noise_floor) {
  return pre > noise_floor && pre > 0;  // false for NaN
}

// BI-RADS 2013 (MRI lexicon, kinetic curve assessment, delayed phase): 10 % of the early signal.
constexpr double kPlateauPercent = 10;

}  // namespace

Image<float> percent_enhancement(const Image<float>& pre, const Image<float>& post, double noise_floor) {
  check_grids("percent enhancement", {&pre.grid, &post.grid});
  return map_voxels<float>(pre.grid, [&](std::size_t i) {
    const float a = pre.voxels[i];
    return is_signal(a, noise_floor) ? 100 * (post.voxels[i] - a) / a : kMissing;
  });
}

Image<float> subtraction(const Image<float>& pre, const Image<float>& post) {
  check_grids("subtraction", {&pre.grid, &post.grid});
  return map_voxels<float>(pre.grid, [&](std::size_t i) { return post.voxels[i] - pre.voxels[i]; });
}

Image<float> signal_enhancement_ratio(const Image<float>& pre, const Image<float>& early,
                                      const Image<float>& late, double noise_floor, double smallest_change) {
  check_grids("signal enhancement ratio", {&pre.grid, &early.grid, &late.grid});
  return map_voxels<float>(pre.grid, [&](std::size_t i) {
    const float a = pre.voxels[i], change = late.voxels[i] - a;
    if (!is_signal(a, noise_floor) || !(std::abs(change) > smallest_change)) return kMissing;
    return (early.voxels[i] - a) / change;
  });
}

std::string to_text(CurveType type) {
  switch (type) {
    case CurveType::persistent: return "persistent";
    case CurveType::plateau: return "plateau";
    case CurveType::washout: return "washout";
    case CurveType::none: break;
  }
  return "none";
}

CurveType curve_type(double early, double late) {
  if (!(early > 0) || std::isnan(late)) return CurveType::none;
  const double change_percent = 100 * (late - early) / early;
  if (change_percent > kPlateauPercent) return CurveType::persistent;
  return change_percent < -kPlateauPercent ? CurveType::washout : CurveType::plateau;
}

CurveType curve_type(std::span<const double> signal, int early_index) {
  if (early_index < 0 || early_index >= static_cast<int>(signal.size())) return CurveType::none;
  for (int late = static_cast<int>(signal.size()) - 1; late > early_index; --late)
    if (!std::isnan(signal[late])) return curve_type(signal[early_index], signal[late]);
  return CurveType::none;
}

Mask curve_type_map(const Image<float>& pre, const Image<float>& early, const Image<float>& late,
                    double noise_floor, double smallest_percent) {
  check_grids("curve types", {&pre.grid, &early.grid, &late.grid});
  return map_voxels<std::uint8_t>(pre.grid, [&](std::size_t i) -> std::uint8_t {
    const float a = pre.voxels[i], b = early.voxels[i];
    if (!is_signal(a, noise_floor) || !(100 * (b - a) >= smallest_percent * a)) return 0;
    return static_cast<std::uint8_t>(curve_type(b, late.voxels[i]));
  });
}

Image<float> maximum_slope(const std::vector<const Image<float>*>& phases, std::span<const double> time_s,
                           double noise_floor) {
  if (phases.size() < 2) throw Error("maximum slope", "fewer than two phases", "a slope needs two points");
  std::vector<const Grid*> grids;
  for (const Image<float>* phase : phases) grids.push_back(&phase->grid);
  check_grids("maximum slope", grids);
  if (!time_s.empty() && time_s.size() != phases.size())
    throw Error("maximum slope",
                std::to_string(phases.size()) + " phases but " + std::to_string(time_s.size()) + " times");
  for (std::size_t p = 1; p < time_s.size(); ++p)
    if (!(time_s[p] > time_s[p - 1])) throw Error("maximum slope", "times do not increase");
  const auto time = [&](std::size_t p) { return time_s.empty() ? static_cast<double>(p) : time_s[p]; };
  return map_voxels<float>(phases[0]->grid, [&](std::size_t i) {
    const float pre = phases[0]->voxels[i];
    if (!is_signal(pre, noise_floor)) return kMissing;
    float steepest = kMissing;
    std::size_t last = 0;
    for (std::size_t p = 1; p < phases.size(); ++p) {
      const float here = phases[p]->voxels[i];
      if (std::isnan(here)) continue;
      const double slope = 100 * (here - phases[last]->voxels[i]) / pre / (time(p) - time(last));
      if (!(slope <= steepest)) steepest = static_cast<float>(slope);
      last = p;
    }
    return steepest;
  });
}

std::vector<double> mean_curve(const std::vector<const Image<float>*>& phases, const Mask& region,
                               int label) {
  std::vector<std::size_t> inside;
  for (std::size_t i = 0; i < region.voxels.size(); ++i)
    if (region.voxels[i] != 0 && (label == 0 || region.voxels[i] == label)) inside.push_back(i);
  std::vector<double> curve(phases.size(), std::nan(""));
  std::vector<std::pair<std::size_t, std::size_t>> coverage;  // measured voxels, phase
  for (std::size_t p = 0; p < phases.size(); ++p) {
    check_grids("mean curve", {&region.grid, &phases[p]->grid});
    coverage.emplace_back(std::count_if(inside.begin(), inside.end(),
                                        [&](std::size_t i) { return !std::isnan(phases[p]->voxels[i]); }),
                          p);
  }
  std::sort(coverage.rbegin(), coverage.rend());
  // From the best covered phase on: a phase that shares no voxel with those before it is left out.
  for (const auto& [count, p] : coverage) {
    std::vector<std::size_t> common;
    for (const std::size_t i : inside)
      if (!std::isnan(phases[p]->voxels[i])) common.push_back(i);
    if (common.empty()) break;
    inside = std::move(common);
    curve[p] = 0;
  }
  for (std::size_t p = 0; p < phases.size(); ++p) {
    if (std::isnan(curve[p])) continue;
    for (const std::size_t i : inside) curve[p] += phases[p]->voxels[i];
    curve[p] /= static_cast<double>(inside.size());
  }
  return curve;
}

Image<float> maximum_projection(const Image<float>& image, int patient_axis) {
  const Grid& grid = image.grid;
  int axis = 0;
  for (int a = 1; a < 3; ++a)
    if (std::abs(grid.direction(patient_axis, a)) > std::abs(grid.direction(patient_axis, axis))) axis = a;
  Grid flat = grid;
  flat.size[axis] = 1;
  flat.spacing_mm[axis] = grid.spacing_mm[axis] * grid.size[axis];
  Vec3 middle;
  middle[axis] = (grid.size[axis] - 1) / 2.0;
  flat.origin_mm = point_from_index(grid, middle);
  Image<float> result(flat, kMissing);
  std::size_t stride = 1;
  for (int a = 0; a < axis; ++a) stride *= grid.size[a];
  const std::size_t count = grid.size[axis];
  parallel_for_ranges(result.voxels.size(), 1 << 12, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      const std::size_t first = r / stride * stride * count + r % stride;
      float& top = result.voxels[r];
      for (std::size_t s = 0; s < count; ++s) {
        const float v = image.voxels[first + s * stride];
        if (!std::isnan(v) && !(v <= top)) top = v;
      }
    }
  });
  return result;
}

BackgroundEnhancement background_enhancement(const Image<float>& early_percent, const Mask& fgt, int label,
                                             double threshold_percent) {
  check_grids("background enhancement", {&early_percent.grid, &fgt.grid});
  std::vector<float> values;
  double sum = 0;
  std::size_t above = 0;
  for (std::size_t i = 0; i < fgt.voxels.size(); ++i) {
    const int here = fgt.voxels[i];
    const float v = early_percent.voxels[i];
    if (here == 0 || (label != 0 && here != label) || std::isnan(v)) continue;
    values.push_back(v);
    sum += v;
    above += v > threshold_percent;
  }
  BackgroundEnhancement result;
  result.voxels = values.size();
  if (values.empty()) {
    result.mean_percent = result.median_percent = result.fraction_percent = std::nan("");
    return result;
  }
  const auto n = static_cast<double>(values.size());
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  result.mean_percent = sum / n;
  result.median_percent = *middle;
  result.fraction_percent = 100 * static_cast<double>(above) / n;
  constexpr const char* kWords[] = {"minimal", "mild", "moderate", "marked"};
  result.word = kWords[std::min(3, static_cast<int>(result.fraction_percent / 25))];
  return result;
}

}  // namespace lobule::measure
