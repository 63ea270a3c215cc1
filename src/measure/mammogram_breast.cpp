#include "measure/mammogram_breast.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "measure/morphology.h"
#include "measure/order_statistics.h"

namespace lobule::measure {
namespace {

// All lengths are in coarse pixels, about 1 mm of a mammogram; all are ours.
constexpr int kBins = 256;
constexpr double kLowShare = 0.002, kHighShare = 0.998;  // the range that the histogram covers
constexpr double kNoiseSigmas = 4;                       // tissue exceeds air by so much …
constexpr double kLeastContrast = 0.05;                  // … and by this share of the range
constexpr double kOpening = 2;                           // thinner bridges between breast and labels are cut
constexpr double kLeastBreast = 0.03;                    // of the image's area
constexpr int kLeastPiece = 6;                           // coarse pixels: smaller ones are dust
constexpr double kEdge = 0.06;                           // of the breast's width: strips that are compared
constexpr double kTop = 0.02;                            // of the height: what counts as the upper edge

// The weights of pixels along a line of `from` pixels in one of `to` boxes.
struct Box {
  int first = 0;
  std::vector<double> weights;
};

std::vector<Box> boxes(int from, int to) {
  std::vector<Box> line(static_cast<std::size_t>(to));
  const double step = static_cast<double>(from) / to;
  for (int i = 0; i < to; ++i) {
    const double low = i * step, high = (i + 1) * step;
    Box& box = line[static_cast<std::size_t>(i)];
    box.first = std::min(static_cast<int>(low + 1e-9), from - 1);
    for (int j = box.first; j < from && j < high - 1e-9; ++j)
      box.weights.push_back(std::min(high, j + 1.0) - std::max(low, static_cast<double>(j)));
  }
  return line;
}

double gradient(const Image<float>& image, int x, int y) {
  const auto at = [&](int i, int j) {
    return image.at(std::clamp(i, 0, image.grid.size[0] - 1), std::clamp(j, 0, image.grid.size[1] - 1), 0);
  };
  return std::abs(at(x + 1, y) - at(x - 1, y)) + std::abs(at(x, y + 1) - at(x, y - 1));
}

// Otsu's threshold (1979) over values from 0 to 1.
double otsu(const std::vector<float>& values) {
  std::vector<double> histogram(kBins, 0);
  for (const float v : values) ++histogram[static_cast<std::size_t>(std::clamp(v, 0.0F, 1.0F) * (kBins - 1))];
  double all = 0, sum = 0;
  for (int b = 0; b < kBins; ++b)
    all += histogram[static_cast<std::size_t>(b)], sum += b * histogram[static_cast<std::size_t>(b)];
  double below = 0, sum_below = 0, best = -1;
  int at = 0;
  for (int b = 0; b < kBins - 1; ++b) {
    below += histogram[static_cast<std::size_t>(b)];
    sum_below += b * histogram[static_cast<std::size_t>(b)];
    if (below == 0 || below == all) continue;
    const double apart = sum_below / below - (sum - sum_below) / (all - below);
    const double between = below * (all - below) * apart * apart;
    if (between > best) best = between, at = b;
  }
  return (at + 0.5) / (kBins - 1);
}

// What tells air from tissue, of one of the two classes of pixels.
struct ClassTraits {
  double border = 0;   // its share of the image's border
  double texture = 0;  // the median gradient inside
  double spike = 0;    // the share of its pixels whose value is nearly the commonest
};

ClassTraits traits_of(const Image<float>& image, const std::vector<std::uint8_t>& member) {
  const int w = image.grid.size[0], h = image.grid.size[1];
  ClassTraits traits;
  std::vector<double> gradients;
  std::vector<int> histogram(kBins, 0);
  int border = 0, count = 0;
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x) {
      const bool on_border = x == 0 || y == 0 || x == w - 1 || y == h - 1;
      border += on_border ? 1 : 0;
      if (member[image.grid.offset(x, y, 0)] == 0) continue;
      traits.border += on_border ? 1 : 0;
      gradients.push_back(gradient(image, x, y));
      ++histogram[static_cast<std::size_t>(std::clamp(image.at(x, y, 0), 0.0F, 1.0F) * (kBins - 1))];
      ++count;
    }
  if (count == 0) return traits;
  traits.border /= border;
  traits.texture = percentile(std::move(gradients), 0.5);
  const auto mode =
      static_cast<int>(std::max_element(histogram.begin(), histogram.end()) - histogram.begin());
  for (int b = std::max(0, mode - 3); b <= std::min(kBins - 1, mode + 3); ++b)
    traits.spike += static_cast<double>(histogram[static_cast<std::size_t>(b)]) / count;
  return traits;
}

// Above 0 where the darker class is air: it has the border, little texture, and one commonest value.
double dark_is_air(const Image<float>& image) {
  const double threshold = otsu(image.voxels);
  std::vector<std::uint8_t> dark, bright;
  for (const float v : image.voxels) {
    dark.push_back(v <= threshold ? 1 : 0);
    bright.push_back(v <= threshold ? 0 : 1);
  }
  const ClassTraits d = traits_of(image, dark), b = traits_of(image, bright);
  const double textures = d.texture + b.texture;
  return (d.border - b.border + (textures > 0 ? (b.texture - d.texture) / textures : 0) + d.spike - b.spike) /
         3;
}

// What is set and reaches the border of the grid through set pixels.
Mask touching_border(const Mask& mask) {
  const Components parts = connected_components(mask, Connectivity::faces);
  std::vector<std::uint8_t> touches(parts.count.size(), 0);
  const int w = mask.grid.size[0], h = mask.grid.size[1];
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x)
      if (x == 0 || y == 0 || x == w - 1 || y == h - 1)
        touches[static_cast<std::size_t>(parts.label.at(x, y, 0))] = 1;
  Mask result(mask.grid);
  for (std::size_t i = 0; i < result.voxels.size(); ++i) {
    const auto label = static_cast<std::size_t>(parts.label.voxels[i]);
    result.voxels[i] = label > 0 && touches[label] != 0 ? 1 : 0;
  }
  return result;
}

