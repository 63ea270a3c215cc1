#include "pipeline/mammogram_window.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "measure/mammogram_breast.h"
#include "nn/intensity.h"

namespace lobule::pipeline {
namespace {

constexpr double kMargin = 0.05;  // around the breast, of its extents

// A side of the breast's box at which tissue is this wide, over its depth, is a cut through tissue, not its
// end: beyond it a network never saw air.
constexpr double kCut = 0.15;

// How many columns of a row are set.
int set_in_row(const Mask& mask, int row) {
  int count = 0;
  for (int x = 0; x < mask.grid.size[0]; ++x) count += mask.at(x, row, 0) != 0 ? 1 : 0;
  return count;
}

int whole_steps(int extent, int step) {
  return step > 1 ? step * ((extent + step - 1) / step) : extent;
}

}  // namespace

PicturePart part_around(const Mask& mask, const Grid& picture) {
  const int columns = mask.grid.size[0], rows = mask.grid.size[1];
  const int w = picture.size[0], h = picture.size[1];
  int x1 = -1, y0 = rows, y1 = -1;
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x)
      if (mask.at(x, y, 0) != 0) x1 = std::max(x1, x), y0 = std::min(y0, y), y1 = std::max(y1, y);
  if (x1 < 0) return {0, 0, w, h};
  const double to_x = static_cast<double>(w) / columns, to_y = static_cast<double>(h) / rows;
  const int right = static_cast<int>((x1 + 1) * to_x * (1 + kMargin)) + 1;
  const double margin = kMargin * (y1 - y0 + 1) * to_y;
  const auto margin_at = [&](int row) { return set_in_row(mask, row) > kCut * (x1 + 1) ? 0 : margin; };
  const int top = static_cast<int>(std::floor(y0 * to_y - margin_at(y0))),
            bottom = static_cast<int>(std::ceil((y1 + 1) * to_y + margin_at(y1)));
  return {0, top, right, bottom - top};
}

Image<float> part_of(const Image<float>& picture, const PicturePart& part) {
  Grid grid = picture.grid;
  grid.size = {part.width, part.height, 1};
  Image<float> result(grid);
  for (int y = 0; y < part.height; ++y)
    for (int x = 0; x < part.width; ++x)
      if (picture.grid.contains(part.x + x, part.y + y, 0))
        result.at(x, y, 0) = picture.at(part.x + x, part.y + y, 0);
  return result;
}

Image<float> fitted_picture(const Image<float>& picture, const nn::Preprocessing& preprocessing, double scale,
                            int step) {
  const auto& window = preprocessing.window;
  const int w = picture.grid.size[0], h = picture.grid.size[1];
  const double fit = std::min(static_cast<double>(window[0]) / w, static_cast<double>(window[1]) / h) * scale;
  const auto whole = [&](int extent) {
    return step * std::max(1, static_cast<int>(std::lround(extent * fit / step)));
  };
  const int width = whole(w), height = whole(h);
  return measure::box_means(picture, width, height);
}

Tensor window_of(const Image<float>& fitted, const nn::Preprocessing& preprocessing) {
  const int width = fitted.grid.size[0], height = fitted.grid.size[1];
  const std::int64_t columns =
      whole_steps(std::max(preprocessing.window[0], width), preprocessing.multiple[0]);
  const std::int64_t rows = whole_steps(std::max(preprocessing.window[1], height), preprocessing.multiple[1]);
  Tensor input({1, 1, rows, columns});
  for (int y = 0; y < height; ++y)
    std::copy_n(&fitted.voxels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width)], width,
                &input.values[static_cast<std::size_t>(y * columns)]);
  nn::IntensityScale to;
  if (preprocessing.intensity == nn::IntensityRule::percentiles)
    to = nn::percentile_scale(input.values, preprocessing.low_percentile, preprocessing.high_percentile);
  else if (preprocessing.intensity == nn::IntensityRule::z_score)
    to = nn::z_score_scale(input.values);
  for (float& value : input.values) value = to(value);
  return input;
}

void check_mammogram_window(const nn::Preprocessing& preprocessing, const std::string& name) {
  if (preprocessing.window[0] <= 0 || preprocessing.window[1] <= 0)
    throw Error(name, "it does not say how large its window is");
  using enum nn::IntensityRule;
  if (preprocessing.intensity != percentiles && preprocessing.intensity != z_score &&
      preprocessing.intensity != none)
    throw Error(name, "its rule for intensities is not one of mammograms",
                "percentiles, z_score and none are");
}

}  // namespace lobule::pipeline
