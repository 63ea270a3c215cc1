#include "measure/label_contours.h"

#include <algorithm>
#include <cmath>

#include "measure/breast_density.h"

namespace lobule::measure {
namespace {

constexpr std::uint8_t kLabels[] = {kAdipose, kDense, kPectoral};

// Directions along pixel edges, turning right: east, south, west, north.
constexpr int kDx[4] = {1, 0, -1, 0}, kDy[4] = {0, 1, 0, -1};

// A region's border as steps between corners of pixels; the region lies at the right hand.
class Border {
 public:
  Border(const Mask& labels, std::uint8_t label)
      : labels_(labels), label_(label), width_(labels.grid.size[0]), height_(labels.grid.size[1]) {
    steps_.assign(static_cast<std::size_t>(width_ + 1) * static_cast<std::size_t>(height_ + 1), 0);
    for (int y = 0; y < height_; ++y)
      for (int x = 0; x < width_; ++x) {
        if (!inside(x, y)) continue;
        if (!inside(x, y - 1)) step(x, y) |= 1;          // along the top, eastward
        if (!inside(x + 1, y)) step(x + 1, y) |= 2;      // down the right side
        if (!inside(x, y + 1)) step(x + 1, y + 1) |= 4;  // back along the bottom
        if (!inside(x - 1, y)) step(x, y + 1) |= 8;      // up the left side
      }
  }

  std::vector<LabelContour> contours() {
    std::vector<LabelContour> all;
    for (int y = 0; y <= height_; ++y)
      for (int x = 0; x <= width_; ++x)
        while (step(x, y) != 0) all.push_back(follow(x, y));
    return all;
  }

 private:
  bool inside(int x, int y) const {
    if (x < 0 || y < 0 || x >= width_ || y >= height_) return false;
    const std::uint8_t v = labels_.at(x, y, 0);
    return v == label_ || (label_ == kAdipose && v == kDense);
  }
  std::uint8_t& step(int x, int y) {
    return steps_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_ + 1) +
                  static_cast<std::size_t>(x)];
  }

  // Takes the steps of one closed contour, from its topmost, leftmost corner. Where two pixels touch at a
  // corner only, it turns right and so parts them.
  LabelContour follow(const int first_x, const int first_y) {
    LabelContour contour{label_, {}};
    int x = first_x, y = first_y, direction = 0;
    const auto leaves = [&](int way) { return (step(x, y) >> way & 1) != 0; };
    while (!leaves(direction)) ++direction;
    while (true) {
      contour.points.push_back({static_cast<double>(x), static_cast<double>(y)});
      do {  // along a straight side
        step(x, y) = static_cast<std::uint8_t>(step(x, y) & ~(1 << direction));
        x += kDx[direction], y += kDy[direction];
      } while (leaves(direction));
      if (x == first_x && y == first_y) return contour;
      direction = (direction + 1) % 4;
      if (!leaves(direction)) direction = (direction + 2) % 4;
    }
  }

  const Mask& labels_;
  std::uint8_t label_;
  int width_, height_;
  std::vector<std::uint8_t> steps_;  // of each corner: a bit a direction in which a side leaves it
};

// Where the contours of a label cross the line through the centres of row y.
std::vector<double> crossings(const std::vector<LabelContour>& contours, std::uint8_t label, int y) {
  std::vector<double> at;
  const double line = y + 0.5;
  for (const LabelContour& contour : contours) {
    if (contour.label != label) continue;
    for (std::size_t i = 0; i < contour.points.size(); ++i) {
      const auto &a = contour.points[i], &b = contour.points[(i + 1) % contour.points.size()];
      if ((a[1] <= line) == (b[1] <= line)) continue;
      at.push_back(a[0] + (line - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
    }
  }
  std::sort(at.begin(), at.end());
  return at;
}

}  // namespace

std::vector<LabelContour> label_contours(const Mask& labels) {
  std::vector<LabelContour> all;
  for (const std::uint8_t label : kLabels)
    for (LabelContour& contour : Border(labels, label).contours()) all.push_back(std::move(contour));
  return all;
}

Mask label_image(const std::vector<LabelContour>& contours, int width, int height) {
  Grid grid;
  grid.size = {width, height, 1};
  Mask labels(grid);
  // A centre at x + 0.5 lies between two crossings.
  const auto first_beyond = [&](double at) {
    return static_cast<int>(std::clamp(std::ceil(at - 0.5), 0.0, static_cast<double>(width)));
  };
  for (const std::uint8_t label : kLabels)
    for (int y = 0; y < height; ++y) {
      const std::vector<double> at = crossings(contours, label, y);
      for (std::size_t i = 0; i + 1 < at.size(); i += 2)
        for (int x = first_beyond(at[i]); x < first_beyond(at[i + 1]); ++x) labels.at(x, y, 0) = label;
    }
  return labels;
}

}  // namespace lobule::measure
