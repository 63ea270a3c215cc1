#include "report/figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/resample.h"
#include "core/text.h"

namespace lobule::report {
namespace {

// Where the columns and rows of a picture run, LPS.
struct PlaneAxes {
  Vec3 column, row;
};

PlaneAxes axes_of(Plane plane) {
  switch (plane) {
    case Plane::axial: return {{1, 0, 0}, {0, 1, 0}};
    case Plane::sagittal: return {{0, 1, 0}, {0, 0, -1}};
    case Plane::coronal: return {{1, 0, 0}, {0, 0, -1}};
  }
  return {};
}

double extent_along(const Bounds& bounds, Vec3 axis) {
  return std::abs(dot(bounds.high_mm - bounds.low_mm, axis));
}

// The box around voxels low … high (inclusive), from edge to edge.
Bounds box_of_indices(const Grid& grid, Index3 low, Index3 high) {
  Bounds box{{1e30, 1e30, 1e30}, {-1e30, -1e30, -1e30}};
  for (int corner = 0; corner < 8; ++corner) {
    Vec3 index;
    for (int a = 0; a < 3; ++a) index[a] = (corner >> a & 1) != 0 ? high[a] + 0.5 : low[a] - 0.5;
    const Vec3 point = point_from_index(grid, index);
    for (int a = 0; a < 3; ++a) {
      box.low_mm[a] = std::min(box.low_mm[a], point[a]);
      box.high_mm[a] = std::max(box.high_mm[a], point[a]);
    }
  }
  return box;
}

constexpr int kMostPixels = 1200;  // a side of a picture

double smallest_spacing(const Grid& grid) {
  return std::min({grid.spacing_mm.x, grid.spacing_mm.y, grid.spacing_mm.z});
}

// Ten equal steps of the scale, from the published table.
constexpr std::array<Colour, 10> kHeat{{{0, 0, 4},
                                        {27, 12, 65},
                                        {74, 12, 107},
                                        {120, 28, 109},
                                        {165, 44, 96},
                                        {207, 68, 70},
                                        {237, 105, 37},
                                        {251, 155, 6},
                                        {247, 209, 61},
                                        {252, 255, 164}}};

// Overlays leave out the scale's darkest part, which would look like shadow on grey.
constexpr double kOverlayStart = 0.3;

// Overlays are smoothed for the eye, which reads tissue and not single voxels from colour.
constexpr double kOverlayBlur_mm = 1.2;

Colour overlay_colour(double fraction) {
  return heat_colour(kOverlayStart + (1 - kOverlayStart) * fraction);
}

std::uint8_t mix(double a, double b, double fraction) {
  return static_cast<std::uint8_t>(std::lround(a + (b - a) * fraction));
}

}  // namespace

EdgeMarks edge_marks(Plane plane) {
  switch (plane) {
    case Plane::axial: return {"R", "L", "A", "P"};
    case Plane::sagittal: return {"A", "P", "H", "F"};
    case Plane::coronal: return {"R", "L", "H", "F"};
  }
  return {};
}

std::optional<Bounds> bounds_of(const Mask& mask, int label) {
  const Grid& grid = mask.grid;
  Index3 low = grid.size, high{-1, -1, -1};
  for (int k = 0; k < grid.size[2]; ++k) {
    for (int j = 0; j < grid.size[1]; ++j) {
      for (int i = 0; i < grid.size[0]; ++i) {
        const int value = mask.at(i, j, k);
        if (label == 0 ? value == 0 : value != label) continue;
        const Index3 index{i, j, k};
        for (int a = 0; a < 3; ++a) {
          low[a] = std::min(low[a], index[a]);
          high[a] = std::max(high[a], index[a]);
        }
      }
    }
  }
  if (high[0] < 0) return std::nullopt;
  return box_of_indices(grid, low, high);
}

Bounds bounds_of(const Grid& grid) {
  return box_of_indices(grid, {0, 0, 0}, {grid.size[0] - 1, grid.size[1] - 1, grid.size[2] - 1});
}

Bounds grown(Bounds bounds, double margin_mm) {
  const Vec3 margin{margin_mm, margin_mm, margin_mm};
  return {bounds.low_mm - margin, bounds.high_mm + margin};
}

Grid view_grid(Plane plane, const Bounds& bounds, double mm_per_pixel) {
  const PlaneAxes axes = axes_of(plane);
  const double longest_mm = std::max(extent_along(bounds, axes.column), extent_along(bounds, axes.row));
  mm_per_pixel = std::max(mm_per_pixel, longest_mm / kMostPixels);
  const auto pixels = [&](Vec3 axis) {
    return std::max(1, static_cast<int>(std::lround(extent_along(bounds, axis) / mm_per_pixel)));
  };
  Grid view;
  view.size = {pixels(axes.column), pixels(axes.row), 1};
  view.spacing_mm = {mm_per_pixel, mm_per_pixel, mm_per_pixel};
  view.direction.column = {axes.column, axes.row, cross(axes.column, axes.row)};
  view.origin_mm = bounds.center() - (0.5 * (view.size[0] - 1) * mm_per_pixel) * axes.column -
                   (0.5 * (view.size[1] - 1) * mm_per_pixel) * axes.row;
  return view;
}

Image<float> crop(const Image<float>& image, const Bounds& bounds) {
  const Grid& grid = image.grid;
  Vec3 low{1e30, 1e30, 1e30}, high{-1e30, -1e30, -1e30};
  for (int corner = 0; corner < 8; ++corner) {
    Vec3 point;
    for (int a = 0; a < 3; ++a) point[a] = (corner >> a & 1) != 0 ? bounds.high_mm[a] : bounds.low_mm[a];
    const Vec3 index = index_from_point(grid, point);
    for (int a = 0; a < 3; ++a) {
      low[a] = std::min(low[a], index[a]);
      high[a] = std::max(high[a], index[a]);
    }
  }
  Index3 first{}, size{};
  for (int a = 0; a < 3; ++a) {
    first[a] = static_cast<int>(std::lround(std::clamp(low[a], 0.0, static_cast<double>(grid.size[a]))));
    const double last = std::clamp(high[a], -1.0, grid.size[a] - 1.0);
    size[a] = static_cast<int>(std::lround(last)) - first[a] + 1;
    if (size[a] <= 0) return {};
  }
  Grid part = grid;
  part.size = size;
  part.origin_mm = point_from_index(
      grid, {static_cast<double>(first[0]), static_cast<double>(first[1]), static_cast<double>(first[2])});
  Image<float> result(part);
  for (int k = 0; k < size[2]; ++k)
    for (int j = 0; j < size[1]; ++j)
      std::copy_n(&image.at(first[0], first[1] + j, first[2] + k), size[0], &result.at(0, j, k));
  return result;
}

Window robust_window(const Image<float>& image, const Mask* inside, double low_percent, double high_percent) {
  // Every third voxel of large images is enough for a display and quicker to sort.
  const std::size_t step = image.voxels.size() > 2'000'000 ? 3 : 1;
  std::vector<float> values;
  for (std::size_t v = 0; v < image.voxels.size(); v += step)
    if (std::isfinite(image.voxels[v]) && (inside == nullptr || inside->voxels[v] != 0))
      values.push_back(image.voxels[v]);
  if (values.empty()) return {0, 1};
  const auto at_percent = [&](double percent) {
    const auto rank = static_cast<std::ptrdiff_t>(percent / 100 * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + rank, values.end());
    return static_cast<double>(values[static_cast<std::size_t>(rank)]);
  };
  Window window{at_percent(low_percent), at_percent(high_percent)};
  if (!(window.high > window.low)) window.high = window.low + 1;
  return window;
}

std::string css(Colour colour) {
  char code[8];
  std::snprintf(code, sizeof code, "#%02x%02x%02x", colour.red, colour.green, colour.blue);
  return code;
}

Colour heat_colour(double fraction) {
  const double place = std::clamp(fraction, 0.0, 1.0) * (kHeat.size() - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(place), kHeat.size() - 2);
  const double rest = place - static_cast<double>(below);
  const Colour &a = kHeat[below], &b = kHeat[below + 1];
  return {mix(a.red, b.red, rest), mix(a.green, b.green, rest), mix(a.blue, b.blue, rest)};
}

Html heat_scale(Window window, std::string_view unit) {
  std::string stops;
  for (int stop = 0; stop <= 10; ++stop) stops += (stop == 0 ? "" : ",") + css(overlay_colour(stop / 10.0));
  return markup("<div class=\"scale\"><span>" + format_number(window.low) +
                "</span><b style=\"background:linear-gradient(90deg," + stops + ")\"></b><span>" +
                format_number(window.high) + " " + escape_html(unit) + "</span></div>\n");
}

Canvas::Canvas(const Image<float>& image, const Grid& view, Window window) : view_(view) {
  const Image<float> values = resample(image, view, Interpolation::linear);
  picture_ = {view.size[0], view.size[1], 3, {}};
  picture_.pixels.reserve(3 * values.voxels.size());
  for (const float value : values.voxels) {
    const double fraction = (value - window.low) / (window.high - window.low);
    const auto grey =
        static_cast<std::uint8_t>(std::isnan(value) ? 0 : std::lround(255 * std::clamp(fraction, 0.0, 1.0)));
    picture_.pixels.insert(picture_.pixels.end(), 3, grey);
  }
}

void Canvas::overlay(const Image<float>& map, const Mask* inside, Window window, const Image<float>* evidence,
                     Window weak, double opacity) {
  const auto seen = [&](const Image<float>& image) {
    return gaussian_smooth(resample(image, view_, Interpolation::linear), kOverlayBlur_mm);
  };
  const Image<float> values = seen(map);
  const Image<float> proof = evidence != nullptr ? seen(*evidence) : Image<float>(view_, 1.0f);
  const Mask set = inside != nullptr ? resample_mask(*inside, view_) : Mask(view_, 1);
  for (int row = 0; row < height(); ++row) {
    for (int column = 0; column < width(); ++column) {
      const float value = values.at(column, row, 0);
      if (!(value >= window.low) || set.at(column, row, 0) == 0) continue;
      const double trust =
          std::clamp((proof.at(column, row, 0) - weak.low) / (weak.high - weak.low), 0.0, 1.0);
      const double fraction = std::min(1.0, (value - window.low) / (window.high - window.low));
      blend(column, row, overlay_colour(fraction), trust * opacity * std::min(1.0, 0.45 + 1.5 * fraction));
    }
  }
}

void Canvas::outline(const Mask& mask, int label, Colour colour, double width_px) {
  // The label's membership, blurred by less than half a voxel, crosses 1/2 at a smooth border; its distance
  // in pixels is the difference from 1/2 over the slope.
  const Mask labels = resample_mask(mask, view_);
  Image<float> membership(view_);
  for (std::size_t p = 0; p < labels.voxels.size(); ++p)
    membership.voxels[p] = labels.voxels[p] == label ? 1.0f : 0.0f;
  const double blur_mm = std::max(0.4 * smallest_spacing(mask.grid), 0.6 * view_.spacing_mm.x);
  membership = gaussian_smooth(membership, blur_mm);
  const auto at = [&](int column, int row) {
    return membership.at(std::clamp(column, 0, width() - 1), std::clamp(row, 0, height() - 1), 0);
  };
  for (int row = 0; row < height(); ++row) {
    for (int column = 0; column < width(); ++column) {
      const double slope_x = 0.5 * (at(column + 1, row) - at(column - 1, row));
      const double slope_y = 0.5 * (at(column, row + 1) - at(column, row - 1));
      const double slope = std::hypot(slope_x, slope_y);
      if (slope < 1e-3) continue;
      const double distance_px = std::abs(at(column, row) - 0.5) / slope;
      blend(column, row, colour, std::clamp(0.5 * width_px + 0.5 - distance_px, 0.0, 1.0));
    }
  }
}

void Canvas::corners(Vec3 center_mm, double half_mm, Colour colour) {
  const Vec3 center = index_from_point(view_, center_mm);
  const int half = std::max(3, static_cast<int>(std::lround(half_mm / view_.spacing_mm.x)));
  const int arm = std::max(3, half / 2);
  const int column = static_cast<int>(std::lround(center.x)), row = static_cast<int>(std::lround(center.y));
  for (const int right : {-1, 1}) {
    for (const int down : {-1, 1}) {
      for (int step = 0; step < arm; ++step) {
        blend(column + right * (half - step), row + down * half, colour, 1);
        if (step != 0) blend(column + right * half, row + down * (half - step), colour, 1);
      }
    }
  }
}

void Canvas::blend(int column, int row, Colour colour, double opacity) {
  if (column < 0 || row < 0 || column >= width() || row >= height() || opacity <= 0) return;
  std::uint8_t* pixel = &picture_.pixels[3 * (static_cast<std::size_t>(row) * width() + column)];
  pixel[0] = mix(pixel[0], colour.red, opacity);
  pixel[1] = mix(pixel[1], colour.green, opacity);
  pixel[2] = mix(pixel[2], colour.blue, opacity);
}

}  // namespace lobule::report
