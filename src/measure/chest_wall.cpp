#include "measure/chest_wall.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/parallel.h"
#include "core/resample.h"
#include "measure/morphology.h"

namespace lobule::measure {
namespace {

// Values without a source are by design; docs/methods/measure.md has the reason and status of each.

// Working lattice: fine along depth, where the wall is sought.
constexpr double kStepMm = 3.0, kDepthStepMm = 1.5;

// The torso's curvature: half a wave bridges a breast's base, and the arch of a chest 280–380 mm wide is
// still followed. By design, not from a publication; added after a failure on a real exam, not tuned on it.
constexpr double kTorsoWavelengthMm = 220;

// Columns whose skin lies this far behind the sternum belong to the flank.
constexpr double kFlankMm = 60;

// Where the wall may lie against the torso's skin: pectoral folds may stand forward, and skin, fat and gland
// under the bridged skin may be thick.
constexpr double kWallFrontMm = -30, kWallBackMm = 45;
// Expected: skin and the thin fat over the sternum.
constexpr double kWallExpectedMm = 8;

// Half-length of the windows whose means are compared across an edge.
constexpr int kWindow = 2;

// Skin and its partial volume, left out of the windows.
constexpr double kSkinMm = 3.0;

// An edge counts up to this fraction of the median tissue signal: a stronger one (gland) is no better.
constexpr float kStrongEdge = 0.5F;

double median(std::vector<float> values) {
  if (values.empty()) return std::nan("");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Grid canonical_grid(const Grid& grid) {
  Vec3 low{1e30, 1e30, 1e30}, high{-1e30, -1e30, -1e30};
  for (int corner = 0; corner < 8; ++corner) {
    Vec3 index;
    for (int a = 0; a < 3; ++a) index[a] = (corner >> a & 1) != 0 ? grid.size[a] - 1 : 0;
    const Vec3 p = point_from_index(grid, index);
    for (int a = 0; a < 3; ++a) {
      low[a] = std::min(low[a], p[a]);
      high[a] = std::max(high[a], p[a]);
    }
  }
  Grid result;
  result.spacing_mm = {kStepMm, kDepthStepMm, kStepMm};
  result.origin_mm = low;
  for (int a = 0; a < 3; ++a)
    result.size[a] = 1 + static_cast<int>((high[a] - low[a]) / result.spacing_mm[a]);
  return result;
}

// By design, below a breast's size (breast_segmentation.cpp): what is smaller and apart is no part of the
// patient.
constexpr double kSmallestPartMl = 30;

// What air cannot reach. Where fat is suppressed down to the noise only skin, gland and muscle are seen: a
// hanging breast is then a closed ring of skin in each coronal slice, thinner than the opening that frees the
// body of what touches it, so rings are filled first; and nothing may join the breasts to the back.
Mask body_of(const Image<float>& image, double threshold) {
  Mask tissue(image.grid);
  for (std::size_t i = 0; i < tissue.voxels.size(); ++i) tissue.voxels[i] = image.voxels[i] > threshold;
  tissue = fill_holes_by_slice(fill_holes_by_slice(tissue, 1), 2);
  const auto smallest = static_cast<std::size_t>(kSmallestPartMl / image.grid.voxel_volume_ml());
  tissue = closing(remove_small_components(opening(tissue, 3), Connectivity::faces, smallest), 4.5);
  return fill_holes_by_slice(fill_holes(tissue), 2);
}

DepthMap skin_depth(const Mask& body) {
  const Grid& g = body.grid;
  DepthMap skin(g.size[0], g.size[2], g.origin_mm.x, g.origin_mm.z, kStepMm);
  for (int k = 0; k < g.size[2]; ++k)
    for (int i = 0; i < g.size[0]; ++i)
      for (int j = 0; j < g.size[1]; ++j)
        if (body.at(i, j, k) != 0) {
          skin.at(i, k) = static_cast<float>(g.origin_mm.y + (j - 0.5) * kDepthStepMm);
          break;
        }
  return skin;
}

// Mean of the outermost columns with skin, over the rows.
double torso_midline(const DepthMap& skin) {
  std::vector<float> middles;
  for (int k = 0; k < skin.nz; ++k) {
    int first = -1, last = -1;
    for (int i = 0; i < skin.nx; ++i)
      if (!std::isnan(skin.at(i, k))) {
        if (first < 0) first = i;
        last = i;
      }
    if (first >= 0) middles.push_back(static_cast<float>(0.5 * (skin.x_mm(first) + skin.x_mm(last))));
  }
  return median(middles);
}

// Median depth of the skin within 15 mm of the midline.
double sternum_depth(const DepthMap& skin, double midline_x_mm) {
  std::vector<float> depths;
  for (int k = 0; k < skin.nz; ++k)
    for (int i = 0; i < skin.nx; ++i)
      if (std::abs(skin.x_mm(i) - midline_x_mm) <= 15 && !std::isnan(skin.at(i, k)))
        depths.push_back(skin.at(i, k));
  return median(depths);
}

// The torso as it were without breasts: a smooth surface through the valley between them and the skin around
// them. The valley's floor, the deepest skin near the midline in each row, holds it in front: the sternum
// carries no breast (Rosado-Toro 2015 start there too; widths by design).
DepthMap torso_behind_breasts(const DepthMap& front, double midline_x_mm) {
  constexpr double kValleyMm = 25;
  constexpr float kFloorMm = 5;  // skin this near to the deepest belongs to the floor
  const DepthMap coarse = thinned(front);
  std::vector<bool> anchored(coarse.y_mm.size(), false);
  for (int k = 0; k < coarse.nz; ++k) {
    float deepest = -1e30F;
    const auto in_valley = [&](int i) {
      return std::abs(coarse.x_mm(i) - midline_x_mm) <= kValleyMm && !std::isnan(coarse.at(i, k));
    };
    for (int i = 0; i < coarse.nx; ++i)
      if (in_valley(i)) deepest = std::max(deepest, coarse.at(i, k));
    for (int i = 0; i < coarse.nx; ++i)
      anchored[coarse.offset(i, k)] = in_valley(i) && coarse.at(i, k) > deepest - kFloorMm;
  }
  return resampled_like(front, baseline_behind(coarse, anchored, kTorsoWavelengthMm));
}

// The wall as a path of least cost per row of columns, the rows drawn to each other.
class WallFinder {
 public:
  WallFinder(const Canonical& canonical, const DepthMap& torso, FatSignal fat)
      : grid_(canonical.image.grid),
        torso_(torso),
        levels_(1 + std::lround((kWallBackMm - kWallFrontMm) / kDepthStepMm)) {
    measure_edges(canonical, fat == FatSignal::dark ? 1.F : -1.F);
    smooth_across_rows();
  }

  DepthMap run() {
    DepthMap offset = all_rows(nullptr);
    const DepthMap drawn = smooth(offset, 12);
    offset = smooth(all_rows(&drawn), 4.5);
    DepthMap wall = torso_;
    for (std::size_t i = 0; i < wall.y_mm.size(); ++i) wall.y_mm[i] += offset.y_mm[i];
    return wall;
  }

  // The edge strength at a depth over the torso, as a fraction of kStrongEdge.
  double edge_at(int ix, int iz, double offset_mm) const {
    const int level = static_cast<int>(std::lround((offset_mm - kWallFrontMm) / kDepthStepMm));
    return level < 0 || level >= levels_ ? 0 : edge(ix, iz)[level] / kStrongEdge;
  }

 private:
  float* edge(int ix, int iz) { return edges_.data() + torso_.offset(ix, iz) * levels_; }
  const float* edge(int ix, int iz) const { return edges_.data() + torso_.offset(ix, iz) * levels_; }

  void measure_edges(const Canonical& canonical, float sign) {
    const Image<float>& image = canonical.image;
    const Image<float> depth = depth_inside(canonical.body, false);
    std::vector<float> tissue;
    for (std::size_t i = 0; i < image.voxels.size(); i += 7)
      if (depth.voxels[i] > kSkinMm) tissue.push_back(image.voxels[i]);
    const float scale = tissue.empty() ? 1.F : static_cast<float>(std::max(1e-6, median(tissue)));
    edges_.assign(torso_.y_mm.size() * levels_, 0.F);
    parallel_for(grid_.size[2], [&](std::size_t k) {
      for (int i = 0; i < grid_.size[0]; ++i) {
        const float base = torso_.at(i, static_cast<int>(k));
        if (std::isnan(base)) continue;
        for (int level = 0; level < levels_; ++level) {
          const double y = base + kWallFrontMm + level * kDepthStepMm;
          const int j = static_cast<int>(std::lround((y - grid_.origin_mm.y) / kDepthStepMm));
          float change = 0;
          bool inside = j - kWindow >= 0 && j + kWindow <= grid_.size[1];
          for (int w = 0; inside && w < kWindow; ++w) {
            const std::size_t before = grid_.offset(i, j - 1 - w, static_cast<int>(k));
            const std::size_t after = grid_.offset(i, j + w, static_cast<int>(k));
            inside = depth.voxels[before] > kSkinMm && depth.voxels[after] > kSkinMm;
            change += image.voxels[after] - image.voxels[before];
          }
          if (inside) edge(i, static_cast<int>(k))[level] = sign * change / (kWindow * scale);
        }
      }
    });
  }

  // Edges of neighbouring columns belong together: a small Gaussian over x and z at equal depth below the
  // torso.
  void smooth_across_rows() {
    std::vector<float> plane(torso_.y_mm.size());
    for (int level = 0; level < levels_; ++level) {
      DepthMap slice = torso_.like(0);
      for (std::size_t c = 0; c < plane.size(); ++c)
        slice.y_mm[c] = std::clamp(edges_[c * levels_ + level], -kStrongEdge, kStrongEdge);
      slice = smooth(slice, 3.0);
      for (std::size_t c = 0; c < plane.size(); ++c) edges_[c * levels_ + level] = slice.y_mm[c];
    }
  }

  // Offsets from the torso, a row at a time; `drawn` pulls the rows to their neighbours' mean.
  DepthMap all_rows(const DepthMap* drawn) const {
    DepthMap offset = torso_.like(kMissing);
    parallel_for(torso_.nz, [&](std::size_t k) { one_row(static_cast<int>(k), drawn, offset); });
    return offset;
  }

  void one_row(int k, const DepthMap* drawn, DepthMap& offset) const {
    const int n = torso_.nx;
    std::vector<double> cost(static_cast<std::size_t>(n) * levels_, 0.0);
    std::vector<int> from(cost.size(), 0);
    constexpr int kReach = 3;          // levels between neighbouring columns
    constexpr double kBending = 0.06;  // per squared level
    for (int i = 0; i < n; ++i)
      for (int level = 0; level < levels_; ++level) {
        const double s = kWallFrontMm + level * kDepthStepMm;
        double here = -edge(i, k)[level] + 0.02 * std::pow((s - kWallExpectedMm) / 10, 2);
        if (drawn != nullptr && !std::isnan(drawn->at(i, k)))
          here += 0.1 * std::pow((s - drawn->at(i, k)) / 6, 2);
        double best = i == 0 ? 0 : 1e30;
        for (int d = -kReach; i > 0 && d <= kReach; ++d) {
          const int before = level + d;
          if (before < 0 || before >= levels_) continue;
          const double c = cost[static_cast<std::size_t>(i - 1) * levels_ + before] + kBending * d * d;
          if (c < best) {
            best = c;
            from[static_cast<std::size_t>(i) * levels_ + level] = before;
          }
        }
        cost[static_cast<std::size_t>(i) * levels_ + level] = best + here;
      }
    const auto last = cost.end() - levels_;
    int level = static_cast<int>(std::min_element(last, cost.end()) - last);
    for (int i = n - 1; i >= 0; --i) {
      if (!std::isnan(torso_.at(i, k)))
        offset.at(i, k) = static_cast<float>(kWallFrontMm + level * kDepthStepMm);
      level = from[static_cast<std::size_t>(i) * levels_ + level];
    }
  }

  Grid grid_;
  DepthMap torso_;
  int levels_;
  std::vector<float> edges_;
};

}  // namespace

Canonical make_canonical(const Image<float>& smoothed, double threshold) {
  Canonical canonical;
  canonical.image = resample(smoothed, canonical_grid(smoothed.grid), Interpolation::linear);
  for (float& v : canonical.image.voxels)
    if (std::isnan(v)) v = 0;
  canonical.body = body_of(canonical.image, threshold);
  return canonical;
}

ChestSurfaces find_chest_surfaces(const Canonical& canonical, FatSignal fat) {
  ChestSurfaces chest;
  chest.skin = skin_depth(canonical.body);
  chest.midline_x_mm = torso_midline(chest.skin);
  chest.sternum_y_mm = sternum_depth(chest.skin, chest.midline_x_mm);
  DepthMap front = chest.skin;
  for (float& y : front.y_mm)
    if (y > chest.sternum_y_mm + kFlankMm) y = kMissing;
  chest.torso = torso_behind_breasts(front, chest.midline_x_mm);
  chest.protrusion = chest.torso;
  for (std::size_t i = 0; i < front.y_mm.size(); ++i) chest.protrusion.y_mm[i] -= front.y_mm[i];
  WallFinder finder(canonical, chest.torso, fat);
  chest.wall = finder.run();
  double strong = 0;
  int columns = 0;
  for (int k = 0; k < chest.wall.nz; ++k)
    for (int i = 0; i < chest.wall.nx; ++i) {
      if (!(chest.protrusion.at(i, k) > 10)) continue;
      strong += std::clamp(finder.edge_at(i, k, chest.wall.at(i, k) - chest.torso.at(i, k)) * 2, 0.0, 1.0);
      ++columns;
    }
  chest.wall_edge = columns == 0 ? 0 : strong / columns;
  return chest;
}

}  // namespace lobule::measure
