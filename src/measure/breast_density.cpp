#include "measure/breast_density.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/text.h"
#include "measure/mammogram_breast.h"

namespace lobule::measure {
namespace {

constexpr int kMapExtent = 256;  // pixels of the map along its longer side, about 1 mm each
constexpr double kNoSpacingShare = 1.0 / 8;

struct Counts {
  double adipose = 0, dense = 0;
  double breast() const { return adipose + dense; }
};

Counts count(const Mask& labels) {
  Counts counts;
  for (const std::uint8_t label : labels.voxels)
    if (label == kAdipose)
      ++counts.adipose;
    else if (label == kDense)
      ++counts.dense;
  return counts;
}

// 1 where a label is one of two, else 0; on coarse pixels their share.
Image<float> share_of(const Mask& labels, std::uint8_t a, std::uint8_t b, int columns, int rows) {
  Image<float> is(labels.grid);
  for (std::size_t i = 0; i < is.voxels.size(); ++i)
    is.voxels[i] = labels.voxels[i] == a || labels.voxels[i] == b ? 1.0F : 0.0F;
  return box_means(is, columns, rows);
}

std::string name_of(const DensityView& view) {
  return (view.side == "R" ? "right " : "left ") + view.view;
}

}  // namespace

int birads4_of(double percent_density) {
  return percent_density < 25 ? 1 : percent_density <= 50 ? 2 : percent_density <= 75 ? 3 : 4;
}

char birads5_of(double percent_density, const DensityCuts& cuts) {
  char category = 'a';
  for (const double cut : cuts.percent)
    if (percent_density >= cut) ++category;
  return category;
}

std::string words_of_birads5(char category) {
  switch (category) {
    case 'a': return "almost entirely fatty";
    case 'b': return "scattered areas of fibroglandular density";
    case 'c': return "heterogeneously dense";
    default: return "extremely dense";
  }
}

MaskingMap masking_map(const Mask& labels, std::optional<double> spacing_mm) {
  const int w = labels.grid.size[0], h = labels.grid.size[1];
  const double scale = std::min(1.0, static_cast<double>(kMapExtent) / std::max(w, h));
  const auto extent = [&](int n) { return std::max(1, static_cast<int>(std::lround(n * scale))); };
  const int columns = extent(w), rows = extent(h);
  const Image<float> breast = share_of(labels, kAdipose, kDense, columns, rows),
                     dense = share_of(labels, kDense, kDense, columns, rows);
  MaskingMap map{Image<float>(breast.grid, kMissing), 0};
  double area = 0;
  for (const float v : breast.voxels) area += v;
  const double pixels_per_mm = spacing_mm ? columns / (w * *spacing_mm) : 0;
  const double radius =
      0.5 * (spacing_mm ? MaskingMap::kLesion_mm * pixels_per_mm : kNoSpacingShare * std::sqrt(area));
  const int reach = static_cast<int>(radius);
  parallel_for(static_cast<std::size_t>(rows), [&](std::size_t row) {
    const int y = static_cast<int>(row);
    for (int x = 0; x < columns; ++x) {
      if (breast.at(x, y, 0) < 0.5F) continue;
      double inside = 0, of_it = 0;
      for (int v = std::max(0, y - reach); v <= std::min(rows - 1, y + reach); ++v)
        for (int u = std::max(0, x - reach); u <= std::min(columns - 1, x + reach); ++u) {
          if ((u - x) * (u - x) + (v - y) * (v - y) > radius * radius) continue;
          inside += breast.at(u, v, 0);
          of_it += dense.at(u, v, 0);
        }
      map.dense_share.at(x, y, 0) = static_cast<float>(of_it / inside);
    }
  });
  double all = 0, hiding = 0;
  for (const float v : map.dense_share.voxels)
    if (std::isfinite(v)) ++all, hiding += v >= MaskingMap::kDenseShare ? 1 : 0;
  map.score = all > 0 ? 100 * hiding / all : 0;
  return map;
}

std::optional<BreastDensity> breast_density(const Mask& labels, std::optional<double> spacing_mm,
                                            const DensityCuts& cuts) {
  const Counts counts = count(labels);
  if (counts.breast() == 0) return {};
  BreastDensity density;
  density.percent_density = 100 * counts.dense / counts.breast();
  if (spacing_mm) {
    const double pixel_cm2 = *spacing_mm * *spacing_mm / 100;
    density.breast_cm2 = counts.breast() * pixel_cm2;
    density.dense_cm2 = counts.dense * pixel_cm2;
  }
  density.masking = masking_map(labels, spacing_mm).score;
  density.birads4 = birads4_of(density.percent_density);
  density.birads5 = birads5_of(density.percent_density, cuts);
  density.dense = density.birads5 >= 'c';
  return density;
}

Findings density_differences(const std::vector<DensityView>& views, const std::string& where) {
  Findings findings;
  for (std::size_t i = 0; i < views.size(); ++i)
    for (std::size_t j = i + 1; j < views.size(); ++j) {
      const DensityView &a = views[i], &b = views[j];
      if (a.side.empty() || a.view.empty() || b.side.empty() || b.view.empty()) continue;
      const bool sides = a.view == b.view && a.side != b.side, both = a.side == b.side && a.view != b.view;
      if ((!sides && !both) || std::abs(a.percent_density - b.percent_density) <= kUsualDifference) continue;
      findings.push_back({Severity::warning, where,
                          "percent density of " + name_of(a) + " and " + name_of(b) +
                              " differs: " + format_fixed(a.percent_density, 1) + " and " +
                              format_fixed(b.percent_density, 1) + " %",
                          "one of the two is outlined wrongly, or the breast changed", "Look at both"});
    }
  return findings;
}

}  // namespace lobule::measure