struct Air {
  double level = 0, threshold = 0;  // above which tissue begins
};

// From the dark pixels that reach the border; image from 0 to 1 with dark air.
Air air_of(const Image<float>& image) {
  const double split = otsu(image.voxels);
  Mask dark(image.grid);
  for (std::size_t i = 0; i < dark.voxels.size(); ++i) dark.voxels[i] = image.voxels[i] <= split ? 1 : 0;
  dark = touching_border(dark);
  std::vector<double> histogram(kBins, 0);
  std::vector<float> values;
  for (std::size_t i = 0; i < dark.voxels.size(); ++i) {
    if (dark.voxels[i] == 0) continue;
    values.push_back(image.voxels[i]);
    ++histogram[static_cast<std::size_t>(std::clamp(image.voxels[i], 0.0F, 1.0F) * (kBins - 1))];
  }
  Air air;
  if (values.empty()) return air;
  air.level = static_cast<double>(std::max_element(histogram.begin(), histogram.end()) - histogram.begin()) /
              (kBins - 1);
  std::vector<double> below;  // distances of what is darker than usual: tissue lies on the other side
  for (const float v : values)
    if (v <= air.level) below.push_back(air.level - v);
  const double sigma = below.empty() ? 0 : 1.4826 * percentile(std::move(below), 0.5);
  air.threshold = air.level + std::max(kNoiseSigmas * sigma, kLeastContrast);
  return air;
}

