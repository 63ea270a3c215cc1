#include "registration/surface_motion.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "core/parallel.h"
#include "core/resample.h"

namespace lobule::registration {
namespace {

constexpr double kStepMm = 0.25;      // along a line; a quarter of a usual voxel
constexpr double kNormalSigmaMm = 4;  // of the smoothing of the mask that normals come from
constexpr double kSkinMm =
    3;  // twice the mean thickness of breast skin, 1.45 mm (Huang 2008, Med Phys 35, 1199)
constexpr double kAirMm = 3;  // beyond the blur of a usual voxel
// By design: a fall below this share of the tissue's brightness is no border to air.
constexpr double kLeastStepShare = 0.25;

Vec3 as_vec(int i, int j, int k) {
  return {static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)};
}

float median_inside(const Image<float>& image, const Mask& mask) {
  std::vector<float> values;
  for (std::size_t v = 0; v < mask.voxels.size(); ++v) {
    if (mask.voxels[v] != 0 && !std::isnan(image.voxels[v])) values.push_back(image.voxels[v]);
  }
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Values on a line through `point`, from −reach (in tissue) to +reach (in air).
std::vector<float> profile(const Image<float>& image, Vec3 point, Vec3 normal, double reach_mm) {
  const int n = static_cast<int>(reach_mm / kStepMm);
  const Vec3 start = index_from_point(image.grid, point);
  const Vec3 step = index_from_point(image.grid, point + kStepMm * normal) - start;
  std::vector<float> values(2 * n + 1);
  for (int s = -n; s <= n; ++s) {
    values[s + n] = sample(image, start + static_cast<double>(s) * step, Interpolation::linear);
  }
  return values;
}

// Where the profile falls through the middle between the brightest value within the skin's thickness and
// the mean of the air just beyond, at the steepest fall; in mm from the line's middle. The outermost fall
// of at least half the steepest counts, so that bright structures below the skin do not.
std::optional<double> border(const std::vector<float>& values, double least_step) {
  const int n = static_cast<int>(values.size()), span = static_cast<int>(1.0 / kStepMm);
  for (const float v : values) {
    if (std::isnan(v)) return std::nullopt;
  }
  const auto fall = [&](int s) { return values[s - span] - values[s + span]; };
  const int skin = static_cast<int>(kSkinMm / kStepMm), air = static_cast<int>(kAirMm / kStepMm);
  float steepest = 0;
  for (int s = skin; s < n - air; ++s) steepest = std::max(steepest, fall(s));
  const float enough = std::max(0.5f * steepest, 0.5f * static_cast<float>(least_step));
  int at = -1;
  for (int s = n - air - 1; s >= skin; --s) {
    if (fall(s) < enough) continue;
    at = s;
    while (at - 1 >= skin && fall(at - 1) > fall(at)) --at;
    break;
  }
  if (at < 0) return std::nullopt;
  const float bright = *std::max_element(values.begin() + at - skin, values.begin() + at + 1);
  double dark = 0;
  const int first_dark = at + air / 2;
  for (int s = first_dark; s <= at + air; ++s) dark += values[s];
  dark /= at + air - first_dark + 1;
  if (bright - dark < least_step) return std::nullopt;
  const double half = 0.5 * (bright + dark);
  // From the dark side inwards, the first crossing.
  for (int s = std::min(n - 2, at + air); s >= at - skin; --s) {
    if (values[s] >= half && values[s + 1] < half) {
      const double t = (values[s] - half) / (values[s] - values[s + 1]);
      return (s + t - (n - 1) / 2.0) * kStepMm;
    }
  }
  return std::nullopt;
}

struct Candidate {
  Vec3 point, normal;
  std::uint8_t label;
};

// Voxels of the mask on a lattice that have a neighbour outside it in the direction of their normal.
std::vector<Candidate> border_points(const Mask& mask, const SurfaceMotionOptions& options) {
  const Grid& grid = mask.grid;
  Image<float> inside(grid);
  for (std::size_t v = 0; v < mask.voxels.size(); ++v) inside.voxels[v] = mask.voxels[v] != 0;
  inside = gaussian_smooth(inside, kNormalSigmaMm);
  int stride[3];
  for (int a = 0; a < 3; ++a) {
    stride[a] = std::max(1, static_cast<int>(std::lround(options.point_spacing_mm / grid.spacing_mm[a])));
  }
  // The lattice thins the two axes that run along the surface; anterior is mostly the y axis.
  int across = 0;
  for (int a = 1; a < 3; ++a) {
    if (std::abs(grid.direction(1, a)) > std::abs(grid.direction(1, across))) across = a;
  }
  stride[across] = 1;
  std::vector<Candidate> points;
  for (int k = stride[2] / 2; k < grid.size[2]; k += stride[2]) {
    for (int j = stride[1] / 2; j < grid.size[1]; j += stride[1]) {
      for (int i = stride[0] / 2; i < grid.size[0]; i += stride[0]) {
        if (mask.at(i, j, k) == 0) continue;
        const int at[3] = {i, j, k};
        Vec3 slope;
        bool at_edge = false;
        for (int a = 0; a < 3; ++a) {
          if (at[a] == 0 || at[a] + 1 == grid.size[a]) {
            at_edge = true;
            continue;
          }
          int up[3] = {i, j, k}, down[3] = {i, j, k};
          ++up[a], --down[a];
          const double rise = inside.at(up[0], up[1], up[2]) - inside.at(down[0], down[1], down[2]);
          slope = slope - (rise / (2 * grid.spacing_mm[a])) * grid.direction.column[a];
        }
        if (at_edge || !(norm(slope) > 0)) continue;
        const Vec3 normal = (1 / norm(slope)) * slope;
        if (-normal.y < options.least_anterior) continue;
        // One step across the surface must leave the mask.
        int next[3] = {i, j, k};
        next[across] += dot(normal, grid.direction.column[across]) > 0 ? 1 : -1;
        if (mask.at(next[0], next[1], next[2]) != 0) continue;
        points.push_back({point_from_index(grid, as_vec(i, j, k)), normal, mask.at(i, j, k)});
      }
    }
  }
  return points;
}

void summarise(SurfaceMotion& motion) {
  motion.median_mm = motion.p95_mm = 0;
  if (motion.points.empty()) return;
  std::vector<double> sizes;
  for (const SurfacePoint& point : motion.points) sizes.push_back(std::abs(point.displacement_mm));
  std::sort(sizes.begin(), sizes.end());
  motion.median_mm = sizes[sizes.size() / 2];
  motion.p95_mm = sizes[static_cast<std::size_t>(0.95 * static_cast<double>(sizes.size() - 1))];
}

}  // namespace

SurfaceMotion surface_motion(const Image<float>& fixed, const Image<float>& moving, const Mask& mask,
                             const SurfaceMotionOptions& options) {
  if (!same_grid(fixed.grid, mask.grid)) {
    throw Error("surface motion",
                "the mask (" + describe(mask.grid) + ") does not lie on the fixed image's grid (" +
                    describe(fixed.grid) + ")",
                "the skin is looked for at the mask's border", "Resample the mask onto the fixed image");
  }
  const double least_step = kLeastStepShare * median_inside(fixed, mask);
  const std::vector<Candidate> candidates = border_points(mask, options);
  std::vector<std::optional<double>> shift(candidates.size());
  parallel_for_ranges(candidates.size(), 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c) {
      const Candidate& at = candidates[c];
      const auto before = border(profile(fixed, at.point, at.normal, options.reach_mm), least_step);
      const auto after = border(profile(moving, at.point, at.normal, options.reach_mm), least_step);
      if (before && after) shift[c] = *after - *before;
    }
  });
  SurfaceMotion motion;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    if (!shift[c]) continue;
    motion.points.push_back({candidates[c].point, candidates[c].normal, *shift[c], candidates[c].label});
  }
  summarise(motion);
  return motion;
}

SurfaceMotion with_label(const SurfaceMotion& motion, std::uint8_t label) {
  SurfaceMotion part;
  for (const SurfacePoint& point : motion.points) {
    if (point.label == label) part.points.push_back(point);
  }
  summarise(part);
  return part;
}

}  // namespace lobule::registration
