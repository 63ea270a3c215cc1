#include "measure/breast_segmentation.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/parallel.h"
#include "core/resample.h"
#include "measure/breast_limits.h"
#include "measure/chest_wall.h"
#include "measure/morphology.h"
#include "measure/noise.h"

namespace lobule::measure {
namespace {

// Values without a source are by design; docs/methods/measure.md has the reason and status of each.

// Smoothing before thresholds, so that single noisy voxels do not decide.
constexpr double kSmoothingMm = 1.5;

// A breast's columns stand out from the torso by more than this …
constexpr double kFootprintMm = 8;
// … and somewhere by this much; flatter swellings (rib, fold of skin) are no breast.
constexpr double kSmallestProtrusionMm = 20;
// Skin further behind the skin over the sternum covers the flank, not a breast that hangs forward (by design,
// added after a failure on a real exam, not tuned on it; the end of an axillary tail is lost).
constexpr double kFlankMm = 20;
// By design, below the smallest of 400 women on MRI (55 to 4777 ml; see methods/measure.md).
constexpr double kSmallestBreastMl = 30;

std::string format(const char* pattern, double a, double b = 0) {
  char text[160];
  std::snprintf(text, sizeof text, pattern, a, b);
  return text;
}

// Where breasts stand: components of the protrusion map that reach far enough, smoothed outline (1 inside).
// label: 1 for the largest, and so on.
struct Footprints {
  DepthMap smooth_inside;  // 0 to 1; the outline is at 0.5
  Mask label;              // x, z lattice as a one-slice mask
  int count = 0;
};

// The depth behind which lies the flank, at a height: the sternum's skin runs back towards the neck.
double flank_y_mm(const ChestSurfaces& chest, double z_mm) {
  return chest.torso.interpolate(chest.midline_x_mm, z_mm) + kFlankMm;
}

Footprints find_footprints(const ChestSurfaces& chest) {
  const DepthMap& protrusion = chest.protrusion;
  Grid plane;
  plane.size = {protrusion.nx, protrusion.nz, 1};
  plane.spacing_mm = {protrusion.step_mm, protrusion.step_mm, protrusion.step_mm};
  Mask standing(plane);
  for (int k = 0; k < protrusion.nz; ++k) {
    const double flank = flank_y_mm(chest, protrusion.z_mm(k));
    for (int i = 0; i < protrusion.nx; ++i)
      standing.at(i, k, 0) = protrusion.at(i, k) > kFootprintMm && chest.skin.at(i, k) < flank;
  }
  standing = fill_holes_by_slice(closing(opening(standing, 6), 6), 2);
  const Components parts = connected_components(standing, Connectivity::faces);
  std::vector<float> highest(parts.count.size(), 0);
  for (std::size_t i = 0; i < standing.voxels.size(); ++i) {
    const float p = protrusion.y_mm[i];
    float& top = highest[parts.label.voxels[i]];
    if (p > top) top = p;
  }
  Footprints found{protrusion.like(0), Mask(plane), 0};
  std::vector<int> rename(parts.count.size(), 0);
  for (std::size_t part = 1; part < parts.count.size(); ++part)
    if (highest[part] >= kSmallestProtrusionMm && found.count < 200) rename[part] = ++found.count;
  for (std::size_t i = 0; i < standing.voxels.size(); ++i) {
    found.label.voxels[i] = static_cast<std::uint8_t>(rename[parts.label.voxels[i]]);
    found.smooth_inside.y_mm[i] = found.label.voxels[i] != 0;
  }
  found.smooth_inside = smooth(found.smooth_inside, 4.5);
  return found;
}

// The x between the breasts: the emptiest column between the two fullest, near the torso's middle.
struct Midline {
  double x_mm = 0;
  bool between_two = false;
};

Midline find_midline(const ChestSurfaces& chest, const Footprints& footprints) {
  const DepthMap& map = chest.protrusion;
  std::vector<double> fullness(map.nx, 0.0);
  for (int k = 0; k < map.nz; ++k)
    for (int i = 0; i < map.nx; ++i)
      if (footprints.label.at(i, k, 0) != 0) fullness[i] += std::max(0.F, map.at(i, k));
  const int middle = std::clamp(static_cast<int>(std::lround((chest.midline_x_mm - map.x0_mm) / map.step_mm)),
                                0, map.nx - 1);
  const auto top_of = [&](int from, int to) {
    return static_cast<int>(std::max_element(fullness.begin() + from, fullness.begin() + to) -
                            fullness.begin());
  };
  const int right = top_of(0, middle + 1), left = top_of(middle, map.nx);
  const double smaller = std::min(fullness[right], fullness[left]);
  const double emptiest =
      *std::min_element(fullness.begin() + right, fullness.begin() + std::max(right, left) + 1);
  // Two breasts show a valley; on the slope of one breast there is none.
  if (right >= left || smaller <= 0 || emptiest > 0.7 * smaller) return {chest.midline_x_mm, false};
  double sum = 0;
  int n = 0;
  for (int i = right; i <= left; ++i)
    if (fullness[i] <= emptiest + 0.02 * smaller) {
      sum += map.x_mm(i);
      ++n;
    }
  return {sum / n, true};
}

// The fine body: coarse shape decides what is inside, the fine threshold where its surface runs.
Mask fine_body(const Image<float>& smoothed, const Canonical& canonical, double threshold) {
  constexpr double kBandMm = 4;
  const Mask sure = resample_mask(erode(canonical.body, kBandMm), smoothed.grid);
  const Mask possible = resample_mask(dilate(canonical.body, kBandMm), smoothed.grid);
  Mask body(smoothed.grid);
  parallel_for_ranges(body.voxels.size(), 1 << 18, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      body.voxels[i] = sure.voxels[i] != 0 || (possible.voxels[i] != 0 && smoothed.voxels[i] > threshold);
  });
  return body;
}

// Bright skin spills over its edge when smoothed. Peels surface voxels darker than half of the brightest
// one nearby, so that the surface lies at half maximum; stops at the skin.
void peel_to_half_maximum(Mask& body, const Image<float>& image) {
  constexpr double kReachMm = 4;  // covers skin and its blur (by design)
  const Grid& grid = body.grid;
  Index3 reach;
  for (int a = 0; a < 3; ++a) reach[a] = static_cast<int>(kReachMm / grid.spacing_mm[a]);
  const auto at_surface = [&](const Mask& mask, const Index3& p) {
    for (int a = 0; a < 3; ++a)
      for (const int step : {-1, 1}) {
        Index3 q = p;
        q[a] += step;
        if (grid.contains(q[0], q[1], q[2]) && mask.at(q[0], q[1], q[2]) == 0) return true;
      }
    return false;
  };
  const auto dark = [&](const Mask& mask, const Index3& p) {
    float brightest = 0;
    for (int c = std::max(0, p[2] - reach[2]); c <= std::min(grid.size[2] - 1, p[2] + reach[2]); ++c)
      for (int b = std::max(0, p[1] - reach[1]); b <= std::min(grid.size[1] - 1, p[1] + reach[1]); ++b)
        for (int a = std::max(0, p[0] - reach[0]); a <= std::min(grid.size[0] - 1, p[0] + reach[0]); ++a)
          if (mask.at(a, b, c) != 0) brightest = std::max(brightest, image.at(a, b, c));
    return image.at(p[0], p[1], p[2]) < 0.5F * brightest;
  };
  const int layers = *std::max_element(reach.begin(), reach.end());
  for (int layer = 0; layer < layers; ++layer) {
    const Mask before = body;
    parallel_for(grid.size[2], [&](std::size_t slice) {
      const int k = static_cast<int>(slice);
      for (int j = 0; j < grid.size[1]; ++j)
        for (int i = 0; i < grid.size[0]; ++i)
          if (before.at(i, j, k) != 0 && at_surface(before, {i, j, k}) && dark(before, {i, j, k}))
            body.at(i, j, k) = 0;
    });
  }
}

// Labels of one voxel at a time: in the body, in front of the wall, inside a footprint, deeper than the skin.
void fill_masks(BreastSegmentation& result, const ChestSurfaces& chest, const Footprints& footprints,
                double midline_x_mm, double skin_mm) {
  const Grid& grid = result.body.grid;
  const Image<float> depth = depth_inside(result.body, false);
  // Distances run between voxel centres: the skin's outer surface is half a voxel away, and a voxel that
  // straddles its inner surface reaches in by another half.
  const double voxel = std::min({grid.spacing_mm.x, grid.spacing_mm.y, grid.spacing_mm.z});
  result.breast = Mask(grid);
  result.chest_wall_depth_mm = Image<float>(grid);
  parallel_for(grid.size[2], [&](std::size_t slice) {
    const int k = static_cast<int>(slice);
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const Vec3 p = point_from_index(grid, {double(i), double(j), double(k)});
        const std::size_t o = grid.offset(i, j, k);
        const float front = chest.wall.interpolate(p.x, p.z) - static_cast<float>(p.y);
        result.chest_wall_depth_mm.voxels[o] = front;
        if (!(front > 0) || p.y > flank_y_mm(chest, p.z) || result.body.voxels[o] == 0 ||
            depth.voxels[o] <= skin_mm + voxel)
          continue;
        if (footprints.smooth_inside.interpolate(p.x, p.z) < 0.5F) continue;
        result.breast.voxels[o] = p.x < midline_x_mm ? 1 : 2;
      }
  });
}

