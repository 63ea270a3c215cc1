#include "phantom/sampler_mammogram_truth.h"

#include <algorithm>

#include "phantom/mammogram_truth.h"
#include "phantom/sampler_fields.h"

namespace lobule::phantom {
namespace {

// Noise must not open a way through the rim.
constexpr double kCalm_px = 1.5;

}  // namespace

void label_dense(const PathMaps& maps, double region_mm, MammogramPair& pair) {
  pair.labels = maps.labels;
  pair.dense_share.assign(maps.labels.size(), 0);
  std::vector<float> breast(maps.labels.size()), dense(maps.labels.size());
  for (std::size_t i = 0; i < maps.labels.size(); ++i) {
    if (maps.labels[i] != 1) continue;
    breast[i] = maps.breast[i], dense[i] = maps.dense[i];
    pair.dense_share[i] = std::clamp(maps.dense[i] / maps.breast[i], 0.0f, 1.0f);
  }
  if (region_mm > 0) {
    smooth_slice(breast, maps.columns, maps.rows, region_mm / pair.pixel_mm);
    smooth_slice(dense, maps.columns, maps.rows, region_mm / pair.pixel_mm);
  }
  for (std::size_t i = 0; i < maps.labels.size(); ++i)
    if (maps.labels[i] == 1 && static_cast<double>(dense[i]) >= kDenseShare * static_cast<double>(breast[i]))
      pair.labels[i] = 2;
}

void unlabel_invisible(double share, MammogramPair& pair) {
  std::vector<float> picture = pair.image;
  if (pair.inverted)
    for (float& value : picture) value = 1 - value;
  std::vector<float> air, tissue;
  for (std::size_t i = 0; i < picture.size(); ++i) (pair.labels[i] == 0 ? air : tissue).push_back(picture[i]);
  if (air.empty() || tissue.empty()) return;
  const float dark = quantile(air, 0.5), bright = quantile(tissue, 0.995);
  const float least = dark + static_cast<float>(share) * (bright - dark);
  smooth_slice(picture, pair.columns, pair.rows, kCalm_px);
  // From air through all that is dark.
  std::vector<int> todo;
  for (std::size_t i = 0; i < picture.size(); ++i)
    if (pair.labels[i] == 0) todo.push_back(static_cast<int>(i));
  const auto visit = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= pair.columns || y >= pair.rows) return;
    const int at = y * pair.columns + x;
    const std::size_t i = static_cast<std::size_t>(at);
    if (pair.labels[i] == 0 || pair.labels[i] == 3 || picture[i] >= least) return;
    pair.labels[i] = 0, pair.dense_share[i] = 0, pair.lesion[i] = 0;
    todo.push_back(at);
  };
  while (!todo.empty()) {
    const int x = todo.back() % pair.columns, y = todo.back() / pair.columns;
    todo.pop_back();
    visit(x - 1, y), visit(x + 1, y), visit(x, y - 1), visit(x, y + 1);
  }
}

void add_densities(const PathMaps& maps, MammogramPair& pair) {
  double breast = 0, dense = 0, breast_pixels = 0, dense_pixels = 0;
  for (std::size_t i = 0; i < pair.labels.size(); ++i) {
    if (pair.labels[i] != 1 && pair.labels[i] != 2) continue;
    ++breast_pixels, dense_pixels += pair.labels[i] == 2;
    breast += static_cast<double>(maps.breast[i]), dense += static_cast<double>(maps.dense[i]);
  }
  pair.percent_density = breast_pixels > 0 ? 100 * dense_pixels / breast_pixels : 0;
  pair.volumetric_density = breast > 0 ? 100 * dense / breast : 0;
}

}  // namespace lobule::phantom