std::array<int, 4> box_of(const Components& parts, int label) {
  const Grid& grid = parts.label.grid;
  int x0 = grid.size[0], y0 = grid.size[1], x1 = -1, y1 = -1;
  for (int y = 0; y < grid.size[1]; ++y)
    for (int x = 0; x < grid.size[0]; ++x)
      if (parts.label.at(x, y, 0) == label)
        x0 = std::min(x0, x), x1 = std::max(x1, x), y0 = std::min(y0, y), y1 = std::max(y1, y);
  return {x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

// How much of the breast's height its outermost columns fill, left and right. The chest wall cuts a breast
// off straight; towards the nipple it ends in a point.
std::array<double, 2> edge_fill(const Mask& breast, const std::array<int, 4>& box) {
  const int strip = std::max(1, static_cast<int>(std::lround(kEdge * box[2])));
  std::array<double, 2> fill{};
  for (int n = 0; n < strip; ++n)
    for (int y = box[1]; y < box[1] + box[3]; ++y) {
      fill[0] += breast.at(box[0] + n, y, 0);
      fill[1] += breast.at(box[0] + box[2] - 1 - n, y, 0);
    }
  for (double& share : fill) share /= strip * box[3];
  return fill;
}

// Of MammogramBreast::top_share, a little below the edge, where frames of film end.
double top_share(const Mask& breast, const std::array<int, 4>& box) {
  if (box[1] > kTop * breast.grid.size[1]) return 0;
  const int y = box[1] + static_cast<int>(kTop * box[3]);
  int width = 0;
  for (int x = box[0]; x < box[0] + box[2]; ++x) width += breast.at(x, y, 0);
  return static_cast<double>(width) / box[2];
}

// Fills what the domain is judged by; `coarse` from 0 to 1 with dark air, `beside` bright pieces in the air.
void describe_shape(const Image<float>& coarse, const Mask& beside, const std::array<int, 4>& box,
                    double range, MammogramBreast& result) {
  const Mask& breast = result.breast;
  const int w = breast.grid.size[0], h = breast.grid.size[1];
  const auto from_chest = [&](int x) {  // columns count from the chest wall
    return result.chest_at_right ? box[0] + box[2] - 1 - x : box[0] + x;
  };
  double filled = 0, reached = 0, far = 0;
  for (int y = 0; y < h; ++y) {
    int last = -1, count = 0;
    for (int x = 0; x < box[2]; ++x)
      if (breast.at(from_chest(x), y, 0) != 0) last = x, ++count;
    filled += count;
    reached += last + 1;
    far += breast.at(result.chest_at_right ? 0 : w - 1, y, 0);
  }
  result.row_fill = reached > 0 ? filled / reached : 0;
  result.far_edge = far / h;
  result.depth_over_height = static_cast<double>(box[2]) / box[3];
  const Mask near = dilate(breast, kOpening + 1);
  double sum = 0;
  int count = 0;
  for (int y = 1; y < h - 1; ++y)
    for (int x = 1; x < w - 1; ++x)
      if (near.at(x, y, 0) == 0 && beside.at(x, y, 0) == 0) sum += gradient(coarse, x, y), ++count;
  result.air_texture = count > 0 && range > 0 ? sum / count / range : 0;
}

// Coarse, from 0 to 1 between two percentiles; padding becomes what the darkest is.
Image<float> coarse_of(const Image<float>& image, double& low, double& range) {
  const int w = image.grid.size[0], h = image.grid.size[1], longest = std::max(w, h);
  const double scale = std::min(1.0, static_cast<double>(MammogramBreast::kExtent) / longest);
  const auto extent = [&](int n) { return std::max(1, static_cast<int>(std::lround(n * scale))); };
  Image<float> coarse = box_means(image, extent(w), extent(h));
  coarse.grid.spacing_mm = {1, 1, 1};
  std::vector<float> values;
  for (const float v : coarse.voxels)
    if (std::isfinite(v)) values.push_back(v);
  range = 0;
  if (values.empty()) return coarse;
  low = percentile(values, kLowShare);
  range = percentile(values, kHighShare) - low;
  for (float& v : coarse.voxels)
    if (std::isfinite(v) && range > 0) v = static_cast<float>(std::clamp((v - low) / range, 0.0, 1.0));
  return coarse;
}

}  // namespace

Image<float> box_means(const Image<float>& image, int columns, int rows) {
  Grid grid = image.grid;
  grid.size = {columns, rows, 1};
  grid.spacing_mm.x *= static_cast<double>(image.grid.size[0]) / columns;
  grid.spacing_mm.y *= static_cast<double>(image.grid.size[1]) / rows;
  Image<float> result(grid, kMissing);
  const std::vector<Box> across = boxes(image.grid.size[0], columns), down = boxes(image.grid.size[1], rows);
  parallel_for(static_cast<std::size_t>(rows), [&](std::size_t y) {
    for (int x = 0; x < columns; ++x) {
      const Box &u = across[static_cast<std::size_t>(x)], &v = down[y];
      double sum = 0, weights = 0;
      for (std::size_t j = 0; j < v.weights.size(); ++j)
        for (std::size_t i = 0; i < u.weights.size(); ++i) {
          const float value = image.at(u.first + static_cast<int>(i), v.first + static_cast<int>(j), 0);
          if (!std::isfinite(value)) continue;
          sum += u.weights[i] * v.weights[j] * value;
          weights += u.weights[i] * v.weights[j];
        }
      if (weights > 0) result.at(x, static_cast<int>(y), 0) = static_cast<float>(sum / weights);
    }
  });
  return result;
}

MammogramBreast find_mammogram_breast(const Image<float>& image, MammogramPolarity polarity) {
  MammogramBreast result;
  double low = 0, range = 0;
  Image<float> coarse = coarse_of(image, low, range);
  result.breast = Mask(coarse.grid);
  result.air = low;
  if (!(range > 0)) return result;
  // Padding is judged as what surrounds it, so that it decides nothing: the dark end for now.
  Image<float> judged = coarse;
  for (float& v : judged.voxels)
    if (!std::isfinite(v)) v = 0;
  const double dark_air = dark_is_air(judged);
  result.inverted = dark_air < 0 && polarity == MammogramPolarity::unknown;
  result.inverted_margin = std::min(1.0, std::abs(dark_air));
  for (float& v : coarse.voxels) v = !std::isfinite(v) ? 0 : result.inverted ? 1 - v : v;
  const Air air = air_of(coarse);
  const auto in_unit = [&](double v) { return result.inverted ? -(low + (1 - v) * range) : low + v * range; };
  result.air = in_unit(air.level);

  Mask tissue(coarse.grid);
  for (std::size_t i = 0; i < tissue.voxels.size(); ++i)
    tissue.voxels[i] = coarse.voxels[i] > air.threshold ? 1 : 0;
  const Mask cut = opening(tissue, kOpening);
  const Components parts = connected_components(cut, Connectivity::faces);
  const double area = static_cast<double>(tissue.voxels.size());
  if (parts.count.size() < 2 || static_cast<double>(parts.count[1]) < kLeastBreast * area) return result;
  result.found = true;
  for (std::size_t i = 0; i < tissue.voxels.size(); ++i)
    result.breast.voxels[i] = parts.label.voxels[i] == 1 ? 1 : 0;
  result.breast = fill_holes(result.breast);

  std::size_t set = 0;
  std::vector<float> inside;
  for (std::size_t i = 0; i < tissue.voxels.size(); ++i)
    if (result.breast.voxels[i] != 0) ++set, inside.push_back(coarse.voxels[i]);
  result.breast_share = static_cast<double>(set) / area;
  result.brightest = in_unit(std::max(percentile(std::move(inside), 0.995), air.threshold));

  const std::array<int, 4> outer = box_of(parts, 1);
  const std::array<double, 2> fill = edge_fill(result.breast, outer);
  result.top_share = top_share(result.breast, outer);
  result.chest_at_right = fill[1] > fill[0];
  result.chest_fill = std::max(fill[0], fill[1]);
  result.chest_margin = std::abs(fill[1] - fill[0]) / std::max({fill[0], fill[1], 1e-9});

  const double to_x = static_cast<double>(image.grid.size[0]) / coarse.grid.size[0],
               to_y = static_cast<double>(image.grid.size[1]) / coarse.grid.size[1];
  Mask beside(coarse.grid);
  const Mask near = dilate(result.breast, kOpening + 1);
  for (std::size_t i = 0; i < tissue.voxels.size(); ++i)
    beside.voxels[i] = tissue.voxels[i] != 0 && near.voxels[i] == 0 ? 1 : 0;
  describe_shape(coarse, beside, outer, (result.brightest - result.air) / range, result);
  const Components pieces = connected_components(beside, Connectivity::full);
  for (int label = 1; label < static_cast<int>(pieces.count.size()); ++label) {
    const std::size_t count = pieces.count[static_cast<std::size_t>(label)];
    if (count < kLeastPiece) break;
    result.piece_share += static_cast<double>(count) / area;
    const std::array<int, 4> box = box_of(pieces, label);
    result.pieces.push_back({static_cast<int>(box[0] * to_x), static_cast<int>(box[1] * to_y),
                             static_cast<int>(std::ceil(box[2] * to_x)),
                             static_cast<int>(std::ceil(box[3] * to_y))});
  }
  return result;
}

}  // namespace lobule::measure