// Keeps the largest part of each label, if it is large enough to be a breast.
void keep_largest_parts(Mask& breast) {
  for (const int label : {1, 2}) {
    Mask one(breast.grid);
    for (std::size_t i = 0; i < one.voxels.size(); ++i) one.voxels[i] = breast.voxels[i] == label;
    const Mask largest = largest_component(one, Connectivity::faces);
    const auto voxels = std::count(largest.voxels.begin(), largest.voxels.end(), 1);
    const bool breast_sized =
        static_cast<double>(voxels) * breast.grid.voxel_volume_ml() >= kSmallestBreastMl;
    for (std::size_t i = 0; i < one.voxels.size(); ++i)
      if (one.voxels[i] != 0 && (largest.voxels[i] == 0 || !breast_sized)) breast.voxels[i] = 0;
  }
}

void write_report(BreastSegmentation& result, const ChestSurfaces& chest, const Midline& midline) {
  BreastReport& report = result.report;
  report.midline_x_mm = midline.x_mm;
  report.sternum_y_mm = chest.sternum_y_mm;
  add_limits(result.breast, report);
  for (const int label : {1, 2}) report.volume_ml[label] = volume_ml(result.breast, label);
  report.volume_ml[0] = report.volume_ml[1] + report.volume_ml[2];
  const bool right = report.volume_ml[1] > 0, left = report.volume_ml[2] > 0;
  report.evidence.push_back(
      format("skin over the sternum at x = %.0f mm, y = %.0f mm", midline.x_mm, chest.sternum_y_mm));
  report.evidence.push_back(midline.between_two ? "parted in the valley between two breasts"
                                                : "parted at the middle of the torso");
  report.evidence.push_back(
      format("chest wall on a visible edge for %.0f %% of the columns", 100 * chest.wall_edge));
  report.confidence = 0.5 + 0.5 * chest.wall_edge;
  if (!right && !left) {
    report.confidence = 0;
    report.findings.push_back({Severity::warning, "breast mask", "no breast was found",
                               format("nothing stands out from the chest by %.0f mm", kSmallestProtrusionMm),
                               "Check that the images show breasts hanging freely, or give edited masks."});
    return;
  }
  if (right != left) {
    report.confidence *= 0.7;
    report.findings.push_back({Severity::warning, "breast mask",
                               std::string("only the ") + (right ? "right" : "left") + " breast was found",
                               "the other side does not stand out from the chest", "Check the mask."});
  } else if (!midline.between_two) {
    report.confidence *= 0.7;
    report.findings.push_back({Severity::warning, "breast mask", "no valley between the breasts was found",
                               "they were parted at the middle of the torso", "Check the mask."});
  }
  for (const int label : {1, 2})
    if (cut_share(result.breast, label) > 0)
      report.findings.push_back({Severity::note, "breast mask",
                                 std::string("the ") + (label == 1 ? "right" : "left") +
                                     " breast reaches the edge of the field of view",
                                 "its volume is a lower bound", ""});
  if (chest.wall_edge < 0.3)
    report.findings.push_back({Severity::warning, "breast mask", "the chest wall shows little contrast",
                               "its place rests on the smooth shape of the chest", "Check the mask."});
}

}  // namespace

