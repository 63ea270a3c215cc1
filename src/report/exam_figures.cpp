#include "report/exam_figures.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "measure/kinetics.h"

namespace lobule::report {
namespace {

using exam::Analysis;

constexpr double kMargin_mm = 10;  // around the breasts
constexpr double kBehind_mm = 30;  // so that the chest wall is seen
constexpr double kProjectionPixel_mm = 0.6;
constexpr double kSlicePixel_mm = 0.8;
constexpr double kCandidatePixel_mm = 0.4;
constexpr double kCandidateField_mm = 48;

// What the pictures show: the breasts with some surroundings, or all where no breast was found.
Bounds field_of_view(const Analysis& analysis, int label, const Grid& grid) {
  const Bounds all = bounds_of(grid);
  const auto found = bounds_of(analysis.breast, label);
  if (!found) return all;
  Bounds field = grown(*found, kMargin_mm);
  field.high_mm.y += kBehind_mm - kMargin_mm;
  for (int a = 0; a < 3; ++a) {
    field.low_mm[a] = std::max(field.low_mm[a], all.low_mm[a]);
    field.high_mm[a] = std::min(field.high_mm[a], all.high_mm[a]);
  }
  return field;
}

// Signal window inside the breasts, where they are known on this grid.
Window window_in_breasts(const Analysis& analysis, const Image<float>& image, double low, double high) {
  const bool fits = !analysis.breast.empty() && analysis.breast.grid.size == image.grid.size;
  return robust_window(image, fits ? &analysis.breast : nullptr, low, high);
}

std::optional<Shot> projection(const Analysis& analysis, Plane plane, int patient_axis, int label,
                               double mm_per_pixel) {
  const exam::Map* map = early_map(analysis, "sub");
  if (map == nullptr || map->image.empty()) return std::nullopt;
  const Bounds field = field_of_view(analysis, label, map->image.grid);
  const Image<float> part = crop(map->image, field);
  if (part.empty()) return std::nullopt;
  const Image<float> brightest = measure::maximum_projection(part, patient_axis);
  // The projection lies in the middle of the part, and so must the view.
  const Bounds seen = bounds_of(part.grid);
  // The largest of many voxels of noise is bright: black begins at the background's level.
  Window window = subtraction_window(analysis);
  window.low = std::clamp(robust_window(brightest, nullptr, 20, 100).low, 0.0, 0.3 * window.high);
  const Canvas canvas(brightest, view_grid(plane, seen, mm_per_pixel), window);
  return Shot{canvas.picture(), edge_marks(plane), map->title};
}

// The z of voxel centres nearest to `count` places spread over the breasts, from head to feet.
std::vector<double> slice_positions(const Analysis& analysis, const Grid& grid, int count) {
  const auto found = bounds_of(analysis.breast, 0);
  const Bounds box = found ? *found : bounds_of(grid);
  std::vector<double> positions;
  for (int n = 0; n < count; ++n) {
    // Not the outermost parts, where little is seen.
    const double fraction = count == 1 ? 0.5 : 0.88 - 0.76 * n / (count - 1);
    Vec3 point = box.center();
    point.z = box.low_mm.z + fraction * (box.high_mm.z - box.low_mm.z);
    Vec3 index = index_from_point(grid, point);
    for (int a = 0; a < 3; ++a) index[a] = std::round(index[a]);
    positions.push_back(point_from_index(grid, index).z);
  }
  return positions;
}

Bounds at_height(Bounds field, double z_mm) {
  field.low_mm.z = field.high_mm.z = z_mm;
  return field;
}

std::string height_text(double z_mm) {
  return std::string(z_mm >= 0 ? "H " : "F ") + format_fixed(std::abs(z_mm), 1) + " mm";
}

// Bright tissue stays below white, so that contours show on it.
Window tissue_window(const Analysis& analysis, const Image<float>& image) {
  return {0, 1.35 * window_in_breasts(analysis, image, 1, 99.5).high};
}

void outline_breasts(Canvas& canvas, const Analysis& analysis) {
  if (analysis.breast.empty()) return;
  canvas.outline(analysis.breast, 1, kRightOnBlack);
  canvas.outline(analysis.breast, 2, kLeftOnBlack);
}

template <class Paint>
std::vector<Shot> axial_slices(const Analysis& analysis, const Image<float>& image, Window window, int count,
                               const Paint& paint) {
  std::vector<Shot> shots;
  const Bounds field = field_of_view(analysis, 0, image.grid);
  for (const double z : slice_positions(analysis, image.grid, count)) {
    Canvas canvas(image, view_grid(Plane::axial, at_height(field, z), kSlicePixel_mm), window);
    paint(canvas);
    shots.push_back({canvas.picture(), edge_marks(Plane::axial), height_text(z)});
  }
  return shots;
}

}  // namespace

const exam::Map* early_map(const Analysis& analysis, const std::string& prefix) {
  const exam::Map* map = analysis.map(prefix + "_" + std::to_string(analysis.dynamic.early_phase_index));
  return map != nullptr ? map : analysis.map(prefix + "_1");
}

const Image<float>* early_phase(const Analysis& analysis) {
  for (const exam::Dynamic* dynamic : {&analysis.corrected, &analysis.dynamic}) {
    const int early = dynamic->early_phase_index;
    if (early < 0 || static_cast<std::size_t>(early) >= dynamic->phases.size()) continue;
    const Image<float>& image = dynamic->phases[static_cast<std::size_t>(early)].image;
    if (!image.empty()) return &image;
  }
  return nullptr;
}

std::optional<Shot> axial_projection(const Analysis& analysis) {
  return projection(analysis, Plane::axial, 2, 0, kProjectionPixel_mm);
}

std::optional<Shot> sagittal_projection(const Analysis& analysis, exam::Side side) {
  const int label = static_cast<int>(side);
  if (!bounds_of(analysis.breast, label)) return std::nullopt;
  return projection(analysis, Plane::sagittal, 0, label, kProjectionPixel_mm);
}

std::vector<Shot> contour_slices(const Analysis& analysis, int count) {
  const Image<float>* image = early_phase(analysis);
  if (image == nullptr) return {};
  const Window window = tissue_window(analysis, *image);
  return axial_slices(analysis, *image, window, count, [&](Canvas& canvas) {
    for (const int label : {1, 2})
      if (!analysis.fgt.empty()) canvas.outline(analysis.fgt, label, kTissueOnBlack, 1.4);
    outline_breasts(canvas, analysis);
  });
}

std::vector<Shot> enhancement_slices(const Analysis& analysis, int count) {
  const Image<float>* image = early_phase(analysis);
  const exam::Map* map = early_map(analysis, "pe");
  if (image == nullptr || map == nullptr || map->image.empty()) return {};
  const Window window = tissue_window(analysis, *image);
  const Mask* inside = analysis.breast.empty() ? nullptr : &analysis.breast;
  const exam::Map* subtraction = early_map(analysis, "sub");
  const Image<float>* evidence = subtraction != nullptr ? &subtraction->image : nullptr;
  const double usual = subtraction_window(analysis).high;
  return axial_slices(analysis, *image, window, count, [&](Canvas& canvas) {
    canvas.overlay(map->image, inside, kEnhancementWindow, evidence, {0.08 * usual, 0.3 * usual});
  });
}

std::vector<Shot> adc_slices(const Analysis& analysis, int count) {
  const exam::Map* map = analysis.map("adc");
  if (map == nullptr || map->image.empty()) return {};
  return axial_slices(analysis, map->image, kAdcWindow, count,
                      [&](Canvas& canvas) { outline_breasts(canvas, analysis); });
}

Window subtraction_window(const Analysis& analysis) {
  const exam::Map* map = early_map(analysis, "sub");
  if (map == nullptr || map->image.empty()) return {0, 1};
  return {0, std::max(window_in_breasts(analysis, map->image, 50, 99.9).high, 1.0)};
}

std::optional<Shot> candidate_shot(const Analysis& analysis, const exam::Candidate& candidate, Plane plane,
                                   Window window) {
  const exam::Map* map = early_map(analysis, "sub");
  if (map == nullptr || map->image.empty()) return std::nullopt;
  const Bounds field = grown({candidate.center_mm, candidate.center_mm}, kCandidateField_mm / 2);
  Canvas canvas(map->image, view_grid(plane, field, kCandidatePixel_mm), window);
  // A region larger than the field has its corners at the field's edge.
  const double half_mm = std::min(0.5 * candidate.longest_diameter_mm + 3, 0.44 * kCandidateField_mm);
  canvas.corners(candidate.center_mm, half_mm, kCandidateOnBlack);
  return Shot{canvas.picture(), edge_marks(plane), ""};
}

std::optional<io::Picture> exam_thumbnail(const Analysis& analysis, int width_px) {
  const exam::Map* map = early_map(analysis, "sub");
  if (map == nullptr || map->image.empty()) return std::nullopt;
  const Bounds field = field_of_view(analysis, 0, map->image.grid);
  const double mm_per_pixel = (field.high_mm.x - field.low_mm.x) / width_px;
  auto shot = projection(analysis, Plane::axial, 2, 0, mm_per_pixel);
  if (!shot) return std::nullopt;
  // Grey only: a third of the bytes.
  io::Picture grey{shot->picture.width, shot->picture.height, 1, {}};
  for (std::size_t p = 0; p < shot->picture.pixels.size(); p += 3)
    grey.pixels.push_back(shot->picture.pixels[p]);
  return grey;
}

}  // namespace lobule::report