double volume_ml(const Mask& mask, int label) {
  const auto voxels = std::count(mask.voxels.begin(), mask.voxels.end(), static_cast<std::uint8_t>(label));
  return static_cast<double>(voxels) * mask.grid.voxel_volume_ml();
}

Mask segment_body(const Image<float>& image) {
  const Image<float> smoothed = gaussian_smooth(image, kSmoothingMm);
  const double threshold = air_threshold(image, smoothed, noise_sigma(image));
  return fine_body(smoothed, make_canonical(smoothed, threshold), threshold);
}

BreastSegmentation segment_breasts(const Image<float>& image, const BreastSegmentationOptions& options) {
  BreastSegmentation result;
  const Image<float> smoothed = gaussian_smooth(image, kSmoothingMm);
  const double threshold = air_threshold(image, smoothed, noise_sigma(image));
  const Canonical canonical = make_canonical(smoothed, threshold);
  result.body = fine_body(smoothed, canonical, threshold);
  if (options.fat == FatSignal::dark) peel_to_half_maximum(result.body, image);
  const ChestSurfaces chest = find_chest_surfaces(canonical, options.fat);
  const Footprints footprints = find_footprints(chest);
  const Midline midline = find_midline(chest, footprints);
  fill_masks(result, chest, footprints, midline.x_mm, options.skin_mm);
  keep_largest_parts(result.breast);
  write_report(result, chest, midline);
  return result;
}

}  // namespace lobule::measure
